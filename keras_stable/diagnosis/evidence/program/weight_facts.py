"""What samples and classes weigh, counted over the rows. Imports no TensorFlow."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from keras_stable.diagnosis.evidence.data.batch import Batch
from keras_stable.diagnosis.evidence.data.label_kinds import are_classes
from keras_stable.diagnosis.evidence.data.nesting import leaves
from keras_stable.diagnosis.facts import Labels, Output, OutputWeights


class WeightCount:
    """Counts the weights of one output.

    Args:
        output: facts of the output; labels: facts of its labels.
        class_weight: as `fit` takes it, or None.

    >>> count = WeightCount(Output(name="a", width=2), Labels(kind="class_ids"), None)
    >>> count.add(np.array([0, 1, 1]), np.array([0.0, 2.0, 1.0]))
    >>> count.facts().classes, count.facts().zero
    (((0, 1, 0.0), (1, 2, 3.0)), 1)
    """

    def __init__(self, output: Output, labels: Labels, class_weight: Mapping[int, float] | None) -> None:
        self.output, self.labels, self.class_weight = output, labels, class_weight
        self._samples = self._zero = self._negative = self._nonfinite = 0
        self._total = self._squares = 0.0
        self._positions = False
        self._classes: dict[int, tuple[int, float]] = {}

    def add(self, labels: np.ndarray, weights: np.ndarray) -> None:
        """Adds some rows with their weights."""
        values = np.asarray(weights, "float64")
        self._positions |= values.size != len(values)
        finite = np.isfinite(values)
        self._samples += values.size
        self._nonfinite += int((~finite).sum())
        self._zero += int((values == 0).sum())
        self._negative += int((values < 0).sum())
        self._total += float(values[finite].sum())
        self._squares += float((values[finite] ** 2).sum())
        ids = self._ids(np.asarray(labels))
        if ids is None or ids.size != values.size:
            return
        flat = np.where(finite, values, 0.0).reshape(-1)
        for class_id in np.unique(ids):
            chosen = ids == class_id
            count, mass = self._classes.get(int(class_id), (0, 0.0))
            self._classes[int(class_id)] = count + int(chosen.sum()), mass + float(flat[chosen].sum())

    def facts(self) -> OutputWeights:
        """Returns what was counted."""
        known = self.class_weight or {}
        possible = range(self.output.width if self.output.width > 1 else 2)
        # A class of which no row was seen may be in the rest of the data.
        classes = {k for k in self._classes if k >= 0}
        return OutputWeights(
            output=self.output.name,
            samples=self._samples,
            positions=self._positions,
            zero=self._zero,
            negative=self._negative,
            nonfinite=self._nonfinite,
            total=self._total,
            effective=self._total**2 / self._squares if self._squares > 0 else 0.0,
            classes=tuple((k, *self._classes[k]) for k in sorted(classes)),
            strangers=tuple(sorted(int(k) for k in known if classes and int(k) not in possible)),
            unnamed=tuple(sorted(k for k in classes if k not in known)) if known else (),
        )

    def _ids(self, labels: np.ndarray) -> np.ndarray | None:
        """Returns the class of each label, of rows that are not finite -1; None where labels are no classes."""
        kind = self.labels.kind
        if labels.dtype.kind not in "biuf" or not are_classes(labels, kind):
            return None
        values = labels.astype("float64")
        if kind in ("one_hot", "distribution"):
            whole = np.isfinite(values).all(-1)
            return np.where(whole, np.argmax(np.nan_to_num(values), -1), -1).reshape(-1)
        return np.where(np.isfinite(values), np.nan_to_num(values, posinf=0, neginf=0), -1).astype("int64").reshape(-1)


def output_weights(
    batches: Iterable[Batch],
    outputs: Sequence[Output],
    labels: Sequence[Labels],
    class_weight: Mapping[int, float] | None = None,
) -> tuple[OutputWeights, ...]:
    """Returns the weights of every output that has any.

    Args:
        batches: rows with `sample_weight`; their inputs are not looked at.
        outputs, labels: facts, one for each output.
        class_weight: as `fit` takes it, where the weights are made of it.
    """
    counts = [WeightCount(*pair, class_weight) for pair in zip(outputs, labels, strict=False)]
    seen: set[int] = set()
    for batch in batches:
        for index, (truth, weight) in enumerate(_paired(batch)):
            if weight is not None and index < len(counts):
                counts[index].add(truth, weight)
                seen.add(index)
    return tuple(counts[index].facts() for index in sorted(seen))


def _paired(batch: Batch) -> list[tuple[np.ndarray, Any]]:
    """Returns the labels of each output with their weights; one array of weights is for all of them, as in `fit`."""
    truths, weights = leaves(batch.y), leaves(batch.sample_weight)
    if len(weights) == 1:
        weights = weights * len(truths)
    return list(zip(truths, weights, strict=True)) if len(weights) == len(truths) else []


def refused(class_weight: Mapping[int, float] | None, labels: Any, kind: str) -> str:
    """Returns what `fit` raises for class weights beside these labels; "" where it takes them.

    Keras looks up the class of each row, and has no single one where rows have positions.

    Args:
        class_weight: as `fit` takes it.
        labels: some rows.
        kind: of the data, as in `Plan.kind`.

    >>> refused({0: 1.0}, np.zeros((2, 8, 8, 1)), "arrays")
    'TypeError: class weights for labels of shape (8, 8, 1)'
    """
    if not class_weight or kind == "dataset":
        return ""
    for array in leaves(labels):
        shape = array.shape[1:]
        rest = shape[:-1] if shape else ()
        if any(size != 1 for size in rest):
            return f"TypeError: class weights for labels of shape {tuple(map(int, shape))}"
    return ""
