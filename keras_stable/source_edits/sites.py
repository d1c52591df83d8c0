"""Where in a user's source the parts of a training program are made, as plain data."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True)
class Span:
    """A call in a source.

    Attributes:
        file: str, its path.
        line: int, from 1: where it begins.
        end: (line, column), right behind its closing bracket; lines from 1, columns from 0 in bytes of UTF-8. None
            where only the line is known.
    """

    file: str
    line: int
    end: tuple[int, int] | None = None


@dataclass(frozen=True)
class Site:
    """Where an object was made, or a method was called.

    Attributes:
        spans: tuple of `Span`: the call itself, then the call of the function that it stands in, and so on outward.
        kind: str, class of the object, such as "Adam"; "" where it is not known.
        parameters: tuple of str, what the call takes by position, in this order; without `self`.
        values: mapping of str to str, defaults of its parameters as Python source.
    """

    spans: tuple[Span, ...]
    kind: str = ""
    parameters: tuple[str, ...] = ()
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class ProgramSites:
    """Where the parts of one training program are.

    Attributes:
        sites: mapping of the target of an edit, such as "fit", "optimizer" or "layer:dense", to its `Site`. Layers in
            the order of the model.
        first: tuple of targets, the layers that take what comes into the model.
        arguments: tuple of str, the command line of the script.
        data: what `fit` is given as `x`: "arrays", a "dataset" of tf.data, or "other", such as a generator.
        validation: the same of its `validation_data`; "" where there are none.
        outputs: tuple of str, names of the outputs, in order.
        inputs: tuple of str, names of the inputs, in order.
        ends: tuple of targets, the layer that gives each output; "" where that is not known.
        forms: mapping of "x" and "y" to how several arrays are given: as a "dict" or a "list"; without an entry, one.
    """

    sites: Mapping[str, Site]
    first: tuple[str, ...] = ()
    arguments: tuple[str, ...] = ()
    data: Literal["arrays", "dataset", "other"] = "arrays"
    validation: Literal["", "arrays", "dataset", "other"] = ""
    outputs: tuple[str, ...] = ()
    inputs: tuple[str, ...] = ()
    ends: tuple[str, ...] = ()
    forms: Mapping[str, str] = field(default_factory=dict)

    def layers(self) -> dict[str, Site]:
        """Returns the sites of the layers, by target."""
        return {target: site for target, site in self.sites.items() if target.startswith("layer:")}
