"""The judge: whether a model learns, from its history, or else from the probe."""

import math

import numpy as np

from keras_stable.diagnosis.facts import Evaluation, History, Learning, Plan, Probe
from keras_stable.diagnosis.judging.doubts import without_data, without_total
from keras_stable.diagnosis.judging.trend import falls, line, second_half
from keras_stable.diagnosis.progress import LEARNT, USUAL_STEPS, gained, noise_of, to_gain
from keras_stable.diagnosis.vocabulary import HIGHER_RATES, RATE_FACTORS, UNCHANGED, State, TrialName

DIVERGED = 0.5
"""Rise above where the loss began, as a share of what there was to gain, from which on it diverges."""

NOTHING = 0.02
"""Share of what there is to gain that is no progress worth a word, even where it is no chance."""

CLEAR = 0.3
"""Share of what there is to gain that is progress even where the accuracy shows none: rare classes were won."""

LEAST_STEPS = 20
"""Steps of a probe below which nothing can be said: a window of five is all that noise can be averaged over."""

EARLY = 0.5
"""Share of the planned steps below which a loss that stands still may yet move: the longer part is still to come."""

TENFOLD: TrialName = "learning_rate*10"
"""The trial whose steps stand for ten each; at a hundred times the rate they are too long for that."""

ROUNDING = 1e-6
"""Share of their size by which answers differ that are the same but for rounding."""


def judge(
    plan: Plan,
    evaluation: Evaluation | None = None,
    history: History | None = None,
    probe: Probe | None = None,
) -> Learning:
    """Returns the judgement on the strongest evidence there is: a history, then a probe, then the audited weights.

    Losses are compared by differences only, as shares of what there is to gain; see `progress`.

    >>> judge(Plan(), history=History(loss=(2.3, 1.0, 0.2))).state
    'learning'
    >>> judge(Plan(), history=History(loss=(2.31, 2.31, 2.30))).state
    'stuck'
    """
    # A loss of 0 from the first epoch to the last is one that nothing ever updated.
    if history is not None and any(history.loss):
        return _by_history(history)
    if probe is not None and probe.loss and (probe.steps >= LEAST_STEPS or probe.stopped == "nonfinite"):
        return _by_probe(plan, probe)
    if probe is not None and probe.steps and not probe.loss:
        return without_total(probe)
    if evaluation is not None and plan.trained:
        return _by_weights(evaluation)
    if probe is not None and probe.loss:
        return _by_too_few_steps(probe)
    return Learning("unknown", "", math.nan, math.nan, math.nan, math.nan, "nothing was trained", math.nan)


def _by_history(history: History) -> Learning:
    losses = np.asarray(history.loss, "float64")
    first, last = float(losses[0]), float(losses[-1])
    constant, floor, noise = history.constant_loss, history.floor, noise_of(losses)
    best = float(np.nanmin(losses)) if np.isfinite(losses).any() else math.nan

    def says(state: State, reason: str) -> Learning:
        return Learning(state, "history", first, last, best, constant, reason, floor, noise)

    epochs = _counted(len(losses), "epoch")
    if empty := without_data(history):
        return says("stuck", f"loss and accuracy are exactly 0 from epoch {empty} on, as where an epoch has no data")
    if not np.isfinite(losses).all():
        broken = int(np.argmin(np.isfinite(losses)))
        return says("diverging", f"the loss is {losses[broken]} from epoch {broken + 1} on")
    beyond = gained(constant, last, floor, noise)
    if gained(first, last, floor, noise) < -DIVERGED and not beyond > LEARNT:
        return says("diverging", f"the loss rose from {best:.3g} to {last:.3g}")
    # The first epoch's loss is a mean over it, by the end of which a good model has learnt most.
    progress = beyond if math.isfinite(constant) else gained(first, last, floor, noise)
    if progress > LEARNT and _beats_majority(history, progress):
        return says("learning", f"the loss fell to {last:.3g} in {epochs}")
    if math.isnan(progress):
        return says("unknown", f"nothing tells what a loss of {last:.3g} after {epochs} is worth")
    if falls(losses) and gained(first, last, floor, noise) > NOTHING:
        return says("slow", f"the loss only fell from {first:.3g} to {last:.3g} in {epochs}")
    return says("stuck", f"the loss went from {first:.3g} to {last:.3g} in {epochs}{_against(constant)}")


def _beats_majority(history: History, progress: float) -> bool:
    if not history.accuracy or not math.isfinite(history.majority_share):
        return True
    share = history.majority_share
    return max(history.accuracy) > share + LEARNT * (1 - share) or progress > CLEAR


