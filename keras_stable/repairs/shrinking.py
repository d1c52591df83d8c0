"""Takes out of a repair what it can do without."""

from collections.abc import Iterator
from dataclasses import replace

from keras_stable.diagnosis.edit import Edit
from keras_stable.repairs.racing import Ground, Remedies, slack
from keras_stable.repairs.remedies import Remedy
from keras_stable.repairs.trial import Outcome

# What a part of the training reaches, the whole of it need not be longer for.
_GOOD = 0.9


def shrunk(ground: Ground, remedies: Remedies, budget: float) -> Remedies:
    """Returns the remedies without the edits whose removal costs nothing, as far as the budget goes.

    The edits of one kind in several layers are one piece. What is right whatever the figures show stays.

    Args:
        ground: what the programs have in common.
        remedies: those that won.
        budget: float, trainings that may be spent on it.
    """
    pieces = list(_pieces(remedies))
    if len(pieces) < 2 and not (pieces and len(remedies) > 1):
        return remedies
    until = ground.ledger.trainings + budget
    share = min(0.25, budget / (1 + len(pieces)))
    whole = _outcome(ground, remedies, share)
    if whole is None:
        return remedies
    if whole.whole >= _GOOD:
        remedies = tuple(remedy for remedy in remedies if not remedy.longer) or remedies
    for piece in pieces:
        if ground.ledger.trainings + share > until:
            break
        smaller = _without(remedies, piece)
        if not smaller:
            continue
        outcome = _outcome(ground, smaller, share)
        if outcome is not None and outcome.early >= whole.early - slack(whole.early):
            remedies = smaller
    return remedies


def _pieces(remedies: Remedies) -> Iterator[tuple[Remedy, frozenset[Edit]]]:
    """Yields what may go: general measures first, then what cures later findings, then parts of a remedy."""
    order = sorted(range(len(remedies)), key=lambda index: (not remedies[index].general, -index))
    loose = [remedies[index] for index in order if not (remedies[index].sound or remedies[index].longer)]
    for remedy in loose if len(remedies) > 1 else ():
        yield remedy, frozenset(remedy.edits)
    for remedy in loose:
        kinds = list(dict.fromkeys((edit.kind, edit.argument) for edit in remedy.edits))
        if len(kinds) > 1 and not any(map(_needs_the_others, remedy.edits)):
            for kind in reversed(kinds):
                yield remedy, frozenset(edit for edit in remedy.edits if (edit.kind, edit.argument) == kind)


def _needs_the_others(edit: Edit) -> bool:
    """Returns whether an edit is right only beside the others: rows of two arrays, and a loss with what it is given.

    A part of the training may not show it: three sigmoids learn under the loss of a softmax too, for a while.
    """
    return edit.kind == "transform_data" or edit.target.split(":")[0] == "loss"


def _without(remedies: Remedies, piece: tuple[Remedy, frozenset[Edit]]) -> Remedies:
    remedy, gone = piece
    kept = []
    for one in remedies:
        if one.finding is remedy.finding and one.general == remedy.general and set(one.edits) & gone:
            edits = tuple(edit for edit in one.edits if edit not in gone)
            if edits:
                kept.append(replace(one, edits=edits))
        else:
            kept.append(one)
    return tuple(kept)


def _outcome(ground: Ground, remedies: Remedies, share: float) -> Outcome | None:
    trial = ground.trial(remedies)
    if trial is None or ground.ledger.deadline.over:
        return None
    rows = ground.rows(trial)
    outcome = trial.run(rows.training, rows.choosing, share, ground.seed, deadline=ground.ledger.deadline)
    ground.ledger.book(outcome.work)
    return None if outcome.failure else outcome
