"""Whether remedies make a program better than it is, on rows that nobody has seen."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from keras_stable.repairs.pairing import by_fold, p_value
from keras_stable.repairs.racing import Ground, Remedies
from keras_stable.repairs.scoring import Figure
from keras_stable.repairs.trial import Outcome, Trial

LEVEL = 0.05
"""The p-value below which a change counts as better."""
LEVEL_OF_FEW, LARGE = 0.1, 0.25
"""The same where there are too few rows for any of them to be kept apart, and the gain it takes then."""
LEAST = 0.01
"""The least gain of the figure that is worth a change."""
WORSE = 0.02
"""What counts as worse."""
Outcomes = dict[tuple[int, float], Outcome]
"""(Seed, share of the planned training) to what came of the program as it is."""
_SHORTEST = 0.05
_MOST_SEEDS = 5


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
        if not self.apart and self.gain >= LARGE:
            return self.p_value < LEVEL_OF_FEW
        return self.gain >= LEAST and self.p_value < LEVEL

    @property
    def worse(self) -> bool:
        """Returns whether it is worse."""
        return self.gain < -WORSE or self.after.figure is None


def prove(ground: Ground, remedies: Remedies, before: Outcomes) -> Proof | None:
    """Returns the proof, or None where no training is left for it, or the remedies cannot be applied.

    The whole training is run where the budget allows it, with one seed, or with more where it allows more.

    Args:
        ground: what the programs have in common.
        remedies: those to be proven.
        before: dict of (seed, share) to the outcome of the program as it is; filled in.
    """
    unchanged, changed = ground.trial(()), ground.trial(remedies)
    if unchanged is None or changed is None:
        return None
    rows = ground.rows(changed)
    # What trains for longer is trained for as long as the budget lets it, up to twice the plan.
    cost = _share_of_rows(rows) * min(max(1.0, changed.epochs / ground.epochs), 2.0)
    known = max((share for _, share in before), default=0.0)
    share = known or min(1.0, ground.ledger.left / (2 * cost))
    if share < _SHORTEST or (known and not ground.ledger.allows(share * min(cost, 1.0))):
        return None
    pairs: list[tuple[Outcome, Outcome]] = []
    while not pairs or (len(pairs) < _MOST_SEEDS and ground.ledger.allows(2 * share * cost)):
        key = (ground.seed + 1 + len(pairs), share)
        if key not in before:
            before[key] = _trained(ground, unchanged, *key)
        pairs.append((before[key], _trained(ground, changed, *key)))
    figures = [tuple(_figure(outcome, len(rows.judging)) for outcome in pair) for pair in pairs]
    gain = float(np.mean([after.whole - first.whole for first, after in figures]))
    differences = np.concatenate([by_fold(first.by_row, after.by_row) for first, after in figures])
    return Proof(*pairs[0], gain, p_value(differences), len(rows.judging), rows.apart, share)


def _trained(ground: Ground, trial: Trial, seed: int, share: float) -> Outcome:
    rows = ground.rows(trial)
    outcome = trial.run(
        np.union1d(rows.training, rows.choosing),
        rows.judging,
        share,
        seed,
        deadline=ground.ledger.deadline,
        # The first seed begins where the program does.
        fresh=ground.fresh and seed != ground.seed + 1,
        most=max(ground.ledger.left, share) * ground.ledger.unit,
    )
    ground.ledger.book(outcome.work)
    return outcome


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