def _by_probe(plan: Plan, probe: Probe) -> Learning:
    losses = np.asarray(probe.loss, "float64")
    window = max(1, min(len(losses) // 5, 30))
    constant, first, floor = probe.before.constant_loss, probe.before.loss, probe.before.floor
    noise = noise_of(losses)
    unmeasured = not math.isfinite(first) and probe.stopped != "nonfinite"
    if unmeasured:
        first = float(np.mean(losses[:window]))
    smooth = float(np.mean(losses[-window:]))
    # Moving statistics of batch normalization lag behind: inference may be worse than training for a while.
    last = _smallest(probe.after.loss, smooth - probe.after.penalty)
    best = _smallest(last, *(float(np.mean(part)) for part in np.array_split(losses, max(1, len(losses) // window))))
    steps = _counted(probe.steps, "step")

    def says(state: State, reason: str, early: bool = False) -> Learning:
        return Learning(state, "probe", first, last, best, constant, reason, floor, noise, early)

    if probe.stopped == "nonfinite" or not math.isfinite(last):
        return says("diverging", f"NaN or infinite numbers after {steps}")
    start = _smallest(first, float(np.mean(losses[:window])))
    if gained(start, last, floor, noise) < -DIVERGED and not gained(constant, last, floor, noise) > LEARNT:
        return says("diverging", f"the loss rose from {start:.3g} to {last:.3g} in {steps}")
    yardstick = _smallest(constant, first)
    if gained(yardstick, last, floor, noise) > LEARNT:
        return says("learning", f"the loss fell to {last:.3g} in {steps}{_against(constant)}")
    if _same_for_all(probe.after):
        return says("stuck", f"every sample gets the same answer after {steps}")
    planned = plan.steps or USUAL_STEPS
    limit = yardstick - LEARNT * to_gain(yardstick, min(yardstick, best), floor, noise)
    if planned > probe.steps and (_will_reach(losses, planned, limit) or _will_at_rate(probe, planned, limit)):
        return says("learning", f"the loss falls, and {planned} steps will do")
    if unmeasured:
        return says("unknown", f"the loss that the training step reports stays near {last:.3g}")
    if falls(losses):
        return says("slow", f"the loss only fell from {start:.3g} to {last:.3g} in {steps}")
    if plan.steps is not None and _covered(probe) < EARLY * plan.steps and not _is_cured(probe, limit):
        return says("unknown", f"it is too early to say after {steps} of {plan.steps:,}", early=True)
    return says("stuck", f"the loss went from {start:.3g} to {last:.3g} in {steps}{_against(constant)}")


def _by_too_few_steps(probe: Probe) -> Learning:
    reason = f"{_counted(probe.steps, 'step')} of a short training are too few to say"
    before, after = probe.before, probe.after
    last = _smallest(after.loss, probe.loss[-1])
    return Learning("unknown", "probe", before.loss, last, last, before.constant_loss, reason, before.floor)


def _by_weights(evaluation: Evaluation) -> Learning:
    loss, constant, floor = evaluation.loss, evaluation.constant_loss, evaluation.floor
    if evaluation.own_loss:
        nothing = (math.nan,) * 4
        return Learning("unknown", "", *nothing, "the training step has a loss of its own", math.nan)
    words = f"the trained weights have a loss of {loss:.3g}"
    state: State = "unknown"
    if not math.isfinite(loss):
        state = "diverging"
    elif gained(constant, loss, floor) > LEARNT:
        state = "learning"
    against = _against(constant) if math.isfinite(loss) else ""
    return Learning(state, "", math.nan, loss, loss, constant, words + against, floor)


def _same_for_all(evaluation: Evaluation) -> bool:
    same = [output.distinct_rows == 1 or output.spread < ROUNDING * output.scale for output in evaluation.outputs]
    return evaluation.samples > 1 and any(same)


def _will_reach(losses: np.ndarray, planned: int, limit: float) -> bool:
    """Returns whether the trend of the second half, if it goes on, gets below the limit in the planned steps."""
    if not falls(losses):
        return False
    medians, length = second_half(losses)
    return bool(medians[-1] + line(medians)[0] / length * (planned - len(losses)) < limit)


def _will_at_rate(probe: Probe, planned: int, limit: float) -> bool:
    """Returns whether a trial at a larger rate learnt so soon that the model's own rate will in the planned steps.

    With small steps, k steps at ten times the rate go as far as 10 k steps at the rate.
    """
    return any(
        trial.name in HIGHER_RATES and trial.loss < limit and RATE_FACTORS[trial.name] * trial.steps <= planned
        for trial in probe.trials
    )


def _covered(probe: Probe) -> float:
    """Returns how many steps at the model's own rate were seen: the probe's, or those of a trial at ten times the rate.

    A trial that ends far worse than the unchanged one went elsewhere, and does not count.
    """
    trial = probe.trial(TENFOLD)
    if trial is None or not probe.gain(TENFOLD) > -LEARNT:
        return probe.steps
    return max(probe.steps, RATE_FACTORS[TENFOLD] * trial.steps)


def _is_cured(probe: Probe, limit: float) -> bool:
    """Returns whether a trial with one thing changed learnt: then the model does not lack steps."""
    return any(trial.name != UNCHANGED and trial.loss < limit for trial in probe.trials)


def _smallest(*values: float) -> float:
    return min((value for value in values if math.isfinite(value)), default=math.nan)


def _against(constant: float) -> str:
    return f"; the best constant answer has {constant:.3g}" if math.isfinite(constant) else ""


def _counted(number: int, unit: str) -> str:
    """Returns a number of things in words.

    >>> _counted(1, "epoch"), _counted(3, "step")
    ('1 epoch', '3 steps')
    """
    return f"{number} {unit}" if number == 1 else f"{number} {unit}s"
