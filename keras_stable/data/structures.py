"""What every kind of data is turned into."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from keras_stable.config.column import Column


@dataclass(frozen=True)
class Split:
    """The samples to train on, or to validate on, as `fit` takes them.

    Args:
        x: array [n, ...] of float32 or uint8; or a batched `tf.data.Dataset` or a `PyDataset` of (inputs, labels).
        y: array [n] of int64 class ids; None when `x` brings the labels along. Default: None.
    """

    x: Any
    y: np.ndarray | None = None

    @property
    def is_arrays(self) -> bool:
        """Whether inputs and labels are two arrays in memory."""
        return self.y is not None


@dataclass(frozen=True)
class Data:
    """Checked data for one classifier.

    Args:
        train: `Split`, the samples to train on.
        validation: `Split`, the samples to validate on.
        input_shape: tuple of int, the shape of one input.
        num_classes: int, at least 2.
        class_names: tuple of str in the order of the class ids, or None where the source names none.
        class_counts: int64 array [num_classes], the training samples of each class; none is zero.
        columns: of a table whose rows the model takes as they are: `x` of the splits are then arrays [n] by column,
            float32 or text. Default: none; the model takes arrays.
        skipped: what was left out because it cannot be read, each with the reason. Default: nothing.
    """

    train: Split
    validation: Split
    input_shape: tuple[int, ...]
    num_classes: int
    class_names: tuple[str, ...] | None
    class_counts: np.ndarray
    columns: tuple[Column, ...] | None = None
    skipped: tuple[str, ...] = ()


@dataclass(frozen=True)
class Arrays:
    """Inputs and labels as a source holds them, with the names under which the user knows them.

    Args:
        x: array-like [n, ...].
        y: array-like [n], [n, 1], or one-hot [n, classes].
        x_name: str, for messages.
        y_name: str, for messages.
    """

    x: Any
    y: Any
    x_name: str
    y_name: str


@dataclass(frozen=True)
class ArraySource:
    """A source that fits in memory.

    Args:
        train: `Arrays`.
        validation: `Arrays`, or None to split the training arrays. Default: None.
        class_names: tuple of str in the order of the class ids, or None. Default: None.
    """

    train: Arrays
    validation: Arrays | None = None
    class_names: tuple[str, ...] | None = None
