"""Arrays, read a few rows at a time. Imports no TensorFlow."""

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from keras_stable.data.checks import data_error
from keras_stable.diagnosis.evidence.data.batch import Batch
from keras_stable.diagnosis.evidence.data.nesting import leaves, mapped
from keras_stable.diagnosis.evidence.data.row_access import check_labels, nested_rows
from keras_stable.errors import invalid_argument

_CHUNK_BYTES = 2**24


class Arrays:
    """Inputs, labels and weights in memory.

    Args:
        x: array, or list, tuple or dict of arrays.
        y: the same for the labels.
        sample_weight: the same for the weights, or None.
        argument: str, what to call `x` in a message.
        batch_size: int.
        shuffle: bool, whether `fit` takes the rows in random order.
        steps: int, batches in an epoch; None for all. Default: None.
        labelled: bool, whether there must be labels. Default: True.

    Raises:
        DataError: something that is no array, or arrays of different lengths.
    """

    kind = "arrays"

    def __init__(
        self,
        x: Any,
        y: Any,
        sample_weight: Any,
        argument: str,
        batch_size: int,
        shuffle: bool,
        steps: int | None = None,
        labelled: bool = True,
    ) -> None:
        y_name = "y" if argument == "x" else f"{argument}[1]"
        if y is None and labelled:
            raise data_error(y_name, f"given, since `{argument}` is no dataset, which would bring its labels", "None")
        parts = ((x, argument), (y, y_name), (sample_weight, "sample_weight"))
        self.batch_size = batch_size
        self.shuffle = shuffle
        self.steps = steps
        self.argument = argument
        self._use(tuple(nested_rows(part, name) for part, name in parts))
        _check_lengths({name: part for (_, name), part in zip(parts, self._parts, strict=True)})
        mapped(lambda leaf: check_labels(leaf[:1], y_name), self._parts[1])

    @property
    def inputs(self) -> Any:
        """Returns the `ArrayRows` of the inputs, in the nesting of the model."""
        return self._parts[0]

    def batch(self, rows: Any) -> Batch:
        """Returns some rows, by a slice or an index array."""
        return self._take(rows)

    def row_bytes(self) -> int:
        """Returns about how many bytes a row takes, with its labels."""
        return sum(leaf.row_bytes for part in self._parts for leaf in leaves(part)) or 1

    @property
    def label_rows(self) -> Any:
        """Returns the `ArrayRows` of the labels, in their nesting; None where there are none."""
        return self._parts[1]

    def labels(self, rows: Any) -> Any:
        """Returns the labels of some rows, a slice or an index array, without reading the inputs."""
        return self._take(rows, inputs=False).y

    @property
    def rows(self) -> int:
        """Returns how many rows there are."""
        return self.samples

    @property
    def length(self) -> int:
        """Returns the batches in an epoch."""
        return self.steps or math.ceil(self.samples / self.batch_size)

    def read(self, seed: int | None = None) -> Iterator[Batch]:
        """Yields the batches of one epoch, in random order where `fit` shuffles and a seed is given."""
        order = np.random.default_rng(seed).permutation(self.samples) if self.shuffle and seed is not None else None
        for index, start in enumerate(range(0, self.samples, self.batch_size)):
            if self.steps is not None and index == self.steps:
                return
            rows = slice(start, start + self.batch_size)
            yield self._take(rows if order is None else order[rows])
        full = math.ceil(self.samples / self.batch_size)
        if self.steps is not None and self.steps > full:
            must_be = f"data for {self.steps} batches, as `steps_per_epoch` says"
            raise data_error(self.argument, must_be, f"data that ends after {full}")

    def chunks(
        self, rows: int, *, seed: int = 0, inputs: bool = True, most_bytes: int | None = None
    ) -> Iterator[tuple[np.ndarray, Batch]]:
        """Yields some rows, spread over all, a few at a time with their numbers; the same ones for the same seed.

        Args:
            rows: int, how many in all.
            seed: int.
            inputs: bool, whether the inputs are needed; without them `x` is None.
            most_bytes: int, of all rows together, or None; fewer rows are read where they are large.
        """
        row_bytes = sum(leaf.row_bytes for part in self._parts[0 if inputs else 1 :] for leaf in leaves(part)) or 1
        rows = min(rows, self.samples, self.samples if most_bytes is None else max(1, most_bytes // row_bytes))
        if rows == self.samples:
            chosen = np.arange(rows)
        else:
            chosen = np.sort(np.random.default_rng(seed).choice(self.samples, rows, replace=False, shuffle=False))
        step = max(1, _CHUNK_BYTES // row_bytes)
        for start in range(0, rows, step):
            part = chosen[start : start + step]
            yield part, self._take(part, inputs)

    def split(self, share: float) -> "Arrays":
        """Cuts off the last share of the rows, as `fit` does for `validation_split`, and returns them.

        Raises:
            InvalidArgumentError: no rows would be left on one side.
        """
        count = self.samples
        kept = math.floor(count * (1.0 - share))
        if kept in (0, count):
            raise invalid_argument("validation_split", f"a share that leaves some of {count} rows on both sides", share)
        cut = Arrays.__new__(Arrays)
        cut.__dict__.update(self.__dict__, shuffle=False, steps=None)
        cut._use(tuple(mapped(lambda leaf: leaf.part(kept, count), part) for part in self._parts))
        self._use(tuple(mapped(lambda leaf: leaf.part(0, kept), part) for part in self._parts))
        return cut

    def _use(self, parts: tuple[Any, ...]) -> None:
        self._parts = parts
        first = [*leaves(parts[1]), *leaves(parts[0])]
        self.samples = len(first[0]) if first else 0

    def _take(self, rows: Any, inputs: bool = True) -> Batch:
        parts = self._parts if inputs else (None, *self._parts[1:])
        return Batch(*(mapped(lambda leaf: leaf[rows], part) for part in parts))


def _check_lengths(parts: dict[str, Any]) -> None:
    lengths = {name: [len(leaf) for leaf in leaves(part)] for name, part in parts.items() if part is not None}
    empty = next((name for name, counts in lengths.items() if not counts or 0 in counts), None)
    if empty is not None:
        raise data_error(empty, "data with at least one row", "no row")
    if len({count for counts in lengths.values() for count in counts}) > 1:
        text = ", ".join(f"{'/'.join(map(str, counts))} rows of `{name}`" for name, counts in lengths.items())
        raise data_error(next(iter(lengths)), "of the same length as the labels, with a row for each sample", text)


def is_array_like(x: Any) -> bool:
    """Whether something may be arrays: no generator, function or text, and not None."""
    return not (x is None or hasattr(x, "__next__") or callable(x) or isinstance(x, str | bytes | set))
