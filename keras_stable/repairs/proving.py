"""Whether remedies make a program better than it is, on rows that nobody has seen."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from keras_stable.repairs.pairing import by_fold, p_value
from keras_stable.repairs.racing import Ground, Remedies
from keras_stable.repairs.scoring import Figure
from keras_stable.repairs.trial import Outcome

LEVEL = 0.05
"""The p-value below which a change counts as better."""
LEAST = 0.01
"""The least gain of the figure that is worth a change."""
WORSE = 0.02
"""What counts as worse."""
_SHORTEST = 0.05


@dataclass(frozen=True)
class Proof:
    """A program before and after, trained on the same rows with the same seeds.

    Attributes:
        before, after: `Outcome` of the first seed.
        gain: float, mean over seeds.
        p_value: float.
        rows: int, that judged.
        apart: bool, whether they are others than those that trained.
        share: float, of the planned training.
    """

    before: Outcome
    after: Outcome
    gain: float
    p_value: float
    rows: int
    apart: bool
    share: float

    @property
    def better(self) -> bool:
        """Returns whether it is better by more than chance."""
        return self.gain >= LEAST and self.p_value < LEVEL

    @property
    def worse(self) -> bool:
        """Returns whether it is worse."""
        return self.gain < -WORSE or self.after.figure is None


def prove(ground: Ground, remedies: Remedies, before: dict[tuple[int, float], Outcome]) -> Proof | None:
    """Returns the proof, or None where no training is left for it, or the remedies cannot be applied.

    The whole training is run where the budget allows it, with one seed, or with more where it allows more.

    Args:
        ground: what the programs have in common.
        remedies: those to be proven.
        before: dict of (seed, share) to the outcome of the program as it is; filled in.
    """
    trials = {"before": ground.trial(()), "after": ground.trial(remedies)}
    after = trials["after"]
    unchanged = trials["before"]
    if after is None or unchanged is None:
        return None
    parts = {name: ground.rows(trial) for name, trial in trials.items() if trial is not None}
    cost = _share_of_rows(parts["after"]) * max(1.0, min(after.epochs / ground.epochs, 2.0))
    known = max((share for _, share in before), default=0.0)
    price = cost if known else 2 * cost
    share = known or min(1.0, ground.ledger.left / price)
    if share < _SHORTEST or (known and not ground.ledger.allows(share * min(price, 1.0))):
        return None
    differences: list[np.ndarray] = []
    gains: list[float] = []
    first: tuple[Outcome, Outcome] | None = None
    for number in range(5):
        seed = ground.seed + 1 + number
        if number and not ground.ledger.allows(2 * share * cost):
            break
        outcomes = []
        for name, trial in (("before", unchanged), ("after", after)):
            key = (seed, share)
            if name == "before" and key in before:
                outcomes.append(before[key])
                continue
            rows = parts[name]
            outcome = trial.run(
                np.unique(np.concatenate([rows.training, rows.choosing])) if rows.apart else rows.training,
                rows.judging,
                share,
                seed,
                deadline=ground.ledger.deadline,
                fresh=number > 0 and ground.fresh,
                most=max(ground.ledger.left, share) * ground.ledger.unit,
            )
            ground.ledger.book(outcome.work)
            if name == "before":
                before[key] = outcome
            outcomes.append(outcome)
        first = first or (outcomes[0], outcomes[1])
        figures = [_figure(outcome, len(parts["before"].judging)) for outcome in outcomes]
        gains.append(figures[1].whole - figures[0].whole)
        differences.append(by_fold(figures[0].by_row, figures[1].by_row))
    assert first is not None
    rows = parts["after"]
    p = p_value(np.concatenate(differences))
    return Proof(*first, float(np.mean(gains)), p, len(rows.judging), rows.apart, share)


def refusal(proof: Proof) -> str:
    """Returns why what was proven is not taken."""
    figures = [_figure(outcome, 1) for outcome in (proof.before, proof.after)]
    change = f"{figures[1].name} {figures[0].whole:.3f} -> {figures[1].whole:.3f}"
    if proof.after.failure:
        return f"its training failed: {proof.after.failure}"
    if proof.worse:
        return f"it makes the program worse: {change}"
    return f"it is no better than the program as it is: {change}, p = {proof.p_value:.2g}"


def _share_of_rows(rows: Iterable[np.ndarray]) -> float:
    training, choosing, judging = rows
    if np.intersect1d(training, judging).size:
        return 1.0
    return (len(training) + len(choosing)) / (len(training) + len(choosing) + len(judging))


def _figure(outcome: Outcome, rows: int) -> Figure:
    """Returns the figure; that of a training that failed is what a model has that knows nothing."""
    if outcome.figure is None or not math.isfinite(outcome.figure.whole):
        return Figure("figure", 0.0, np.zeros(rows))
    return outcome.figure
