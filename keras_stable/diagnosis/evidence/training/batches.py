"""Batches of epoch after epoch, for trainings that end when they have seen enough."""

from collections.abc import Callable, Iterable, Iterator

from keras_stable.diagnosis.evidence.data.batch import Batch
from keras_stable.diagnosis.evidence.data.source import Source


def endless(source: Source, change: Callable[[Batch], Batch] | None = None) -> Iterator[Batch]:
    """Yields the batches of epoch after epoch, in the order and size of `fit`.

    Only the last batch of an epoch is left out where it is smaller than the one before it: it is a small part of
    the data, and for another number of rows the step is built again.

    Args:
        source: the data.
        change: what is done to each batch. Default: nothing.
    """
    epoch = 0
    while True:
        taken = 0
        for batch in without_remainder(source.batches(seed=epoch)):
            taken += 1
            yield batch if change is None else change(batch)
        if not taken:
            return
        epoch += 1


def without_remainder(batches: Iterable[Batch]) -> Iterator[Batch]:
    """Yields the batches of an epoch, without a last one that is smaller than the one before it.

    >>> import numpy as np
    >>> sizes = (8, 4, 6, 2)
    >>> [batch.rows for batch in without_remainder(Batch(np.zeros(n), np.zeros(n)) for n in sizes)]
    [8, 4, 6]
    """
    before: Batch | None = None
    smaller = False
    for batch in batches:
        if before is not None:
            yield before
            smaller = batch.rows < before.rows
        before = batch
    if before is not None and not smaller:
        yield before
