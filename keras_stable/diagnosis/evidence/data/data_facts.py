"""What is known of inputs and labels. Imports no TensorFlow."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from keras_stable.diagnosis.evidence.data.arrays import Arrays
from keras_stable.diagnosis.evidence.data.batch import stacked
from keras_stable.diagnosis.evidence.data.feature_moments import FeatureMoments
from keras_stable.diagnosis.evidence.data.label_kinds import are_classes, class_ids, is_whole, kind_of
from keras_stable.diagnosis.evidence.data.nesting import leaves, named
from keras_stable.diagnosis.evidence.data.nonfinite import Nonfinite, nonfinite_in
from keras_stable.diagnosis.evidence.data.repeated_rows import duplicates
from keras_stable.diagnosis.evidence.data.row_access import is_number
from keras_stable.diagnosis.evidence.data.source import Source
from keras_stable.diagnosis.facts import Input, Labels

__all__ = ["duplicates", "inputs", "labels"]

_ROWS = 4096
_SEARCHED_BYTES = 2**31
_LABEL_ROWS = 2**20
_STREAM_LABEL_ROWS = 2**17
_LABEL_VALUES = 2**21
_NAN = float("nan")


def inputs(source: Source, names: Sequence[str] | None = None) -> tuple[Input, ...]:
    """Returns the facts of each input, over up to 4,096 rows.

    NaN and infinity are looked for in every row of arrays up to 2 GB. `consumer`, `normalized_by` and the fields
    of what enters the first learnt layer are left empty: they need the model.

    Args:
        source: the data.
        names: sequence of str, the names of the model's inputs; None where they are not known.

    >>> [table] = inputs(Source(np.array([[0.0, 1.0], [4.0, 1.0]]), [0, 1]), ["table"])
    >>> table.name, table.mean, table.constant_features, table.feature_std
    ('table', 1.5, 1, (2.0, 2.0, 2.0))
    """
    moments: list[FeatureMoments] = []
    nonfinite: list[Nonfinite] = []
    dtypes: list[str] = []
    columns: list[tuple[str, Any]] = []
    for numbers, batch in source.chunks(_ROWS):
        columns = named(batch.x, names, "input")
        if not moments:
            moments = [FeatureMoments() for _ in columns]
            nonfinite = [Nonfinite() for _ in columns]
            dtypes = [leaf.dtype.name for _, leaf in columns]
        for (_, leaf), moment, bad in zip(columns, moments, nonfinite, strict=True):
            if is_number(leaf.dtype):
                moment.update(leaf)
                bad.add(leaf, numbers)
            else:
                moment.skip(leaf)
    if isinstance(source.reader, Arrays):
        whole = named(source.reader.inputs, names, "input")
        dtypes = [array.dtype.name for _, array in whole]
        searched = [nonfinite_in(array, _SEARCHED_BYTES) for _, array in whole]
        nonfinite = [new or old for new, old in zip(searched, nonfinite, strict=True)]
    return tuple(
        _input(name, dtype, moment, bad)
        for (name, _), dtype, moment, bad in zip(columns, dtypes, moments, nonfinite, strict=True)
    )


def labels(source: Source, output_names: Sequence[str] | None = None, losses: Sequence[str] = ()) -> tuple[Labels, ...]:
    """Returns the facts of the labels of each output, of all rows up to about a million that were read.

    Args:
        source: the data.
        output_names: sequence of str, the names of the model's outputs; None where they are not known.
        losses: sequence of str, their losses, in the same order; they decide what the labels are. Default: ().

    >>> [digits] = labels(Source(np.zeros((4, 1)), [0, 2, 1, 1]))
    >>> digits.kind, digits.class_counts
    ('class_ids', ((0, 1), (1, 2), (2, 1)))
    """
    numbers: list[np.ndarray] = []
    parts: list[list[np.ndarray]] = []
    names: list[str] = []
    values = 0
    rows = _LABEL_ROWS if isinstance(source.reader, Arrays) else _STREAM_LABEL_ROWS
    for part, batch in source.chunks(_label_rows(source, rows), inputs=False):
        columns = named(batch.y, output_names, "output")
        names = names or [name for name, _ in columns]
        parts = parts or [[] for _ in columns]
        numbers.append(part)
        for kept, (_, leaf) in zip(parts, columns, strict=True):
            kept.append(leaf)
            values += leaf.size
        if values >= _LABEL_VALUES:
            break
    rows_read = np.concatenate(numbers)
    complete = len(rows_read) == source.rows
    by_output = losses if len(losses) == len(names) else [""] * len(names)
    return tuple(
        _labels(name, kept, rows_read, complete, loss) for name, kept, loss in zip(names, parts, by_output, strict=True)
    )


def _label_rows(source: Source, rows: int) -> int:
    """Returns how many rows to ask arrays for, so that what is read is spread over all of them."""
    if not isinstance(source.reader, Arrays):
        return rows
    width = sum(leaf.size for leaf in leaves(source.reader.labels(slice(0, 1))))
    return max(1, min(rows, _LABEL_VALUES // max(1, width)))


def _input(name: str, dtype: str, moments: FeatureMoments, nonfinite: Nonfinite) -> Input:
    mean, std = moments.total()
    seen = moments.count > 0
    deviations = moments.std[seen]
    varies = moments.maximum[seen] > moments.minimum[seen]
    varying = deviations[varies] if moments.by_feature else deviations[:0]
    spread = (_NAN, _NAN, _NAN)
    if varying.size:
        spread = float(varying.min()), float(np.median(varying)), float(varying.max())
    return Input(
        name=name,
        shape=moments.shape or (),
        dtype=dtype,
        samples=moments.rows,
        minimum=float(moments.minimum[seen].min()) if seen.any() else _NAN,
        maximum=float(moments.maximum[seen].max()) if seen.any() else _NAN,
        mean=mean,
        std=std,
        nonfinite=nonfinite.count,
        nonfinite_rows=nonfinite.rows,
        features=math.prod(size or 0 for size in moments.shape or ()) if moments.by_feature else 0,
        # A single row says nothing of what varies.
        constant_features=int((~varies).sum()) if moments.by_feature and moments.rows > 1 else 0,
        feature_std=spread,
        feature_mean=float(np.abs(moments.mean[seen]).max()) if moments.by_feature and seen.any() else _NAN,
        consumer="",
        normalized_by="",
        entering_mean=_NAN,
        entering_std=_NAN,
        entering_max=_NAN,
    )


def _labels(name: str, parts: Sequence[np.ndarray], rows: np.ndarray, complete: bool, loss: str = "") -> Labels:
    y = stacked(parts)
    nonfinite = Nonfinite()
    nonfinite.add(y, rows)
    moments = FeatureMoments()
    moments.update(y.reshape(-1, 1))
    mean, std = moments.total()
    kind = kind_of(y, loss)
    counts: tuple[tuple[int, int], ...] = ()
    if are_classes(y, kind):
        ids, number = np.unique(class_ids(y, kind), return_counts=True)
        counts = tuple(zip(ids.tolist(), number.tolist(), strict=True))
    lengths = {part.shape[1:] for part in parts}
    return Labels(
        output=name,
        shape=tuple(size if len({shape[d] for shape in lengths}) == 1 else None for d, size in enumerate(y.shape[1:])),
        dtype=y.dtype.name,
        kind=kind,
        samples=len(y),
        complete=complete,
        minimum=float(moments.minimum[0]) if moments.count[0] else _NAN,
        maximum=float(moments.maximum[0]) if moments.count[0] else _NAN,
        mean=mean,
        std=std,
        nonfinite=nonfinite.count,
        nonfinite_rows=nonfinite.rows,
        class_counts=counts,
        distinct=len(counts) or _distinct(y),
        whole=is_whole(y),
    )


def _distinct(y: np.ndarray) -> int:
    flat = y.reshape(len(y), -1)
    return len(np.unique(flat)) if flat.shape[1] == 1 else len({row.tobytes() for row in flat})
