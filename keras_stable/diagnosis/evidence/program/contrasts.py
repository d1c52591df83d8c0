"""Training against validation: inputs, words, classes. Imports no TensorFlow."""

from collections.abc import Collection, Sequence
from dataclasses import replace

import numpy as np

from keras_stable.diagnosis.evidence.data.arrays import Arrays
from keras_stable.diagnosis.evidence.data.batch import Batch, joined
from keras_stable.diagnosis.evidence.data.label_kinds import are_classes, class_ids, kind_of
from keras_stable.diagnosis.evidence.data.nesting import leaves, named
from keras_stable.diagnosis.evidence.data.row_access import is_number
from keras_stable.diagnosis.evidence.data.source import Source
from keras_stable.diagnosis.evidence.program.class_contrasts import class_contrast, is_ordered
from keras_stable.diagnosis.evidence.program.input_contrasts import numbers_contrast
from keras_stable.diagnosis.evidence.program.number_contrasts import target_contrasts
from keras_stable.diagnosis.evidence.program.transfers import transfer
from keras_stable.diagnosis.evidence.program.word_contrasts import word_contrast
from keras_stable.diagnosis.facts import ClassContrast, Contrast, InputContrast, TargetContrast
from keras_stable.diagnosis.rule import Skip

_ROWS = 2048
_BYTES = 2**27
_LABEL_ROWS = 2**19
_LABEL_VALUES = 2**21
_MOST_WEIGHT = 20.0

Column = tuple[str, np.ndarray, np.ndarray]


def contrast(
    source: Source,
    inputs: Sequence[str] | None = None,
    outputs: Sequence[str] | None = None,
    losses: Sequence[str] = (),
    words: Collection[str] = (),
) -> Contrast:
    """Returns how the validation data differs from the training data.

    Up to 2,048 rows or 128 MB of each are compared, spread over arrays; the labels of all rows of arrays.

    Args:
        source: the data, with validation.
        inputs, outputs: names of the model's inputs and outputs, or None.
        losses: of the outputs, in the same order. Default: ().
        words: names of the inputs that are token ids. Default: ().

    Raises:
        Skip: there is no validation data.
    """
    if source.validation is None:
        raise Skip("there is no validation data")
    training, validation = (_rows(part) for part in (source, source.validation))
    columns = [named(batch.x, inputs, "input") for batch in (training, validation)]
    if [name for name, _ in columns[0]] != [name for name, _ in columns[1]]:
        raise Skip("validation data has other inputs than training data")
    ids, other_ids = (_single_ids(batch, losses) for batch in (training, validation))
    pairs = [(name, leaf, other) for (name, leaf), (_, other) in zip(*columns, strict=True)]
    worded = [name in words or not is_number(leaf.dtype) for name, leaf, _ in pairs]
    weights = moved = None
    if ids is not None and other_ids is not None:
        weights = _weights(ids, other_ids)
        if _alike(pairs):
            inputs_of = ([leaf for _, leaf, _ in pairs], [other for _, _, other in pairs])
            moved = transfer((inputs_of[0], ids), (inputs_of[1], other_ids), worded, source.seed)
    numbers = _as_numbers(training, validation, ids, other_ids)
    label_columns = _label_columns(source, source.validation, outputs)
    return Contrast(
        samples=training.rows,
        validation_samples=validation.rows,
        inputs=tuple(_input(*pair, weights, is_word, numbers) for pair, is_word in zip(pairs, worded, strict=True)),
        classes=_classes(label_columns, losses),
        targets=_targets(label_columns, losses),
        transfer=moved,
        split=source.is_split,
        copied=_copied(training),
        validation_copied=_copied(validation),
    )


def _rows(source: Source) -> Batch:
    return joined([batch for _, batch in source.chunks(_ROWS, most_bytes=_BYTES)])


def _copied(batch: Batch) -> float:
    """Returns the share of the rows whose target is one of their inputs; NaN where none has its shape."""
    targets = leaves(batch.y)
    inputs = [leaf for leaf in leaves(batch.x) if len(targets) == 1 and leaf.shape == targets[0].shape]
    if not inputs or inputs[0][0].size < 2:
        return float("nan")
    return max(float((leaf == targets[0]).reshape(batch.rows, -1).all(axis=1).mean()) for leaf in inputs)


def _alike(pairs: Sequence[tuple[str, np.ndarray, np.ndarray]]) -> bool:
    return all(leaf.shape[1:] == other.shape[1:] for _, leaf, other in pairs)


def _input(
    name: str,
    training: np.ndarray,
    validation: np.ndarray,
    weights: np.ndarray | None,
    words: bool,
    labels: tuple[np.ndarray, np.ndarray] | None,
) -> InputContrast:
    if not words:
        return numbers_contrast(name, training, validation, weights)
    plain = InputContrast(name, training.dtype.name, validation.dtype.name, features=0)
    return replace(plain, words=word_contrast(training, validation, labels=labels))


