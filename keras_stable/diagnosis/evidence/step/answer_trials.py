"""One loss or metric, tried on labels in other orders and on answers that are right, inverted or constant."""

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from keras_stable.diagnosis.evidence.data.batch import Batch
from keras_stable.diagnosis.evidence.data.nesting import leaves, mapped
from keras_stable.diagnosis.facts import LossCheck

Figure = Callable[..., float]
"""Of labels in the structure of the batch, an answer to each output or None for the model's own, and perhaps inputs."""

# Other orders of the labels: a few show a loss that minds; where it prefers them, so many that chance does not.
_ORDERS, _ALL_ORDERS = 3, 19
# Share of its size by which a loss differs that is the same but for rounding.
_SAME = 1e-5
_ROUNDING = 1e-6
# And by which the loss of other inputs has to differ, where the answers are the model's own, to be sure that these do.
_DIFFER = 1e-3


class AnswerTrials:
    """Tries one loss or metric for one output.

    Args:
        figure: of it; its attribute `substituted`, if it has one, says whether it takes answers that are chosen.
        batch: rows whose labels are tried.
        index: int, of the output among the labels.
        blank: `LossCheck`, with what is known beforehand.
    """

    def __init__(self, figure: Figure, batch: Batch, index: int, blank: LossCheck) -> None:
        self.figure, self.batch, self.index, self.blank = figure, batch, index, blank
        self.orders = np.random.default_rng(0)

    def check(self, answers: Sequence[list[np.ndarray]]) -> LossCheck | None:
        """Returns what was seen: of the way to mean the answers in which the loss does best; None where nothing was."""
        suspicious: LossCheck | None = None
        for answer in answers:
            seen = replace(self.blank, right=self.figure(self.batch.y, answer))
            if not getattr(self.figure, "substituted", True):
                return self._of_own_answers()
            if not math.isfinite(seen.right):
                continue
            seen = replace(seen, wrong=self._wrong(answer, _ORDERS))
            if self._same(seen):
                return replace(seen, of_same_labels=self._of_same_labels(answer))
            if self.blank.kind == "metric" or seen.right <= float(np.mean(seen.wrong)):
                return seen
            if suspicious is None:
                suspicious = self._looked_closer(seen, answer)
        if suspicious is None and not answers and self.blank.own_step:
            return self._of_own_answers()
        return suspicious

    def of_own(self, answer: list[np.ndarray]) -> Callable[[np.ndarray], float]:
        """Returns the figure as a function of what this output answers, while the others answer the same."""
        return lambda own: self.figure(self.batch.y, self._with(answer, own))

    def _looked_closer(self, seen: LossCheck, answer: list[np.ndarray]) -> LossCheck:
        wrong = (*seen.wrong, *self._wrong(answer, _ALL_ORDERS - _ORDERS))
        own = answer[self.index]
        levels = np.unique(np.round(np.quantile(own, (0.0, 0.25, 0.5, 0.75, 1.0)), 6))
        of_levels = [self.figure(self.batch.y, self._with(answer, np.full_like(own, level))) for level in levels]
        inverted = math.nan
        if len(levels) <= 2 or len(np.unique(own)) == 2:
            inverted = self.figure(self.batch.y, self._with(answer, own.max() + own.min() - own))
        return replace(seen, wrong=wrong, constant=min(of_levels), inverted=inverted)

    def _of_own_answers(self) -> LossCheck | None:
        """Returns what is seen while the answers are the model's own, which must differ for that."""
        right = self.figure(self.batch.y)
        seen = replace(self.blank, right=right, chosen=False)
        if not math.isfinite(right):
            return None
        seen = replace(seen, wrong=tuple(self.figure(self._reordered()) for _ in range(_ORDERS)))
        if not self._same(seen):
            return seen
        first = self._labels([0] * self.batch.rows)
        rows = range(0, self.batch.rows, max(1, self.batch.rows // _ORDERS))
        of_rows = [self.figure(first, x=self._take(self.batch.x, [row] * self.batch.rows)) for row in rows]
        if np.ptp(of_rows) <= _DIFFER * max(map(abs, of_rows)):
            return None
        return replace(seen, of_same_labels=self._of_same_labels(None))

    def _wrong(self, answer: list[np.ndarray] | None, count: int) -> tuple[float, ...]:
        return tuple(self.figure(self._reordered(), answer) for _ in range(count))

    def _of_same_labels(self, answer: list[np.ndarray] | None) -> tuple[float, ...]:
        rows = self.batch.rows
        return tuple(self.figure(self._labels([row] * rows), answer) for row in range(rows))

    def _reordered(self) -> Any:
        return self._labels(self.orders.permutation(self.batch.rows))

    def _labels(self, rows: Any) -> Any:
        """Returns the labels of the batch with those of this output from other rows."""
        own = [leaf[np.asarray(rows)] if k == self.index else leaf for k, leaf in enumerate(leaves(self.batch.y))]
        parts = iter(own)
        return mapped(lambda _: next(parts), self.batch.y)

    def _with(self, answer: list[np.ndarray], own: np.ndarray) -> list[np.ndarray]:
        return [own if index == self.index else other for index, other in enumerate(answer)]

    @staticmethod
    def _take(structure: Any, rows: Any) -> Any:
        return mapped(lambda leaf: leaf[np.asarray(rows)], structure)

    @staticmethod
    def _same(seen: LossCheck) -> bool:
        scale = max(abs(seen.right), *map(abs, seen.wrong))
        # Of a loss that is 0 in either order nothing but rounding is left.
        return scale < _ROUNDING or all(abs(loss - seen.right) <= _SAME * scale for loss in seen.wrong)
