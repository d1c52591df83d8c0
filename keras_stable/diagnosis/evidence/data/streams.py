"""Batches of everything that brings its own, with flat memory: datasets, `PyDataset`s, generators, loaders."""

import itertools
import sys
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from keras_stable.data.checks import data_error
from keras_stable.diagnosis.evidence.data.batch import Batch
from keras_stable.diagnosis.evidence.data.elements import batch_of, bytes_of
from keras_stable.diagnosis.evidence.data.kept import Kept
from keras_stable.diagnosis.evidence.data.nesting import leaves
from keras_stable.diagnosis.evidence.data.stream_kinds import own_copy, stream_kind
from keras_stable.errors import InvalidArgumentError
from keras_stable.imports import first_line


class Stream:
    """Batches that are read from the first to the last, as often as needed.

    A `PyDataset` is read on a copy, where it can be copied, since its `__getitem__` may change it; on another one, made
    of what was given, `on_epoch_end` is called.
    Of a generator, what was read is kept and read again: it gives each batch only once.

    Args:
        batches: batched `tf.data.Dataset`, `PyDataset`, generator or loader of inputs, (inputs, labels) or (inputs,
            labels, sample weights).
        argument: str, what to call it in a message.
        shuffle: bool, whether `fit` takes the batches of a `PyDataset` in random order.
        steps: int, batches in an epoch; None for all. Default: None.
        labelled: bool, whether there must be labels; without them a batch may be inputs alone. Default: True.

    Attributes:
        kind: str, as `stream_kind` says.
        rows: int, of the whole stream, once it was read to its end; None before, and where `steps` ends an epoch.

    Raises:
        DataError: when it is read: a batch that cannot be read or is of another form, no batch at all, or fewer
            than `steps`.
    """

    samples = None

    def __init__(
        self, batches: Any, argument: str, shuffle: bool, steps: int | None = None, labelled: bool = True
    ) -> None:
        self.kind = stream_kind(batches) or "loader"
        self.given = batches
        self.batches: Any = batches
        if self.kind == "generator":
            self.batches = Kept(batches, bytes_of)
        elif self.kind == "pydataset":
            copied = own_copy(batches)
            self.batches = batches if copied is None else copied
        self.argument = argument
        self.shuffle = shuffle
        self.steps = steps
        self.labelled = labelled
        self.rows: int | None = None

    @property
    def length(self) -> int | None:
        """Returns the batches in an epoch; None for a stream that does not tell, or has no end."""
        return self._own_length() if self.steps is None else self.steps

    @property
    def taken(self) -> int:
        """Returns how many batches were taken from a generator, which will not give them again."""
        return self.batches.taken if isinstance(self.batches, Kept) else 0

    def read(self, seed: int | None = None) -> Iterator[Batch]:
        """Yields the batches of one epoch, in random order where `fit` shuffles and a seed is given."""
        count = rows = 0
        length = self._own_length()
        for element in itertools.islice(self._elements(seed), self.steps):
            batch = batch_of(element, self.argument, count, self.labelled)
            count += 1
            rows += batch.rows
            if count == length:
                self.rows = rows
            yield batch
        cut = isinstance(self.batches, Kept) and self.batches.full
        if count != self.steps and not cut:
            self.rows = rows
        if not count:
            raise data_error(self.argument, "a source of batches, every time that it is read", "no batch")
        if self.steps is not None and count < self.steps and not cut:
            must_be = f"data for {self.steps} batches, as `steps_per_epoch` says"
            raise data_error(self.argument, must_be, f"data that ends after {count}")

    def epochs(self, count: int) -> Iterator[Iterator[Batch]]:
        """Yields the batches of one epoch after the other, as `fit` meets them: an iterator for each.

        With `steps` an epoch goes on where the one before it stopped, as it always does for a generator. A
        `PyDataset` is copied, and told of the end of an epoch; one that cannot be copied has one epoch only.

        Args:
            count: int, of epochs.
        """
        copied = own_copy(self.given) if self.kind == "pydataset" else None
        source = self.batches if copied is None else copied
        going_on = self.kind == "generator" or self.steps is not None
        running = self._rounds(source) if going_on else self._from(source)
        for epoch in range(count if copied is not None or self.kind != "pydataset" else 1):
            if epoch and copied is not None:
                copied.on_epoch_end()
            if epoch and not going_on:
                running = self._from(source)
            elements = itertools.islice(running, self.steps)
            yield (batch_of(element, self.argument, index, self.labelled) for index, element in enumerate(elements))

    def late_epoch(self, ends: int) -> Iterator[Batch] | None:
        """Returns the batches that come after so many ends of an epoch, none of which was read.

        Args:
            ends: int, how often a copy of a `PyDataset` is told that an epoch has ended.

        Returns:
            None for what is told of no end, or cannot be copied.
        """
        copied = own_copy(self.given) if self.kind == "pydataset" else None
        if copied is None:
            return None
        for _ in range(ends):
            copied.on_epoch_end()
        elements = itertools.islice(self._from(copied), self.steps)
        return (batch_of(element, self.argument, index, self.labelled) for index, element in enumerate(elements))

    def chunks(
        self, rows: int, *, seed: int = 0, inputs: bool = True, most_bytes: int | None = None
    ) -> Iterator[tuple[np.ndarray, Batch]]:
        """Yields the first rows batch by batch, with their numbers.

        Args:
            rows: int, how many in all.
            seed: not used: the order is the stream's own.
            inputs: not used: a batch comes whole.
            most_bytes: int, of all rows together, or None; no batch is read once it is reached.
        """
        del seed, inputs
        start = size = 0
        for batch in self.read():
            taken = batch if batch.rows <= rows - start else batch.take(slice(rows - start))
            yield np.arange(start, start + taken.rows), taken
            start += taken.rows
            size += sum(leaf.nbytes for part in (taken.x, taken.y) for leaf in leaves(part))
            if start >= rows or (most_bytes is not None and size >= most_bytes):
                return

    def _own_length(self) -> int | None:
        if self.kind == "dataset":
            cardinality = self.batches.cardinality
            batches = int(cardinality() if callable(cardinality) else cardinality)
            return batches if batches >= 0 else None
        if self.kind != "pydataset":
            return len(self.batches) if hasattr(type(self.batches), "__len__") else None
        try:
            return self.batches.num_batches
        except Exception as error:
            raise data_error(self.argument, "a PyDataset that has `__len__`", first_line(error)) from error

    def _elements(self, seed: int | None) -> Iterator[Any]:
        return self._from(self.batches, seed)

    def _from(self, source: Any, seed: int | None = None) -> Iterator[Any]:
        try:
            yield from map(source.__getitem__, self._order(seed)) if self.kind == "pydataset" else source
        except InvalidArgumentError:
            raise
        except Exception as error:
            raise data_error(self.argument, "batches that can be read", self._reason(error)) from error

    def _rounds(self, source: Any) -> Iterator[Any]:
        """Yields what `fit` reads where `steps` ends an epoch: the data again where its length is known."""
        yield from self._from(source)
        while self.kind != "generator" and self._own_length():
            yield from self._from(source)

    def _order(self, seed: int | None) -> Iterable[int]:
        length = self._own_length()
        if length is None:
            return itertools.count()
        if self.shuffle and seed is not None:
            return np.random.default_rng(seed).permutation(length).tolist()
        return range(length)

    def _reason(self, error: Exception) -> str:
        if self.kind != "dataset" or "tensorflow" not in sys.modules:
            return first_line(error)
        from keras_stable.data.streams import reason

        return reason(error)