def _as_numbers(
    training: Batch, validation: Batch, ids: np.ndarray | None, other_ids: np.ndarray | None
) -> tuple[np.ndarray, np.ndarray] | None:
    """Returns the labels of each row as numbers, classes as one column each; None where there is not one a row."""
    if ids is not None and other_ids is not None:
        classes = np.unique(ids)
        return (ids[:, None] == classes).astype(np.float64), (other_ids[:, None] == classes).astype(np.float64)
    columns = [leaves(batch.y) for batch in (training, validation)]
    if any(len(parts) != 1 or parts[0].size != len(parts[0]) for parts in columns):
        return None
    one, other = (np.asarray(parts[0], np.float64).reshape(-1, 1) for parts in columns)
    return (one, other) if np.isfinite(one).all() and np.isfinite(other).all() else None


def _single_ids(batch: Batch, losses: Sequence[str]) -> np.ndarray | None:
    """Returns the classes of the only output; None for several, and where a row has none or several."""
    labels = leaves(batch.y)
    if len(labels) != 1 or len(losses) > 1:
        return None
    [values] = labels
    kind = kind_of(values, losses[0] if losses else "")
    if not are_classes(values, kind):
        return None
    ids = class_ids(values, kind)
    return ids if len(ids) == len(values) else None


def _weights(training: np.ndarray, validation: np.ndarray) -> np.ndarray | None:
    """Returns weights that give the training rows the classes of validation; None where too little is left.

    Classes that come more often in one of them make inputs differ that are prepared in the same way.
    """
    names, codes = np.unique(np.concatenate([training, validation]), return_inverse=True)
    counts = [np.bincount(part, minlength=len(names)) for part in (codes[: len(training)], codes[len(training) :])]
    if ((counts[0] > 0) & (counts[1] > 0)).sum() < (counts[1] > 0).sum():
        return None  # classes that training has not: a finding of its own
    ratio = counts[1] / np.maximum(counts[0], 1)
    weights = np.minimum(ratio, _MOST_WEIGHT * np.median(ratio[counts[1] > 0]))[codes[: len(training)]]
    return weights if weights.sum() > 0 else None


def _label_columns(source: Source, validation: Source, outputs: Sequence[str] | None) -> list[Column]:
    """Returns the labels of each output in training and in validation; none where these have other outputs."""
    columns = [_labels(part, outputs) for part in (source, validation)]
    if not columns[0] or [name for name, _ in columns[0]] != [name for name, _ in columns[1]]:
        return []
    return [(name, values, others) for (name, values), (_, others) in zip(*columns, strict=True)]


def _targets(columns: Sequence[Column], losses: Sequence[str]) -> tuple[TargetContrast, ...]:
    numbers = [
        column
        for index, column in enumerate(columns)
        if kind_of(column[1], losses[index] if len(losses) == len(columns) else "") == "real"
        and is_number(column[2].dtype)
    ]
    return target_contrasts(numbers)


def _classes(columns: Sequence[Column], losses: Sequence[str]) -> tuple[ClassContrast, ...]:
    found = []
    for index, (name, values, others) in enumerate(columns):
        loss = losses[index] if len(losses) == len(columns) else ""
        kind = kind_of(values, loss)
        if (
            not are_classes(values, kind)
            or not _one_a_row(values, kind)
            or kind_of(others, loss) not in (kind, "class_ids", "binary")
        ):
            continue
        ids, other_ids = class_ids(values, kind), class_ids(others, kind)
        counts = [
            dict(zip(*(part.tolist() for part in np.unique(of, return_counts=True)), strict=True))
            for of in (ids, other_ids)
        ]
        found.append(class_contrast(name, counts[0], counts[1], is_ordered(ids)))
    return tuple(found)


def _one_a_row(values: np.ndarray, kind: str) -> bool:
    return values.size == len(values) or (values.ndim == 2 and kind in ("one_hot", "distribution"))


def _labels(source: Source, outputs: Sequence[str] | None) -> list[tuple[str, np.ndarray]]:
    """Returns the labels of each output, of as many rows as there is room for."""
    rows = _LABEL_ROWS
    if isinstance(source.reader, Arrays):
        rows = min(rows, _LABEL_VALUES // max(1, sum(leaf.size for leaf in leaves(source.reader.labels(slice(0, 1))))))
    parts, values = [], 0
    for _, batch in source.chunks(max(1, rows), inputs=False):
        parts.append(batch.y)
        values += sum(leaf.size for leaf in leaves(batch.y))
        if values >= _LABEL_VALUES:
            break
    batches = joined([Batch(None, part) for part in parts])
    return named(batches.y, outputs, "output")
