"""A training program as data: what `fit` is called on, and with what."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import keras

from keras_stable.diagnosis.edit import Edit
from keras_stable.diagnosis.evidence.data.stream_kinds import stream_kind
from keras_stable.diagnosis.evidence.model.names import input_names
from keras_stable.repairs.data_edits import Names, transformed, validation_transformed

DataEdits = tuple[Edit, ...]


@dataclass(frozen=True)
class Program:
    """A model, its data, and the other arguments of `fit`.

    Attributes:
        model: compiled; edits are made on a copy, never on it.
        x, y: the data as the user has them, before any edit of data.
        fit: mapping of argument name to value, without `x` and `y`; `validation_data` as the user has them.
        data_edits: tuple of groups of edits of data, made one group after the other.
        anew: bool, whether a copy begins at new initial weights, because a training has destroyed those that there are.
    """

    model: keras.Model
    x: Any
    y: Any
    fit: Mapping[str, Any] = field(default_factory=dict)
    data_edits: tuple[DataEdits, ...] = ()
    anew: bool = False

    @property
    def names(self) -> Names:
        """Returns what the arrays of inputs and outputs are called."""
        inputs = None if self.x is None or stream_kind(self.x) else input_names(self.model, self.x)
        return Names(inputs, getattr(self.model, "output_names", None))

    def prepare(self, x: Any, y: Any = None) -> tuple[Any, Any]:
        """Returns data as the program takes them: the very same objects where no edit changes data."""
        for group in self.data_edits:
            x, y = transformed(group, x, y, self.names)
        return x, y

    @property
    def fit_arguments(self) -> dict[str, Any]:
        """Returns what `fit` takes beside the prepared data; validation data are prepared too."""
        arguments = dict(self.fit)
        if arguments.get("validation_data") is not None:
            x, y = self.x, self.y
            for group in self.data_edits:
                validation = arguments["validation_data"]
                arguments["validation_data"] = validation_transformed(group, x, y, validation, self.names)
                x, y = transformed(group, x, y, self.names)
        return arguments
