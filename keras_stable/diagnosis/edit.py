"""A change of a program as data, so that a program can make it."""

from dataclasses import dataclass
from typing import Literal

EditKind = Literal["set_argument", "insert_layer", "replace", "remove", "transform_data"]


@dataclass(frozen=True)
class Edit:
    """One change of a training program.

    | kind | what becomes of the target |
    | --- | --- |
    | "set_argument" | `argument` of the call that made it gets `value` |
    | "insert_layer" | the layer `value` comes before it; before "model", before the first layer |
    | "replace" | `value` comes in its place |
    | "remove" | it goes |
    | "transform_data" | the data `argument` ("x", "y", "validation_data") become `value`, an expression of their name |

    Attributes:
        kind: what is done.
        target: "fit", "compile", "optimizer", "loss", "model", "data", "layer:<path>" or "callback:<class>".
        argument: str, name of the argument or of the data; "" where there is none.
        value: str, Python source, with `keras` and `np` as their usual names; "" where nothing comes in its place.

    >>> print(Edit("set_argument", "fit", "shuffle", "True"))
    fit: shuffle=True
    >>> print(Edit("insert_layer", "model", value="keras.layers.Rescaling(1 / 255)"))
    model: insert keras.layers.Rescaling(1 / 255)
    """

    kind: EditKind
    target: str
    argument: str = ""
    value: str = ""

    def __str__(self) -> str:
        words = {
            "set_argument": f"{self.argument}={self.value}",
            "insert_layer": f"insert {self.value}",
            "replace": f"replace by {self.value}",
            "remove": "remove",
            "transform_data": f"{self.argument} = {self.value}",
        }
        return f"{self.target}: {words[self.kind]}"
