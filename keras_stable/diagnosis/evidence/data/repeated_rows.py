"""Rows that occur more than once, by a hash of their inputs. Imports no TensorFlow."""

from collections.abc import Iterator

import numpy as np

from keras_stable.diagnosis.evidence.data.hashing import row_bytes, row_hashes
from keras_stable.diagnosis.evidence.data.nesting import leaves
from keras_stable.diagnosis.evidence.data.row_access import is_number
from keras_stable.diagnosis.evidence.data.source import Source
from keras_stable.diagnosis.facts import Duplicates

_ROWS = 50_000
_FIRST = 10
_LABELS = 100
_MEASURED, _LEAST_ROWS = 0.9, 50  # share of different rows that one number tells apart
_OTHER = 0.05  # share of the rows, more than a last batch that was cut off


def duplicates(source: Source) -> Duplicates:
    """Returns which rows are repeated, in training and between training and validation data.

    Up to 50,000 rows of each, or 256 MB, are hashed; they are spread over arrays, or the first of a dataset.

    Args:
        source: the data.

    >>> repeats = duplicates(Source([[1.0], [2.0], [1.0]], [0, 1, 1], validation_data=([[2.0], [3.0]], [1, 0])))
    >>> repeats.repeated, repeats.conflicting_rows, repeats.leaked_rows
    (1, ((2, 0),), (0,))
    """
    first: dict[bytes, tuple[int, bytes]] = {}
    repeated = samples = validation_samples = 0
    conflicts: list[tuple[int, int]] = []
    by_label: dict[bytes, list[int]] = {}
    leaked: list[int] = []
    for number, inputs, labels in _hashed(source):
        samples += 1
        earlier, earlier_labels = first.setdefault(inputs, (number, labels))
        repeated += earlier != number
        if labels in by_label or len(by_label) <= _LABELS:
            counts = by_label.setdefault(labels, [0, 0])
            counts[0] += 1
            counts[1] += earlier != number
        if earlier_labels != labels:
            conflicts.append((number, earlier))
    validation: set[bytes] = set()
    if source.validation is not None:
        for number, inputs, _ in _hashed(source.validation):
            validation_samples += 1
            validation.add(inputs)
            if inputs in first:
                leaked.append(number)
    return Duplicates(
        samples=samples,
        repeated=repeated,
        conflicting=len(conflicts),
        conflicting_rows=tuple(conflicts[:_FIRST]),
        validation_samples=validation_samples,
        leaked=len(leaked),
        leaked_rows=tuple(leaked[:_FIRST]),
        validation_changes=bool(leaked) and _changes(source, validation),
        by_class=tuple((rows, again) for rows, again in by_label.values()) if len(by_label) <= _LABELS else (),
        measured=bool(leaked and repeated) and _is_measured(source),
    )


def _is_measured(source: Source) -> bool:
    """Returns whether one number of a row tells nearly all different rows apart, as measurements do."""
    for leaf in leaves(source.sample().x):
        if not is_number(leaf.dtype):
            continue
        rows = np.unique(leaf.reshape(len(leaf), -1), axis=0)
        if len(rows) >= _LEAST_ROWS and any(len(np.unique(column)) >= _MEASURED * len(rows) for column in rows.T):
            return True
    return False


def _changes(source: Source, validation: set[bytes]) -> bool:
    """Returns whether validation has many other rows when it is read once more, as after a shuffle that is repeated."""
    if source.validation is None or source.validation.kind != "dataset":
        return False
    again = {inputs for _, inputs, _ in _hashed(source.validation)}
    return len(again - validation) > _OTHER * len(again)


def _hashed(source: Source) -> Iterator[tuple[int, bytes, bytes]]:
    for numbers, batch in source.chunks(_ROWS):
        yield from zip(numbers.tolist(), row_hashes(batch.x), row_bytes(batch.y) or [b""] * len(numbers), strict=True)
