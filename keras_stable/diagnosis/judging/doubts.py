"""Where a loss that falls is no learning, or none is known."""

import math
from collections.abc import Sequence
from dataclasses import replace

from keras_stable.diagnosis.facts import Evaluation, History, Learning, LossCheck, Probe
from keras_stable.diagnosis.facts.balance import skill
from keras_stable.diagnosis.progress import LEARNT


def with_checks(judged: Learning, checks: Sequence[LossCheck]) -> Learning:
    """Returns the judgement, or another one where a loss falls that tells nothing of the answers.

    Args:
        judged: by the losses alone.
        checks: what own losses make of right and wrong answers.
    """
    if judged.state not in ("learning", "slow"):
        return judged
    for check in checks:
        if check.kind == "loss" and check.broadcasts:
            reason = "its loss compares every prediction with every label, so that the best is the mean of the labels"
            return replace(judged, state="stuck", reason=reason)
        if check.prefers_wrong:
            return replace(judged, state="stuck", reason=f"{judged.reason}, but it is smaller for wrong answers")
    return judged


def by_output(judged: Learning, seen: Evaluation | None) -> Learning:
    """Returns the judgement with the names of outputs that have learnt nothing, where others make the total fall.

    Args:
        judged: by the total loss.
        seen: the answers after the training; None where there are none.
    """
    outputs = seen.outputs if seen is not None else ()
    idle = [output.name for output in outputs if skill(output) < LEARNT]
    if judged.state != "learning" or len(outputs) < 2 or not idle:
        return judged
    no_better = "is no better" if len(idle) == 1 else "are no better"
    return replace(judged, reason=f"{judged.reason}; but {' and '.join(idle)} {no_better} than a constant answer")


def without_data(history: History) -> int:
    """Returns the first of the last epochs whose loss and accuracy are both exactly 0, counted from 1; 0 without one.

    No answers are all wrong and cost nothing.
    """
    last = len(history.loss)
    while (
        last
        and len(history.accuracy) == len(history.loss)
        and history.loss[last - 1] == history.accuracy[last - 1] == 0
    ):
        last -= 1
    return last + 1 if last < len(history.loss) else 0


def without_total(probe: Probe) -> Learning:
    """Returns what can be said of a step that logs no total: nothing but that its losses stay finite."""
    names = " and ".join(probe.losses)
    nothing = (math.nan,) * 4
    if probe.stopped == "nonfinite":
        return Learning("diverging", "probe", *nothing, f"NaN or infinite numbers after {probe.steps} steps", math.nan)
    if probe.rivals:
        reason = f"{names} are those of several optimizers, so that none of them has to fall"
    else:
        reason = "the training step logs no loss"
    return Learning("unknown", "probe", *nothing, reason, math.nan)
