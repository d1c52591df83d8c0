"""A change of a program as data, so that a program can make it."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

EditKind = Literal[
    "set_argument", "set_attribute", "call", "append", "insert_layer", "replace", "remove", "transform_data"
]

TARGET = re.compile(
    r"fit|compile|optimizer|schedule|loss(:.+)?|metric:\w+|model|data(:.+)?|input:.+|layer:.+|callback:\w+(\[\d+\])?"
)
"""The forms that a target has."""


def callback_names(callbacks: Iterable[Any]) -> list[str]:
    """Returns what targets call callbacks: by class, and by number among several of one class.

    >>> callback_names([1, 2.5, 3])
    ['int[0]', 'float', 'int[1]']
    """
    kinds = [type(callback).__name__ for callback in callbacks]
    numbers = [kinds[:index].count(kind) for index, kind in enumerate(kinds)]
    return [f"{kind}[{number}]" if kinds.count(kind) > 1 else kind for kind, number in zip(kinds, numbers, strict=True)]


def named_callback(callbacks: Sequence[Any], name: str) -> Any:
    """Returns the callback that the target "callback:<name>" means; None where there is none.

    Args:
        callbacks: of `fit`, in their order.
        name: str, a class, with the number among those of this class in brackets where there are several: "A", "A[1]".

    >>> named_callback([1, 2.5, 3], "int[1]"), named_callback([1, 2.5], "float"), named_callback([1], "str")
    (3, 2.5, None)
    """
    kind, _, number = name.removesuffix("]").partition("[")
    same = [callback for callback in callbacks if type(callback).__name__ == kind]
    index = int(number or 0)
    return same[index] if index < len(same) else None


@dataclass(frozen=True)
class Edit:
    """One change of a training program.

    The edits of a finding are one remedy: all of them are made, in their order. The first one is of what matters most,
    and its target names the line of a script to look at.

    | kind | what becomes of the target |
    | --- | --- |
    | "set_argument" | `argument` of the call that made it gets `value`; of "fit" and "compile", of that call |
    | "set_attribute" | its attribute `argument` gets `value`, before `compile` |
    | "call" | its method `argument` is called with `value`, before `compile` |
    | "append" | `value` is added to the list that is its `argument`, which may not be given yet |
    | "insert_layer" | the layer `value` comes before it; before "model", before the first layer |
    | "replace" | `value` comes in its place; `loss` or `optimizer` in it is what was there |
    | "remove" | it goes |
    | "transform_data" | the data `argument` ("x", "y", "validation_data") become `value` |

    What `value` says of data is an expression of `x`, `y` and `validation_data` as they were before any edit; of
    "data:<name>", `x` or `y` is that array alone. Validation data have to go through the edits of `x` and `y` too.
    `x` of a "call" is what enters the layer. A layer that is inserted and has `adapt` is adapted to what enters it.
    Where data get another shape, or layers other units, the model is built anew.

    | target | what it is |
    | --- | --- |
    | "fit", "compile" | the call |
    | "optimizer", "schedule" | what `compile` was given, and its learning-rate schedule; a name stands for its class |
    | "loss", "loss:<output>" | the loss, or that of one of several outputs |
    | "metric:<name>" | a metric, by its name in snake case |
    | "model", "input:<name>" | the model; what comes in by one of several inputs |
    | "layer:<path>", "layer:*" | a layer, by its name where Keras has no path; every layer given the argument |
    | "callback:<class>" | a callback; of several of one class "callback:<class>[<n>]", counted from 0 in their order |
    | "data", "data:<name>" | what `fit` is given; the array of one input or output, by its name |

    Attributes:
        kind: what is done.
        target: what is changed, such as "fit", "optimizer", "layer:<path>" or "callback:<class>".
        argument: str, name of the argument, attribute, method or data; "" where there is none.
        value: str, Python source, with `keras`, `keras_stable`, `np` and `tf` as their usual names; "" where nothing
            comes in its place.

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
            "set_attribute": f".{self.argument} = {self.value}",
            "call": f".{self.argument}({self.value})",
            "append": f"{self.argument} + [{self.value}]",
            "insert_layer": f"insert {self.value}",
            "replace": f"replace by {self.value}",
            "remove": "remove",
            "transform_data": f"{self.argument} = {self.value}",
        }
        return f"{self.target}: {words[self.kind]}"
