"""The way from what an audit found to remedies that are proven."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from keras_stable.diagnosis.reporting.report import Report
from keras_stable.repairs.candidate_sets import MOST, candidates
from keras_stable.repairs.measures import general_measures
from keras_stable.repairs.proving import Outcomes, Proof, prove, refusal
from keras_stable.repairs.racing import Ground, Remedies, informed, keeps_up, named, race
from keras_stable.repairs.remedies import Remedy, remedies_of
from keras_stable.repairs.shrinking import shrunk
from keras_stable.repairs.trial import Outcome

# Shares of the budget; a proof takes what is left.
_FIRST_RACE, _SECOND_RACE, _SHRINKING = 0.2, 0.2, 0.08
_IN_SECOND_RACE = 3
_LONGEST_RACE = 0.5
_FEW_CANDIDATES = 5
_LEAST_STEPS = 40


@dataclass(frozen=True)
class Cure:
    """Remedies that were taken, with their proof; none where none was.

    Attributes:
        remedies: tuple of `Remedy`.
        proof: `Proof`; of the last that was refused where none was taken, None where nothing was tried.
    """

    remedies: Remedies = ()
    proof: Proof | None = None


def cure(ground: Ground, report: Report, say: Callable[[str], None], before: Outcomes | None = None) -> Cure:
    """Returns the smallest set of remedies that is proven to make the program better.

    Candidates race over the same batches and seeds: all of them for a short part of the training, the best three for
    a longer part. What the winner can do without is taken out. It is then trained beside the program as it is, and
    judged by other rows than those that the races were decided by.

    Args:
        ground: the program, and what may be trained.
        report: what the audit found.
        say: called with a line before each part.
        before: dict of (seed, share) to what came of the program as it is, where it was trained already.
    """
    budget = ground.ledger.budget
    before = {} if before is None else before
    graver = report.at_least("warning")
    # What goes with every candidate has to be such that it can.
    possible = [one for one in remedies_of(report) if not one.sound or ground.trial((one,)) is not None]
    own = {remedy.edits for remedy in possible}
    measures = [one for one in general_measures(report, graver[0]) if one.edits not in own]
    most = _most_candidates(report, budget)
    sets = candidates(possible, measures if _needs_more(possible, report) else [], most)
    say(f"Racing {len(sets)} candidates")
    order = _order(ground, sets, min(most, len(sets)) <= _FEW_CANDIDATES, bool(before) or not ground.fresh)
    last: Proof | None = None
    for number, remedies in enumerate(order[:_IN_SECOND_RACE]):
        if number == 0:
            say("Taking out what is not needed")
            remedies = shrunk(ground, remedies, budget * _SHRINKING)
        say(f"Proving: {named(remedies)}")
        proof = prove(ground, remedies, before)
        if proof is None:
            continue
        last = proof
        if _taken(remedies, proof):
            return Cure(remedies, proof)
        ground.refused[named(remedies)] = refusal(proof)
    return Cure((), last)


def _order(ground: Ground, sets: list[Remedies], once: bool, late: bool) -> list[Remedies]:
    """Returns the candidates, the best first, by races.

    Args:
        ground: what they have in common.
        sets: the candidates, the likeliest first.
        once: bool, one race in place of two: of few candidates one, the longer for it, says more.
        late: bool, whether what is wrong was found after a training, so that a short race need not show it.
    """
    if len(sets) < 2:
        return sets
    blind = False

    def best(outcomes: dict[Remedies, Outcome]) -> list[Remedies]:
        nonlocal blind
        blind = keeps_up(outcomes)
        return informed(outcomes)

    def raced(few: list[Remedies], part: float) -> list[Remedies]:
        runners = [(), *few] if late else few
        return race(ground, runners, min(_LONGEST_RACE, ground.ledger.budget * part / len(runners)), best)

    order = raced(sets, _FIRST_RACE + once * _SECOND_RACE)
    # Where a race cannot see the fault, what another would cost goes into one more proof.
    if not once and not blind:
        order = [*raced(order[:_IN_SECOND_RACE], _SECOND_RACE), *order[_IN_SECOND_RACE:]]
    return order


def _most_candidates(report: Report, budget: float) -> int:
    """Returns how many candidates are raced: few where a short race of many would be over before anything is learnt."""
    plan = report.facts.get("plan")
    steps = math.inf if plan is None or not plan.steps else budget * _FIRST_RACE * plan.steps / MOST
    return MOST if steps >= _LEAST_STEPS else _FEW_CANDIDATES


# Rules of the steps, the predictions and the course of a training: something is wrong with the training itself.
_OF_TRAINING = ("KS4", "KS5", "KS6")


def _needs_more(possible: Sequence[Remedy], report: Report) -> bool:
    """Returns whether general measures are worth a trial: not where nothing is wrong with the training itself."""
    if any(not remedy.sound and remedy.finding.severity != "advice" for remedy in possible):
        return True
    roots = [finding for finding in report.at_least("warning") if not finding.cause]
    if any(finding.id.startswith(_OF_TRAINING) and not finding.edits for finding in roots):
        return True
    learning = report.facts.get("learning")
    return not possible and not (learning is not None and learning.healthy)


def _taken(remedies: Remedies, proof: Proof) -> bool:
    if proof.after.figure is None:
        return False
    if all(remedy.sound for remedy in remedies):
        return any(remedy.leak for remedy in remedies) or not proof.worse
    return proof.better
