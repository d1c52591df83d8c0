"""Races of candidates over the same batches and seeds, short ones first."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from keras_stable.diagnosis.edit import Edit
from keras_stable.repairs.applying import applied
from keras_stable.repairs.expressions import CannotApplyError
from keras_stable.repairs.ledger import Ledger
from keras_stable.repairs.program import Program
from keras_stable.repairs.remedies import Remedy
from keras_stable.repairs.splitting import Rows, split_rows
from keras_stable.repairs.trial import Outcome, Trial

Remedies = tuple[Remedy, ...]

# A change must be worth so much of the figure, to be taken beside others.
WORTH = 0.01
# Share of what is still to gain that a change must gain over one that changes less.
_WORTH_OF_REST = 0.1
# What cures a late fault may well learn more slowly at first, as a lower rate does.
_SLOWER = 0.25


@dataclass
class Ground:
    """What all candidates have in common.

    Attributes:
        program: the program as it is.
        epochs: int, planned.
        ledger: what may still be trained.
        seed: int.
        unit: int, the rows that a part is a multiple of.
        in_order: bool, whether the order of the rows matters.
        loss_unit: float, the loss that counts as 1 where there are no labels to be right by.
        fresh: bool, whether further seeds begin at other initial weights; not those of a model that was trained.
        refused: dict of what was not taken to why.
        trials: dict of remedies to their trial; filled in.
    """

    program: Program
    epochs: int
    ledger: Ledger
    seed: int
    unit: int = 1
    in_order: bool = False
    loss_unit: float = 1.0
    fresh: bool = True
    refused: dict[str, str] = field(default_factory=dict)
    trials: dict[Remedies, Trial | None] = field(default_factory=dict)

    def trial(self, remedies: Remedies) -> Trial | None:
        """Returns the program with these remedies, ready to be trained; None where they cannot be applied."""
        if remedies not in self.trials:
            try:
                program = applied(self.program, [remedy.edits for remedy in remedies])
                self.trials[remedies] = Trial(program, self.epochs_with(program), self.loss_unit)
            except CannotApplyError as error:
                self.refused.setdefault(named(remedies), str(error))
                self.trials[remedies] = None
        return self.trials[remedies]

    def epochs_with(self, program: Program) -> int:
        """Returns the epochs that a program plans, after `initial_epoch`."""
        return max(1, int(program.fit.get("epochs", self.epochs)) - int(program.fit.get("initial_epoch", 0)))

    def rows(self, trial: Trial) -> Rows:
        """Returns the parts of a trial's rows: the same ones for every trial with as many rows."""
        return split_rows(trial.rows.rows, trial.rows.y, self.seed, self.unit, self.in_order)


def named(remedies: Remedies) -> str:
    """Returns what a set of remedies is called: their edits."""
    return "; ".join(str(edit) for remedy in remedies for edit in remedy.edits) or "the program as it is"


def race(
    ground: Ground,
    candidates: Sequence[Remedies],
    share: float,
    best: Callable[[dict[Remedies, Outcome]], list[Remedies]],
) -> list[Remedies]:
    """Trains every candidate for a share of the planned training, and returns the order in which they came in.

    Args:
        ground: what they have in common.
        candidates: each a tuple of remedies.
        share: float in (0, 1].
        best: returns the order, from the outcomes.
    """
    outcomes: dict[Remedies, Outcome] = {}
    for remedies in candidates:
        if ground.ledger.deadline.over:
            break
        trial = ground.trial(remedies)
        if trial is None:
            continue
        rows = ground.rows(trial)
        # A longer training is paid by a smaller share of it.
        part = share * min(1.0, ground.epochs / trial.epochs) if trial.epochs > ground.epochs else share
        outcome = trial.run(rows.training, rows.choosing, part, ground.seed, deadline=ground.ledger.deadline)
        ground.ledger.book(outcome.work)
        if outcome.failure:
            ground.refused[named(remedies)] = f"its training failed: {outcome.failure}"
            continue
        outcomes[remedies] = outcome
    return best(outcomes)


def slack(top: float) -> float:
    """Returns how much worse than the best figure is about as good, for something that changes less.

    >>> round(slack(0.5), 3), slack(0.99)
    (0.05, 0.01)
    """
    return max(WORTH, _WORTH_OF_REST * (1 - top)) if top <= 1 else WORTH


def smallest_good(outcomes: dict[Remedies, Outcome]) -> list[Remedies]:
    """Returns the candidates, the best first; one that changes less goes before one that is hardly better."""
    waiting = [remedies for remedies, outcome in outcomes.items() if math.isfinite(outcome.whole)]
    order: list[Remedies] = []
    while waiting:
        top = max(outcomes[remedies].early for remedies in waiting)
        near = [remedies for remedies in waiting if outcomes[remedies].early >= top - slack(top)]
        # Among equals the likelier cause is ahead, and no chance decides.
        chosen = min(near, key=size)
        order.append(chosen)
        waiting.remove(chosen)
    return order


def informed(outcomes: dict[Remedies, Outcome]) -> list[Remedies]:
    """Returns the candidates, the best first, but those that keep up with the program as it is in their given order.

    Where the program as it is keeps up with the best, its fault comes late, and the race is no judge of its cure.

    Args:
        outcomes: that of the program as it is among them, as that of no remedies.
    """
    rest = {remedies: outcome for remedies, outcome in outcomes.items() if remedies}
    order = smallest_good(rest)
    if not keeps_up(outcomes):
        return order
    unchanged = outcomes[()]
    # Of late faults, a short training shows no more than which cure does harm.
    harmless = [remedies for remedies in rest if rest[remedies].early >= unchanged.early - _SLOWER]
    return [*harmless, *(remedies for remedies in order if remedies not in harmless)]


def keeps_up(outcomes: dict[Remedies, Outcome]) -> bool:
    """Returns whether the program as it is, the outcome of no remedies, is about as good as the best candidate."""
    top = max((outcome.early for remedies, outcome in outcomes.items() if remedies), default=math.inf)
    return () in outcomes and math.isfinite(top) and outcomes[()].early >= top - slack(top)


def size(remedies: Remedies) -> int:
    """Returns how much remedies change: the edits, those of one layer after another counted as one."""
    return sum(len(set(map(_sort_of, remedy.edits))) + remedy.general for remedy in remedies)


def _sort_of(edit: Edit) -> tuple[str, str]:
    """Returns what edits of one sort have in common: rows that go, go from inputs and labels alike."""
    return edit.kind, "" if edit.kind == "transform_data" else edit.argument
