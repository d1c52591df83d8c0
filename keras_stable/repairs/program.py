"""A training program as data: what `fit` is called on, and with what."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import keras

from keras_stable.diagnosis.edit import Edit
from keras_stable.repairs.data_edits import transformed, validation_transformed

DataEdits = tuple[Edit, ...]


@dataclass(frozen=True)
class Program:
    """A model, its data, and the other arguments of `fit`.

    Attributes:
        model: compiled; edits are made on a copy, never on it.
        x, y: the data as the user has them, before any edit of data.
        fit: mapping of argument name to value, without `x` and `y`; `validation_data` as the user has them.
        data_edits: tuple of groups of edits of data, made one group after the other.
    """

    model: keras.Model
    x: Any
    y: Any
    fit: Mapping[str, Any] = field(default_factory=dict)
    data_edits: tuple[DataEdits, ...] = ()

    def prepare(self, x: Any, y: Any = None) -> tuple[Any, Any]:
        """Returns data as the program takes them: the very same objects where no edit changes data."""
        for group in self.data_edits:
            x, y = transformed(group, x, y)
        return x, y

    @property
    def fit_arguments(self) -> dict[str, Any]:
        """Returns what `fit` takes beside the prepared data; validation data are prepared too."""
        arguments = dict(self.fit)
        if arguments.get("validation_data") is not None:
            x, y = self.x, self.y
            for group in self.data_edits:
                arguments["validation_data"] = validation_transformed(group, x, y, arguments["validation_data"])
                x, y = transformed(group, x, y)
        return arguments

    def with_fit(self, change: Callable[[dict[str, Any]], None]) -> "Program":
        """Returns the program with other arguments of `fit`; the change is made on a copy of their dict."""
        arguments = dict(self.fit)
        change(arguments)
        return replace(self, fit=arguments)
