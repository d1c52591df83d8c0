"""The rows of a program as arrays that can be taken apart."""

from typing import Any

import numpy as np

from keras_stable.diagnosis.evidence.data.batch import Batch, joined
from keras_stable.diagnosis.evidence.data.nesting import leaves, mapped
from keras_stable.diagnosis.evidence.data.source import Source
from keras_stable.diagnosis.evidence.data.stream_kinds import stream_kind
from keras_stable.errors import invalid_argument

_MOST_ROWS, _MOST_BYTES = 50_000, 2**29


def rows_of(
    x: Any, y: Any, sample_weight: Any = None, batch_size: int | None = None, steps: int | None = None
) -> Batch:
    """Returns the rows that `fit` would see in an epoch, those of a stream in its order.

    Of a stream that is too long to be kept, the first 50,000 rows or 512 MB are taken.

    Args:
        x, y, sample_weight, batch_size: as `fit` takes them.
        steps: int, batches of a stream that are an epoch; None for all that there are.

    Raises:
        InvalidArgumentError: there is no row.
    """
    if not stream_kind(x):
        batch = Batch(*(mapped(np.asarray, part) for part in (x, y, sample_weight)))
        rows = len(leaves(batch.x)[0]) if leaves(batch.x) else 0
        if not rows:
            raise invalid_argument("x", "data with at least one row", "none")
        return batch
    batches, rows, size = [], 0, 0
    for batch in Source(x, y, batch_size=batch_size, labelled=False, steps_per_epoch=steps).batches():
        batches.append(batch)
        rows += batch.rows
        size += sum(leaf.nbytes for leaf in (*leaves(batch.x), *leaves(batch.y)))
        if rows >= _MOST_ROWS or size >= _MOST_BYTES:
            break
    if not batches:
        raise invalid_argument("x", "data with at least one row", "none")
    return joined(batches)
