"""What each epoch of a stream brings, digested while it is read. Imports no TensorFlow."""

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np

from keras_stable.diagnosis.evidence.budget import Deadline
from keras_stable.diagnosis.evidence.data.batch import Batch
from keras_stable.diagnosis.evidence.data.hashing import row_hashes
from keras_stable.diagnosis.evidence.data.nesting import leaves
from keras_stable.diagnosis.evidence.data.row_access import is_number
from keras_stable.diagnosis.facts import Delivery
from keras_stable.errors import DataError

_MOST_ROWS = 50_000
_LABEL_VALUES = 2**22
_CODE = 8  # numbers that stand for the labels of a row: differences keep their size under a random projection


@dataclass
class Reading:
    """One epoch, as far as it was read.

    Attributes:
        inputs: list of bytes, a hash of each row.
        sizes: list of int, the rows of each batch.
        labels: list of the label arrays of each batch, by output; [] where there are none, or too many values.
        codes: list of arrays [rows, at most 8] that stand for the labels of each batch.
        moments: list of (count, mean, mean of squares) of each input, by batch.
        blank: list of bool, whether an input of the batch has one value only.
        complete: bool, whether the epoch was read to its end.
        head: the first inputs, in their order.
        seconds: list of float, how long each batch took to be read.
    """

    inputs: list[bytes] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)
    labels: list[list[np.ndarray]] = field(default_factory=list)
    codes: list[np.ndarray] = field(default_factory=list)
    moments: list[list[tuple[float, float, float]]] = field(default_factory=list)
    blank: list[bool] = field(default_factory=list)
    complete: bool = False
    head: np.ndarray | None = None
    seconds: list[float] = field(default_factory=list)

    def by_batch(self) -> list[list[bytes]]:
        """Returns the hashes of the rows of each batch."""
        ends = np.cumsum(self.sizes).tolist()
        return [self.inputs[end - size : end] for end, size in zip(ends, self.sizes, strict=True)]

    def delivery(self) -> Delivery:
        """Returns the facts of this epoch."""
        later = [index for index, blank in enumerate(self.blank) if blank]
        figures = np.array(self.moments, np.float64).reshape(len(self.moments), -1, 3)
        counts, means, squares = figures.transpose(2, 1, 0)
        weights = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
        mean = (weights * means).sum(axis=1)
        variance = (weights * squares).sum(axis=1) - mean**2
        spread = np.sqrt((weights * np.square(means - mean[:, None])).sum(axis=1))
        return Delivery(
            batches=len(self.sizes),
            rows=sum(self.sizes),
            complete=self.complete,
            blank=len(later),
            blank_from=later[0] if later else -1,
            mean=tuple(mean.tolist()),
            std=tuple(np.sqrt(np.maximum(variance, 0)).tolist()),
            spread=tuple(spread.tolist()),
        )


def reading(batches: Iterable[Batch], deadline: Deadline, most_batches: int | None = None) -> Reading:
    """Reads an epoch, until the deadline, 50,000 rows or so many batches.

    An error in the middle of it ends the epoch; one at its first batch is raised.

    Args:
        batches: of the epoch.
        deadline: `Deadline`, after which no more are read.
        most_batches: int, or None. Default: None.

    Raises:
        DataError: the first batch cannot be read.
    """
    seen = Reading()
    values = 0
    projections: dict[tuple[int, ...], np.ndarray] = {}
    iterator = iter(batches)
    while not (deadline.over and seen.sizes) and len(seen.inputs) < _MOST_ROWS and len(seen.sizes) != most_batches:
        start = deadline.clock()
        try:
            batch = next(iterator, None)
        except DataError:
            if not seen.sizes:
                raise
            batch = None
        seen.seconds.append(deadline.clock() - start)
        if batch is None:
            seen.complete = True
            break
        labels = leaves(batch.y)
        values += sum(leaf.size for leaf in labels)
        _add(seen, batch, labels if values <= _LABEL_VALUES else [], projections)
    return seen


def _add(seen: Reading, batch: Batch, kept: list[np.ndarray], projections: dict[tuple[int, ...], np.ndarray]) -> None:
    inputs = leaves(batch.x)
    if seen.head is None and is_number(inputs[0].dtype):
        seen.head = inputs[0][:64]
    seen.inputs += row_hashes(batch.x)
    seen.sizes.append(batch.rows)
    seen.labels.append(kept)
    seen.codes.append(_code(leaves(batch.y), batch.rows, projections))
    seen.moments.append([_moments(leaf) for leaf in inputs])
    seen.blank.append(any(_is_blank(leaf) for leaf in inputs))


def _moments(leaf: np.ndarray) -> tuple[float, float, float]:
    if not is_number(leaf.dtype):
        return 0.0, 0.0, 0.0
    values = np.ravel(leaf) if leaf.dtype == np.float32 else np.ravel(leaf).astype(np.float64)
    if not np.isfinite(values.min() + values.max()):  # twice as quick as a look at each value
        values = values[np.isfinite(values)]
    if not values.size:
        return 0.0, 0.0, 0.0
    return float(values.size), float(values.mean(dtype=np.float64)), float(np.vdot(values, values)) / values.size


def _is_blank(leaf: np.ndarray) -> bool:
    """Returns whether all values of several rows are one, or none of them is finite."""
    if not is_number(leaf.dtype) or len(leaf) < 2 or leaf.size < 2 * len(leaf):
        return False
    low, high = leaf.min(), leaf.max()
    return bool(low == high) if np.isfinite(low) else not np.isfinite(leaf).any()


def _code(labels: list[np.ndarray], rows: int, projections: dict[tuple[int, ...], np.ndarray]) -> np.ndarray:
    """Returns up to eight numbers for each row, which are as far apart as its labels are."""
    numbers = [np.asarray(leaf, np.float32).reshape(rows, -1) for leaf in labels if is_number(leaf.dtype)]
    flat = np.concatenate(numbers, axis=1) if numbers else np.zeros((rows, 0), np.float32)
    if flat.shape[1] <= _CODE:
        return flat
    shape = (flat.shape[1], _CODE)
    if shape not in projections:
        projections[shape] = np.random.default_rng(0).normal(size=shape).astype(np.float32) / np.sqrt(_CODE)
    return flat @ projections[shape]
