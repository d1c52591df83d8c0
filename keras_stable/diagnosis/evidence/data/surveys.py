"""Rows from all over a stream, in one pass with flat memory. Imports no TensorFlow."""

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import replace

import numpy as np

from keras_stable.diagnosis.evidence.budget import Deadline
from keras_stable.diagnosis.evidence.data.batch import Batch, joined
from keras_stable.diagnosis.evidence.data.nesting import leaves

ROWS = 4096
"""Rows that a survey keeps at most."""

_BYTES = 2**26
_LABEL_VALUES = 2**21


class Survey:
    """Rows of a stream of which each is as likely to be kept, and the labels of every row that was read.

    Vitter's algorithm R (1985): the n-th row takes a random place among those kept with the probability kept / n.

    Args:
        batches: of one epoch.
        deadline: `Deadline`, after which no more are read. Default: none.
        most_rows: int, to read; None for all. Default: None.
        seed: int. Default: 0.

    >>> survey = Survey(Batch(np.arange(i, i + 10.0), np.arange(i, i + 10)) for i in range(0, 10_000, 10))
    >>> [(numbers, rows)] = survey.chunks(100)
    >>> bool(numbers.min() < 500), bool(numbers.max() > 9_500), bool((rows.x == numbers).all())
    (True, True, True)
    """

    def __init__(
        self, batches: Iterable[Batch], deadline: Deadline | None = None, most_rows: int | None = None, seed: int = 0
    ) -> None:
        self._generator = np.random.default_rng(seed)
        self._kept: list[Batch] = []
        self._numbers: list[int] = []
        self._labels: list[tuple[np.ndarray, Batch]] = []
        self._room, self._values, self.read = ROWS, 0, 0
        for batch in (deadline or Deadline()).keep(batches):
            self._add(batch)
            if most_rows is not None and self.read >= most_rows:
                break
        self._order = self._generator.permutation(len(self._kept))

    def chunks(self, rows: int, most_bytes: int | None = None) -> Iterator[tuple[np.ndarray, Batch]]:
        """Yields at most so many rows, with their numbers, in the order of the stream; the same ones every time."""
        row_bytes = _bytes(self._kept[0])
        count = min(rows, len(self._kept), len(self._kept) if most_bytes is None else max(1, most_bytes // row_bytes))
        chosen = sorted(self._order[:count].tolist(), key=self._numbers.__getitem__)
        # Rows of different lengths come apart, so that nobody takes what fills them up for their own.
        for _, group in itertools.groupby(chosen, key=lambda index: _shapes(self._kept[index])):
            indices = list(group)
            yield np.array([self._numbers[index] for index in indices]), joined([self._kept[i] for i in indices])

    def labels(self, rows: int) -> Iterator[tuple[np.ndarray, Batch]]:
        """Yields labels and weights of the rows that were read, batch by batch, without inputs; at most so many."""
        for numbers, labels in self._labels:
            if numbers[0] >= rows:
                return
            yield numbers, labels

    def _add(self, batch: Batch) -> None:
        if not self._kept:
            self._room = max(1, min(ROWS, _BYTES * batch.rows // max(1, _bytes(batch))))
        numbers = np.arange(self.read, self.read + batch.rows)
        self.read += batch.rows
        self._values += sum(leaf.size for leaf in leaves(batch.y))
        if self._values <= _LABEL_VALUES or not self._labels:
            self._labels.append((numbers, replace(batch, x=None)))
        for row, number in enumerate(numbers.tolist()):
            if len(self._kept) < self._room:
                self._kept.append(batch.take([row]))
                self._numbers.append(number)
                continue
            place = int(self._generator.integers(number + 1))
            if place < self._room:
                self._kept[place], self._numbers[place] = batch.take([row]), number


def _shapes(batch: Batch) -> list[tuple[int, ...]]:
    return [leaf.shape for part in (batch.x, batch.y, batch.sample_weight) for leaf in leaves(part)]


def _bytes(batch: Batch) -> int:
    return max(1, sum(leaf.nbytes for part in (batch.x, batch.y, batch.sample_weight) for leaf in leaves(part)))
