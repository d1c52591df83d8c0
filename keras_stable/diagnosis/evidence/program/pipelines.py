"""The data over time: what the first epoch and a later one bring, and in which order."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from keras_stable.diagnosis.evidence.data.arrays import Arrays
from keras_stable.diagnosis.evidence.data.kept import Kept
from keras_stable.diagnosis.evidence.data.nesting import leaves, named
from keras_stable.diagnosis.evidence.data.source import Source
from keras_stable.diagnosis.evidence.data.streams import Stream
from keras_stable.diagnosis.evidence.program.cached_draws import draws_before_cache
from keras_stable.diagnosis.evidence.program.deliveries import Reading, reading
from keras_stable.diagnosis.evidence.program.holdings import held_rows, is_whole
from keras_stable.diagnosis.evidence.program.orders import are_windows, order_of
from keras_stable.diagnosis.evidence.program.repetitions import relabelled, repetition
from keras_stable.diagnosis.facts import Delivery, Order, Pipeline
from keras_stable.errors import DataError

# Of the whole time, for each of the two epochs.
_SHARE = 0.04
_LABEL_VALUES = 2**21
_ORDERED_BATCHES = 400
_HEAD = 64
_LAST_EPOCH = 50
_NOTHING = Delivery(batches=0, rows=0, mean=(), std=(), spread=())


def pipeline(source: Source, names: Sequence[str] | None = None, losses: Sequence[str] = ()) -> Pipeline:
    """Returns what a source brings over time.

    Of a stream two epochs are read, for a small part of the audit's time. Of arrays the order of the labels is looked
    at, where `fit` does not shuffle.

    Args:
        source: the data.
        names: sequence of str, of the model's outputs; None where they are not known. Default: None.
        losses: sequence of str, their losses, in the same order. Default: ().
    """
    reader = source.reader
    if isinstance(reader, Arrays):
        return _of_arrays(reader, names, losses)
    return _of_stream(source, reader, names, losses)


def _of_arrays(reader: Arrays, names: Sequence[str] | None, losses: Sequence[str]) -> Pipeline:
    if reader.shuffle:
        return Pipeline(reader.kind)
    size = reader.batch_size
    width = max(1, sum(leaf.size for leaf in leaves(reader.labels(slice(0, 1)))))
    count = max(1, min(_ORDERED_BATCHES, _LABEL_VALUES // (width * size)))
    starts = range(0, reader.samples, size)[:count]
    parts = [reader.labels(slice(start, min(start + size, reader.samples))) for start in starts]
    head = next(iter(leaves(reader.inputs)))[slice(0, _HEAD)]
    return Pipeline(reader.kind, orders=_orders(parts, names, losses), windows=are_windows(head))


def _of_stream(source: Source, reader: Stream, names: Sequence[str] | None, losses: Sequence[str]) -> Pipeline:
    epochs = reader.epochs(2)
    first = reading(next(epochs), source.budget.share(_SHARE))
    # What took longer than its time ends where the first ended.
    later = _later(next(epochs, None), source, None if first.complete else len(first.sizes))
    follows = reader.kind == "generator" or reader.steps is not None
    kept = [part for part in first.labels if part]
    # A cache is full in the second epoch; what the first batches take fills buffers.
    seconds = (later if later is not None and len(later.seconds) > 2 else first).seconds[1:]
    late = _late(reader, source, None if first.complete else len(first.sizes))
    changes = [relabelled(first, other) for other in (later, late) if other is not None and other.sizes]
    met, moved = max(changes, key=lambda change: np.nan_to_num(change[1], nan=-1.0), default=(0, float("nan")))
    cached = draws_before_cache(reader.given, source.budget.share(_SHARE)) if reader.kind == "dataset" else None
    held = held_rows(reader.batches.items if isinstance(reader.batches, Kept) else reader.batches, first.head)
    readings = [first, later] if follows and later is not None else [first]
    return Pipeline(
        kind=reader.kind,
        first=first.delivery(),
        later=None if later is None else later.delivery() if later.sizes else _NOTHING,
        repetition=repetition(readings, is_whole(reader.batches), held),
        orders=_orders(kept, names, losses) if len(kept) == len(first.labels) else (),
        windows=first.head is not None and are_windows(first.head),
        met_again=met,
        relabelled=moved,
        seconds_a_batch=float(np.median(seconds)) if len(seconds) > 1 else float("nan"),
        timed_batches=len(seconds),
        cached=cached,
        late=None if late is None else late.delivery() if late.sizes else _NOTHING,
    )


def _late(reader: Stream, source: Source, most: int | None) -> Reading | None:
    """Returns the last planned epoch; None where it is the second one, or nothing tells the source where it is."""
    planned = min(source.epochs or 2, _LAST_EPOCH)
    return _later(reader.late_epoch(planned - 1), source, most) if planned > 2 else None


def _later(batches: Any, source: Source, most: int | None) -> Reading | None:
    if batches is None or source.budget.whole.over:
        return None
    try:
        return reading(batches, source.budget.share(_SHARE), most)
    except DataError:
        return Reading(complete=True)


def _orders(parts: list[Any], names: Sequence[str] | None, losses: Sequence[str]) -> tuple[Order, ...]:
    columns = [named(part, names, "output") for part in parts]
    if not columns or not columns[0]:
        return ()
    outputs = [name for name, _ in columns[0]]
    by_output = losses if len(losses) == len(outputs) else [""] * len(outputs)
    orders = (
        order_of(name, [batch[index][1] for batch in columns], loss)
        for index, (name, loss) in enumerate(zip(outputs, by_output, strict=True))
    )
    return tuple(order for order in orders if order is not None)
