"""Rows that come again: within what was read, and with another label in a later epoch. Imports no TensorFlow."""

import itertools
from collections import Counter
from collections.abc import Sequence

import numpy as np

from keras_stable.diagnosis.evidence.program.deliveries import Reading
from keras_stable.diagnosis.facts import Repetition


def repetition(readings: Sequence[Reading], whole: bool = False, held: int = 0) -> Repetition:
    """Returns how often the same rows came.

    Args:
        readings: epochs that follow each other.
        whole: bool, whether the rows are known to be all that there are. Default: False.
        held: int, rows that the source was seen to hold. Default: 0.

    >>> same = repetition([Reading(inputs=[b"a", b"b"] * 3, sizes=[2, 2, 2])])
    >>> same.rows, same.distinct, same.distinct_batches, same.overlap
    (6, 2, 1, 1.0)
    """
    batches = [batch for seen in readings for batch in seen.by_batch()]
    rows = [row for batch in batches for row in batch]
    distinct, size = len(set(rows)), max(map(len, batches))
    sets = [frozenset(batch) for batch in batches]
    shared = [len(before & after) / len(after) for before, after in itertools.pairwise(sets)]
    return Repetition(
        rows=len(rows),
        distinct=distinct,
        batches=len(batches),
        distinct_batches=len(set(sets)),
        batch_size=size,
        overlap=float(np.mean(shared)) if shared else 0.0,
        expected_overlap=min(1.0, size / distinct),
        whole=whole,
        held=held,
    )


def relabelled(first: Reading, later: Reading) -> tuple[int, float]:
    """Returns how many rows came once in each of two epochs, and how far their labels moved between these.

    The distance is the mean square of the difference over twice the variance: 0 for the same labels, about 1 for
    labels that have nothing to do with those before, little for labels that only tremble.

    >>> epochs = [Reading([b"a", b"b", b"c"], [3], codes=[np.array([[0.0], [1.0], [k]])]) for k in (0.0, 5.0)]
    >>> relabelled(*epochs)[0], relabelled(epochs[0], epochs[0])
    (3, (3, 0.0))
    """
    places = [_once(seen) for seen in (first, later)]
    both = [row for row in places[1] if row in places[0]]
    if not both:
        return 0, float("nan")
    before, after = (
        np.concatenate(seen.codes)[[place[row] for row in both]].astype(np.float64)
        for seen, place in zip((first, later), places, strict=True)
    )
    spread = float(before.var(axis=0).sum() + after.var(axis=0).sum())
    if not spread > 0 or not np.isfinite(spread):
        return len(both), float("nan")
    return len(both), float(np.square(before - after).sum(axis=1).mean() / spread)


def _once(seen: Reading) -> dict[bytes, int]:
    """Returns the places of the rows that came once."""
    counts = Counter(seen.inputs)
    return {row: place for place, row in enumerate(seen.inputs) if counts[row] == 1}
