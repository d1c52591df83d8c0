"""What an own loss or metric makes of answers that were chosen, beside labels in their own and in another order."""

import math
from dataclasses import dataclass
from statistics import fmean, pstdev

SAME = 1e-4
"""Share of a loss by which it may miss the mean over all pairs, and still be it."""

MINDS = 1e-3
"""Share of a loss by which labels have to matter; one that does not use them cannot pair them."""

ABOVE = 3.0
"""Standard deviations, over orders of the labels, by which right answers have to cost more than wrong ones."""

AS_GOOD = 0.05
"""Share of the fall from right answers to inverted ones that a constant answer may miss, and be as good."""

_ENOUGH = 10


@dataclass(frozen=True)
class LossCheck:
    """One loss or metric and one output.

    Attributes:
        name: str, "loss" or the name of the metric; kind: "loss" or "metric".
        own_step: bool, whether it is part of a `train_step` of the user's own.
        output: str, the output's name.
        rows: int, rows that were tried.
        label_shape, answer_shape: tuples of int, with the rows.
        right: float, of right answers.
        wrong: tuple of float, of the same answers beside labels in another order.
        of_same_labels: tuple of float, of the same answers when every row has the label of one, row by row; () where
            it was not needed: `wrong` differs from `right`.
        constant: float, the least of constant answers; NaN where it was not measured.
        inverted: float, of answers that are wrong for every row; NaN where labels are not 0 and 1.
        chosen: bool, whether the answers were chosen; else they are the model's own, and tell nothing of the sign.
        follows: str, the loss that it follows up to a factor and a constant, such as "binary_crossentropy"; "".
        from_logits: bool, of that loss; None without one.
    """

    name: str = "loss"
    kind: str = "loss"
    own_step: bool = False
    output: str = "output"
    rows: int = 32
    label_shape: tuple[int, ...] = (32, 1)
    answer_shape: tuple[int, ...] = (32, 1)
    right: float = 0.0
    wrong: tuple[float, ...] = (2.0, 2.1, 1.9)
    of_same_labels: tuple[float, ...] = ()
    constant: float = float("nan")
    inverted: float = float("nan")
    chosen: bool = True
    follows: str = ""
    from_logits: bool | None = None

    @property
    def broadcasts(self) -> bool:
        """Returns whether every answer is compared with every label: the whole is then the mean over all pairs."""
        losses = self.of_same_labels
        if not losses or not all(map(math.isfinite, (*losses, self.right))):
            return False
        scale = max(abs(self.right), *map(abs, losses))
        if max(losses) - min(losses) <= MINDS * scale:
            return False
        # The root of a mean over all pairs is one of squares.
        root = math.sqrt(fmean(loss**2 for loss in losses))
        return min(abs(fmean(losses) - self.right), abs(root - abs(self.right))) <= SAME * scale

    @property
    def unpaired(self) -> bool:
        """Returns whether it is a loss that stays the same whichever rows labels are given to, though they matter."""
        losses = self.of_same_labels
        if self.kind != "loss" or not self.chosen or not all(map(math.isfinite, (*losses, self.right, *self.wrong))):
            return False
        scale = max((abs(loss) for loss in losses), default=0.0)
        matter = max(losses, default=0.0) - min(losses, default=0.0) > MINDS * scale
        return matter and all(abs(loss - self.right) <= SAME * scale for loss in self.wrong)

    @property
    def compares(self) -> bool:
        """Returns whether it is known that answers are meant for the labels, class by class or value by value."""
        right = self.chosen and self.right < min(self.wrong, default=-math.inf)
        values = math.prod(self.label_shape) == math.prod(self.answer_shape)
        return self.kind == "loss" and (bool(self.follows) or (right and values))

    @property
    def prefers_wrong(self) -> bool:
        """Returns whether it is a loss that right answers make larger than wrong ones."""
        losses = self.wrong
        if self.kind != "loss" or not self.chosen or len(losses) < _ENOUGH:
            return False
        if not all(map(math.isfinite, (*losses, self.right))):
            return False
        above = self.right - fmean(losses)
        if not self.right > max(losses) or not above > ABOVE * pstdev(losses):
            return False
        if math.isnan(self.inverted):
            return True
        # Labels of 0 and 1: an output may be a distance that is 0 where they are 1. No distance is below 0, and no
        # constant answer is as good as the right distances.
        as_good = self.constant - self.inverted <= AS_GOOD * (self.right - self.inverted)
        return as_good or self.inverted < -AS_GOOD * abs(above)
