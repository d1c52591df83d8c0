"""What enters the readout: spread, rank and distances."""

import math
from collections.abc import Sequence

import numpy as np

from keras_stable.diagnosis.evidence.data.label_kinds import are_classes, is_whole
from keras_stable.diagnosis.evidence.tracing.dataflow import makers
from keras_stable.diagnosis.evidence.tracing.model_outputs import outputs
from keras_stable.diagnosis.evidence.tracing.recording import Recording
from keras_stable.diagnosis.facts import Features, Output
from keras_stable.diagnosis.rule import Skip
from keras_stable.diagnosis.vocabulary import BINARY, FOR_CLASSES, HINGE, SPARSE


def features(recording: Recording) -> Features:
    """Returns the figures of what enters the last learnt layer of the first output that tells classes apart.

    Without such an output the first one is taken.

    Raises:
        Skip: nothing enters a learnt layer, or nothing finite.
    """
    facts = outputs(recording)
    index = next((index for index, output in enumerate(facts) if _classifies(output)), 0)
    readout = facts[index].learnt_layer
    parts = recording.features.get(readout, [])
    if not parts:
        raise Skip("no numbers enter a layer that learns")
    values = np.concatenate([part[0] for part in parts])
    finite = np.isfinite(values).all(1)
    inputs = _inputs([part[1] for part in parts], [len(part[0]) for part in parts], finite)
    values = values[finite]
    if len(values) < 2:
        raise Skip("fewer than two samples have finite features")
    spread = values.std(0)
    source = next(layer.inputs for layer in recording.seen if layer.path == readout)
    return Features(
        layer=readout,
        source=source[0] if source else "",
        samples=len(values),
        width=values.shape[1],
        std=(float(spread.min()), float(np.median(spread)), float(spread.max())),
        maximum=float(np.abs(values).max()),
        mean=float(np.abs(values.mean(0)).max()),
        constant=int((np.ptp(values, axis=0) == 0).sum()),
        effective_rank=effective_rank(values),
        distance=distance(values),
        distance_to_input=math.nan if inputs is None else distance(inputs),
        normalized=_normalized(recording, source),
        classes=_classes(facts[index], [part[2][index] for part in parts if len(part[2]) == len(facts)]),
    )


def _inputs(tables: Sequence[np.ndarray | None], rows: Sequence[int], finite: np.ndarray) -> np.ndarray | None:
    """Returns the raw inputs of the rows that have finite features, as far as they were kept."""
    kept = [table for table in tables if table is not None]
    if len(kept) < len(tables) or any(table.shape[1:] != kept[0].shape[1:] for table in kept):
        return None
    starts = np.cumsum([0, *rows[:-1]])
    chosen = np.concatenate([np.arange(start, start + len(table)) for start, table in zip(starts, kept, strict=True)])
    return np.concatenate(kept)[finite[chosen]].astype("float64")


def effective_rank(values: np.ndarray) -> float:
    """Returns exp of the entropy of the normalized singular values of centred values [samples, width].

    Roy and Vetterli (2007), The effective rank: a measure of effective dimensionality, definition 1.

    >>> round(effective_rank(np.array([[1.0, 0.0], [-1.0, 0.0], [0.0, 1.0], [0.0, -1.0]])), 6)
    2.0
    """
    centred = values - values.mean(0)
    scale = np.abs(centred).max()
    if scale == 0:
        return 0.0
    centred = centred / scale
    # The squares of the singular values, at a fraction of the cost; what is lost of them weighs nothing here.
    squares = np.linalg.eigvalsh(centred @ centred.T if len(centred) < centred.shape[1] else centred.T @ centred)
    singular = np.sqrt(squares[squares > len(squares) * np.finfo("float64").eps * squares[-1]])
    shares = singular / singular.sum()
    return float(np.exp(-np.sum(shares * np.log(shares))))


def distance(values: np.ndarray) -> float:
    """Returns the median distance of two samples divided by the root mean square norm of a sample.

    NaN where all values are 0 or one is not finite.

    >>> round(distance(np.array([[3.0, 4.0], [-3.0, -4.0]])), 6)
    2.0
    """
    scale = np.abs(values).max() if values.size else 0.0
    if not np.isfinite(scale) or scale == 0 or len(values) < 2:
        return math.nan
    scaled = values / scale
    # The differences themselves, and not |a|^2 + |b|^2 - 2ab, which leaves nothing of what is far from 0 but close.
    distances = np.concatenate([np.linalg.norm(scaled[k + 1 :] - scaled[k], axis=1) for k in range(len(scaled) - 1)])
    return float(np.median(distances) / np.sqrt(np.mean(np.sum(scaled**2, axis=1))))


def _classifies(output: Output) -> bool:
    return output.loss in FOR_CLASSES


def _normalized(recording: Recording, source: Sequence[str]) -> bool:
    if len(source) != 1:
        return False
    return next(
        (layer.role == "normalization" for layer in makers(recording.seen, source[0]) if layer.role not in _KEEPING),
        False,
    )


_KEEPING = ("dropout", "shape")


def _classes(output: Output, labels: Sequence[np.ndarray]) -> int:
    """Returns how many classes the labels of an output for classes have; 0 for other outputs and soft labels."""
    if not _classifies(output) or not labels:
        return 0
    wide = labels[0].ndim > 1 and labels[0].shape[-1] > 1
    sparse = output.loss in SPARSE
    if wide and output.loss in BINARY | HINGE:
        return labels[0].shape[-1]
    if not sparse and not all(is_whole(part) or (wide and are_classes(part, "distribution")) for part in labels):
        return 0
    ids = [np.argmax(part, -1) if wide and not sparse else part for part in labels]
    return len(np.unique(np.concatenate([part.reshape(-1) for part in ids])))
