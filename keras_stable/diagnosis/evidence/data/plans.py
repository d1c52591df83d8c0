"""How `fit` walks over the data: steps, batch size, and whether batches hold one class each. Imports no TensorFlow."""

import itertools
from typing import Any

import numpy as np

from keras_stable.diagnosis.evidence.budget import Deadline
from keras_stable.diagnosis.evidence.data.arrays import Arrays
from keras_stable.diagnosis.evidence.data.batch import joined
from keras_stable.diagnosis.evidence.data.label_kinds import class_ids, kind_of
from keras_stable.diagnosis.evidence.data.nesting import leaves
from keras_stable.diagnosis.evidence.data.streams import Stream
from keras_stable.diagnosis.facts import Plan

_BATCHES = 50
_ROWS = 4096
_BYTES = 2**28


def plan_of(reader: Arrays | Stream, deadline: Deadline | None = None) -> Plan:
    """Returns the plan, as far as the data shows it; `epochs` and `trained` are left out.

    Args:
        reader: the data.
        deadline: `Deadline` after which no more batches of a stream are read. Default: none.
    """
    return _of_arrays(reader) if isinstance(reader, Arrays) else _of_stream(reader, deadline or Deadline())


def _of_arrays(reader: Arrays) -> Plan:
    labels = joined([batch for _, batch in reader.chunks(_ROWS, inputs=False)])
    rows = range(0, reader.samples, reader.batch_size)[:_BATCHES]
    first = [reader.labels(slice(start, start + reader.batch_size)) for start in rows]
    return Plan(
        kind=reader.kind,
        samples=reader.samples,
        batch_size=reader.batch_size,
        steps_per_epoch=reader.length,
        shuffle=reader.shuffle,
        class_weight=labels.sample_weight is not None,
        single_class_batches=single_class_share(first, labels.y),
    )


def _of_stream(reader: Stream, deadline: Deadline) -> Plan:
    labels: list[Any] = []
    sizes: list[int] = []
    read = 0
    weights = ended = False
    batches = reader.read()
    for batch in itertools.islice(batches, _BATCHES):
        labels.append(batch.y)
        sizes.append(batch.rows)
        weights = batch.sample_weight is not None
        read += sum(leaf.nbytes for leaf in leaves(batch.x))
        if read >= _BYTES or deadline.over:
            break
    else:
        ended = len(labels) < _BATCHES
    steps = len(labels) if ended else reader.length
    samples = sum(sizes) if steps is not None and steps == len(labels) else None
    if samples is None and steps is not None:
        samples = steps * max(sizes)
    return Plan(
        kind=reader.kind,
        samples=samples,
        batch_size=max(sizes),
        steps_per_epoch=steps,
        shuffle=None,
        class_weight=weights,
        single_class_batches=single_class_share(labels, None),
    )


def single_class_share(batches: list[Any], spread: Any) -> float | None:
    """Returns the share of batches whose labels are of one class; of several outputs, the first with classes counts.

    Args:
        batches: list of labels, batch by batch, in order.
        spread: labels from all over the data, where one class alone means that there is no other; or None.

    >>> single_class_share([np.array([0, 0]), np.array([0, 1]), np.array([1, 1]), np.array([1])], None)
    0.6666666666666666
    """
    columns = zip(*map(leaves, batches), strict=True)
    for index, column in enumerate(columns):
        examined = np.concatenate(column) if spread is None else leaves(spread)[index]
        kind = kind_of(examined)
        one_a_row = examined.ndim == 1 or (examined.ndim == 2 and (examined.shape[1] == 1 or kind == "one_hot"))
        if not one_a_row or kind not in ("class_ids", "binary", "one_hot"):
            continue
        if spread is not None and len(np.unique(class_ids(examined, kind))) < 2:
            return None
        single = [len(np.unique(class_ids(labels, kind))) == 1 for labels in column if len(labels) > 1]
        return float(np.mean(single)) if single else None
    return None
