"""What an output is meant to do, and the best that an answer without looking at the input can do."""

from typing import Any

import numpy as np

from keras_stable.diagnosis.facts import Labels, Output
from keras_stable.diagnosis.vocabulary import (
    ACCURACIES,
    BINARY,
    CATEGORICAL,
    CUSTOM,
    DIVERGENCE,
    FOR_ONE_CLASS,
    HINGE,
    SPARSE,
    Task,
)

_SHARES = ("softmax", "sigmoid", "log_softmax")


def task_of(output: Output, labels: Labels) -> Task:
    """Returns "classes", "binary", "multi_label", "shares" or "regression", by loss, metrics and labels together.

    A loss for classes decides, but for labels that are no classes: shares of their own under a loss that takes them.
    Where the loss is for numbers or the user's own, the labels do, and for labels that could be either, an accuracy
    among the metrics or a last activation that gives shares.
    """
    wide = output.width > 1
    if output.loss not in SPARSE and _are_shares(output, labels):
        return "shares"
    if output.loss in FOR_ONE_CLASS:
        return "classes" if wide else "binary"
    if output.loss in BINARY | HINGE:
        if wide and labels.kind in ("one_hot", "class_ids"):
            return "classes" if output.activation == "softmax" or labels.kind == "class_ids" else "multi_label"
        return "multi_label" if wide else "binary"
    if labels.kind == "one_hot":
        return "classes"
    counts = any(metric in ACCURACIES for metric in output.metrics)
    if labels.kind == "multi_hot":
        return "multi_label" if counts or output.activation == "sigmoid" else "regression"
    if labels.kind == "binary" and not wide:
        return "binary" if counts or output.activation in ("sigmoid", "softmax", "linear") else "regression"
    scores = counts or output.activation in _SHARES or output.width == labels.maximum + 1
    if output.loss == CUSTOM and wide and not scores:
        # An own loss may pull vectors of a class together, as a triplet loss does: its units are no classes.
        return "regression"
    if labels.kind == "class_ids" and ((wide and labels.shape in ((), (1,))) or counts):
        return "classes"
    return "regression"


def _are_shares(output: Output, labels: Labels) -> bool:
    """Returns whether labels under a loss for probabilities are numbers from 0 to 1 of more than two kinds."""
    if output.loss not in BINARY | CATEGORICAL | DIVERGENCE:
        return False
    if labels.kind == "distribution":
        return not labels.class_counts
    inside = labels.minimum >= 0 and labels.maximum <= 1
    return labels.kind == "real" and inside and labels.distinct > 2


def class_ids(values: np.ndarray, labels: Labels, output: Output) -> np.ndarray:
    """Returns the class of every label row as an int64 array [n]; -1 for one that the loss leaves out."""
    if labels.kind in ("one_hot", "distribution") and values.ndim > 1 and values.shape[-1] > 1:
        return np.argmax(values, -1).reshape(-1)
    if output.loss in SPARSE and output.ignore_class is not None:
        ids = np.where(np.isfinite(values), values, -1).reshape(-1).astype("int64")
        return np.where(ids == output.ignore_class, -1, ids)
    flat = values.reshape(-1)
    if labels.kind == "real":
        # -1 and +1, or any other pair of values: the larger one is the positive class.
        return (flat > np.mean([flat.min(), flat.max()])).astype("int64") if len(flat) else flat.astype("int64")
    return flat.astype("int64")


def predicted_classes(predictions: np.ndarray, task: str, output: Output, labels: Labels) -> np.ndarray:
    """Returns the class of every prediction as an int64 array [n]."""
    if task == "classes" and output.width > 1:
        return np.argmax(predictions, -1).reshape(-1)
    flat = predictions.reshape(-1).astype("float64")
    if task == "classes":
        return np.rint(flat).astype("int64")
    return (flat > threshold(output, labels)).astype("int64")


def threshold(output: Output, labels: Labels) -> float:
    """Returns the value above which a single output means the positive class."""
    if output.from_logits or output.loss in HINGE or labels.minimum < 0:
        return 0.0
    return 0.5


def constants(
    values: np.ndarray, shape: tuple[int, ...], labels: Labels, output: Output, weights: np.ndarray | None = None
) -> list[np.ndarray]:
    """Returns constant answers [width], of which the best is what no model should lose to.

    Args:
        values: labels [n, ...].
        shape: of the predictions, [n, ..., width].
        weights: of the samples, [n], or None.
    """
    width = shape[-1] if len(shape) > 1 else 1
    values = np.asarray(values, "float64")
    finite = np.isfinite(values.reshape(len(values), -1)).all(-1)
    if not finite.any():
        return []
    weights = np.ones(len(values)) if weights is None or np.shape(weights) != (len(values),) else weights
    values, weights = values[finite], np.asarray(weights, "float64")[finite]
    if not weights.sum() > 0:
        return []
    # The loss says that they are ids, whatever they look like: those of two classes are 0 and 1.
    if (labels.kind == "class_ids" or output.loss in SPARSE) and width > 1:
        ids = values.reshape(len(values), -1).astype("int64")
        counted = (ids >= 0) & (ids < width)
        shares = np.bincount(ids[counted], np.repeat(weights, ids.shape[1])[counted.reshape(-1)], minlength=width)
        return _as_output(shares / max(shares.sum(), 1e-12), output)
    rows = values.reshape(-1, width) if values[0].size % width == 0 else values.reshape(-1, 1)
    mean, median = np.average(rows, 0, np.repeat(weights, len(rows) // len(weights))), np.median(rows, 0)
    candidates = [mean, median, np.log1p(np.maximum(mean, 0)), rows.min(0), rows.max(0)]
    if labels.kind != "real" or _are_shares(output, labels):
        candidates += _as_output(mean, output)
    if output.loss == "cosine_similarity":
        # The best direction is that of the mean of the unit vectors.
        sizes = np.linalg.norm(rows, axis=-1, keepdims=True)
        candidates.append(np.average(rows / np.where(sizes > 0, sizes, 1.0), 0))
    return [np.broadcast_to(candidate, (width,)) for candidate in candidates]


def _as_output(shares: np.ndarray, output: Output) -> list[np.ndarray]:
    shares = np.clip(shares, 1e-7, 1 - 1e-7)
    if not output.from_logits:
        return [shares]
    return [np.log(shares)] if output.loss in CATEGORICAL | SPARSE else [np.log(shares) - np.log1p(-shares)]


def r2(labels: np.ndarray, predictions: np.ndarray) -> float:
    """Returns the coefficient of determination over all values; NaN where the labels do not vary."""
    labels, predictions = labels.reshape(-1).astype("float64"), predictions.reshape(-1).astype("float64")
    if labels.shape != predictions.shape:
        return float("nan")
    total = np.sum((labels - labels.mean()) ** 2)
    return float(1 - np.sum((labels - predictions) ** 2) / total) if total > 0 else float("nan")


def as_list(structure: Any, count: int) -> list[Any]:
    """Returns the parts of a structure of outputs or labels, one for each output, in Keras's order."""
    import keras

    parts = keras.tree.flatten(structure)
    return parts if len(parts) == count else [None] * count
