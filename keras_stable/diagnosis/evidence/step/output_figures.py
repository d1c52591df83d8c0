"""What a model answers for one output, summed up part by part, so that no output is ever held as a whole."""

import math
from collections import Counter
from collections.abc import Mapping
from hashlib import blake2b
from typing import Any

import numpy as np

from keras_stable.diagnosis.evidence.step.sums import BLOCK
from keras_stable.diagnosis.evidence.step.tasks import class_ids, predicted_classes, task_of
from keras_stable.diagnosis.evidence.tracing.moments import merged
from keras_stable.diagnosis.facts import Labels, Output, OutputEvaluation
from keras_stable.diagnosis.vocabulary import NUMBER_TASKS


class OutputFigures:
    """The figures of one output over the rows of a sample.

    Args:
        output, labels: its facts.
        truth: array [rows, ...], the labels of the whole sample.

    >>> figures = OutputFigures(Output(), Labels(), np.array([1, 0, 1]))
    >>> figures.add(np.array([[0.2, 0.8], [0.9, 0.1]], "float32"))
    >>> figures.add(np.array([[0.7, 0.3]], "float32"))
    >>> evaluation = figures.evaluation()
    >>> evaluation.recall, evaluation.distinct_rows, evaluation.predicted_counts
    (((0, 1.0), (1, 0.5)), 3, ((0, 2), (1, 1)))
    """

    def __init__(self, output: Output, labels: Labels, truth: np.ndarray) -> None:
        self.output, self.labels, self.truth = output, labels, np.asarray(truth)
        self.task = task_of(output, labels)
        by_class = self.task in ("classes", "binary")
        self._wanted = class_ids(self.truth, labels, output) if by_class else np.zeros(0, "int64")
        self._rows = 0
        self._rows_seen: set[bytes] = set()
        self._nonfinite = 0
        self._minimum, self._maximum = math.inf, -math.inf
        self._finite: tuple[Any, ...] = (0, 0.0, 0.0)
        self._units: tuple[Any, ...] = (0, 0.0, 0.0)
        self._truths: tuple[Any, ...] = (0, 0.0, 0.0)
        self._rest = 0.0
        self._raw_squares = 0.0
        self._right: tuple[int, int] = (0, 0)
        self._ones: Any = 0
        self._predicted: Counter[int] = Counter()
        self._hits: Counter[int] = Counter()
        self._fits = True

    def add(self, answer: np.ndarray, raw: np.ndarray | None = None, mask: np.ndarray | None = None) -> None:
        """Takes in what the model answered for the next rows.

        Args:
            answer: array [n, ...].
            raw: the same before the last activation, where the model tells. Default: the answer.
            mask: array [n, steps], False for steps that the loss leaves out; their classes are not counted.
        """
        if mask is not None:
            self._leave_out(np.asarray(mask, bool))
        raw = answer if raw is None else raw
        step = max(1, BLOCK // max(1, answer[:1].size))
        # Answers may be anything; what is not finite is counted.
        with np.errstate(over="ignore", invalid="ignore"):
            for start in range(0, len(answer), step):
                part = slice(start, start + step)
                self._add(answer[part].astype("float64"))
                self._add_raw(raw[part].reshape(-1, raw.shape[-1] if raw.ndim > 1 else 1))

    def _add(self, answer: np.ndarray) -> None:
        truth = self.truth[self._rows : self._rows + len(answer)]
        # Minus zero becomes zero, so that equal rows have equal bytes.
        self._rows_seen |= {blake2b(row.tobytes(), digest_size=16).digest() for row in answer + 0.0}
        finite = np.isfinite(answer)
        values = answer.reshape(-1) if finite.all() else answer[finite]
        self._nonfinite += answer.size - values.size
        if values.size:
            self._minimum, self._maximum = min(self._minimum, values.min()), max(self._maximum, values.max())
            self._finite = merged(self._finite, _moments(values))
        if self.task in NUMBER_TASKS:
            self._add_numbers(answer, truth)
        elif self.task == "multi_label":
            self._add_many(answer, truth)
        else:
            self._add_classes(answer, len(truth))
        self._rows += len(answer)

    def _leave_out(self, mask: np.ndarray) -> None:
        per_row = len(self._wanted) // len(self.truth)
        if mask.ndim == 2 and mask.shape[1] == per_row:
            self._wanted[self._rows * per_row : (self._rows + len(mask)) * per_row][~mask.reshape(-1)] = -1

    def _add_raw(self, raw: np.ndarray) -> None:
        step = max(1, BLOCK // raw.shape[-1])
        for start in range(0, len(raw), step):
            part = raw[start : start + step].astype("float64")
            self._units = merged(self._units, _moments(part))
            self._raw_squares += float(np.square(part).sum())

    def _add_numbers(self, answer: np.ndarray, truth: np.ndarray) -> None:
        truth = truth.reshape(-1).astype("float64")
        if truth.size != answer.size:
            self._fits = False
            return
        self._truths = merged(self._truths, _moments(truth))
        self._rest += float(np.square(truth - answer.reshape(-1)).sum())

    def _add_many(self, answer: np.ndarray, truth: np.ndarray) -> None:
        wanted = truth.reshape(answer.shape) > 0.5
        right = (answer > (0.0 if self.output.from_logits else 0.5)) == wanted
        self._right = self._right[0] + int(right.sum()), self._right[1] + right.size
        self._ones = self._ones + wanted.reshape(-1, answer.shape[-1]).sum(0)

    def _add_classes(self, answer: np.ndarray, rows: int) -> None:
        per_row = len(self._wanted) // len(self.truth)
        wanted = self._wanted[self._rows * per_row : (self._rows + rows) * per_row]
        predicted = predicted_classes(answer, self.task, self.output, self.labels)
        if wanted.shape != predicted.shape:
            self._fits = False
            return
        # Those below 0 are of labels that the loss leaves out.
        counts = wanted >= 0
        wanted, predicted = wanted[counts], predicted[counts]
        self._predicted.update(_counted(predicted))
        self._hits.update(_counted(wanted[wanted == predicted]))

    def evaluation(
        self, loss: float = math.nan, constant_loss: float = math.nan, floor: float = math.nan
    ) -> OutputEvaluation:
        """Returns the figures of all rows.

        Args:
            loss, constant_loss, floor: float, as in `OutputEvaluation`.
        """
        count, mean, squares = self._finite
        positions, _, deviations = self._units
        width = np.size(deviations)
        return OutputEvaluation(
            name=self.output.name,
            task=self.task,
            loss=loss,
            constant_loss=constant_loss,
            floor=floor,
            spread=float(np.sqrt(deviations / positions).max()),
            scale=math.sqrt(self._raw_squares / (positions * width)),
            minimum=float(self._minimum) if count else math.nan,
            maximum=float(self._maximum) if count else math.nan,
            mean=float(mean) if count else math.nan,
            std=math.sqrt(squares / count) if count else math.nan,
            label_minimum=self.labels.minimum,
            label_maximum=self.labels.maximum,
            label_std=self.labels.std,
            nonfinite=self._nonfinite,
            distinct_rows=len(self._rows_seen),
            r2=self._r2(),
            **self._counts(),
        )

    @property
    def error(self) -> float:
        """Returns the share of wrong answers, of a regression 1 - R2, from 0 to 1; NaN where it cannot be told."""
        score = self._r2() if self.task in NUMBER_TASKS else self._counts()["accuracy"]
        return float(np.clip(1 - score, 0, 1)) if math.isfinite(score) else math.nan

    def _r2(self) -> float:
        total = self._truths[2]
        return 1 - self._rest / total if self.task in NUMBER_TASKS and self._fits and total > 0 else math.nan

    def _counts(self) -> Mapping[str, Any]:
        unknown = {"predicted_counts": (), "label_counts": (), "recall": (), "accuracy": math.nan}
        unknown["majority_share"] = math.nan
        if self.task in NUMBER_TASKS or not self._fits:
            return unknown
        if self.task == "multi_label":
            share = self._ones * self._ones.size / self._right[1]
            majority = float(np.maximum(share, 1 - share).mean())
            return unknown | {"accuracy": self._right[0] / self._right[1], "majority_share": majority}
        sizes = _counted(self._wanted[self._wanted >= 0])
        total = sum(sizes.values())
        if not total:
            return unknown
        return {
            "predicted_counts": tuple(sorted(self._predicted.items())),
            "label_counts": tuple(sizes.items()),
            "recall": tuple((k, self._hits[k] / size) for k, size in sizes.items()),
            "accuracy": sum(self._hits.values()) / total,
            "majority_share": max(sizes.values()) / total,
        }


def _moments(values: np.ndarray) -> tuple[Any, ...]:
    """Returns count, mean and sum of squared deviations, along the first axis."""
    mean = values.mean(0)
    return len(values), mean, np.square(values - mean).sum(0)


def _counted(ids: np.ndarray) -> dict[int, int]:
    """Returns how often each id occurs, by id."""
    distinct, counts = np.unique(ids, return_counts=True)
    return dict(zip(distinct.tolist(), counts.tolist(), strict=True))
