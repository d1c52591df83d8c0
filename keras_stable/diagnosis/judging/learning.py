"""The judge: whether a model learns, from its history, or else from the probe."""

import math

import numpy as np

from keras_stable.diagnosis.facts import Evaluation, History, Learning, Plan, Probe

# A model that has learnt anything beats the best constant answer by more than this share of its loss.
LEARNT = 0.9
# A loss this far above where it began, and above the constant answer's, diverges.
DIVERGED = 1.5
# Without a number of epochs, a program is taken to train for so many steps.
USUAL_STEPS = 3000
# How many standard errors a trend must have to be more than noise.
TREND = 3.0
# Answers that differ by less than this share of their size differ by rounding only.
ROUNDING = 1e-6
_RATES = {"learning_rate*10": 10, "learning_rate*100": 100}


def judge(
    plan: Plan,
    evaluation: Evaluation | None = None,
    history: History | None = None,
    probe: Probe | None = None,
) -> Learning:
    """Returns the judgement on the strongest evidence there is: a history, then a probe, then the audited weights.

    >>> judge(Plan(), history=History(loss=(2.3, 1.0, 0.2))).state
    'learning'
    >>> judge(Plan(), history=History(loss=(2.31, 2.31, 2.30))).state
    'stuck'
    """
    if history is not None and history.loss:
        return _by_history(history)
    if probe is not None and probe.loss:
        return _by_probe(plan, probe)
    if evaluation is not None and plan.trained:
        return _by_weights(evaluation)
    return Learning("unknown", "", math.nan, math.nan, math.nan, math.nan, "nothing was trained")


def _by_history(history: History) -> Learning:
    losses = np.asarray(history.loss, "float64")
    first, last = float(losses[0]), float(losses[-1])
    best = float(np.nanmin(losses)) if np.isfinite(losses).any() else math.nan
    constant = history.constant_loss
    made = ("history", first, last, best, constant)
    epochs = f"{len(losses)} epochs"
    if not np.isfinite(losses).all():
        where = int(np.argmin(np.isfinite(losses))) + 1
        return Learning("diverging", *made, f"the loss is {losses[where - 1]} from epoch {where} on")
    if last > max(DIVERGED * best, DIVERGED * first) and not last < LEARNT * constant:
        return Learning("diverging", *made, f"the loss rose from {best:.3g} to {last:.3g}")
    limit = _limit(constant, first)
    if last < limit and _beats_majority(history):
        return Learning("learning", *made, f"the loss fell to {last:.3g} in {epochs}")
    if _falls(losses) and last < 0.98 * first:
        return Learning("slow", *made, f"the loss only fell from {first:.3g} to {last:.3g} in {epochs}")
    return Learning("stuck", *made, f"the loss went from {first:.3g} to {last:.3g} in {epochs}{_against(constant)}")


def _beats_majority(history: History) -> bool:
    if not history.accuracy or not math.isfinite(history.majority_share):
        return True
    # Rare classes may be all there is to win.
    return max(history.accuracy) > history.majority_share + 0.1 * (1 - history.majority_share) or (
        history.loss[-1] < 0.7 * history.constant_loss
    )


def _by_probe(plan: Plan, probe: Probe) -> Learning:
    losses = np.asarray(probe.loss, "float64")
    window = max(1, min(len(losses) // 5, 30))
    constant, first = probe.before.constant_loss, probe.before.loss
    unmeasured = not math.isfinite(first) and probe.stopped != "nonfinite"
    if unmeasured:
        first = float(np.mean(losses[:window]))
    smooth = float(np.mean(losses[-window:]))
    # Moving statistics of batch normalization lag behind: inference may be worse than training for a while.
    last = _smallest(probe.after.loss, smooth - probe.after.penalty)
    best = _smallest(last, *(float(np.mean(part)) for part in np.array_split(losses, max(1, len(losses) // window))))
    made = ("probe", first, last, best, constant)
    steps = f"{probe.steps} steps"
    if probe.stopped == "nonfinite" or not math.isfinite(last):
        return Learning("diverging", *made, f"NaN or infinite numbers after {steps}")
    start = _smallest(first, float(np.mean(losses[:window])))
    if last > DIVERGED * start and not last < LEARNT * constant:
        return Learning("diverging", *made, f"the loss rose from {start:.3g} to {last:.3g} in {steps}")
    limit = _limit(constant, first)
    if last < limit:
        return Learning("learning", *made, f"the loss fell to {last:.3g} in {steps}{_against(constant)}")
    if _same_for_all(probe.after):
        return Learning("stuck", *made, f"every sample gets the same answer after {steps}")
    planned = plan.steps or USUAL_STEPS
    if planned > probe.steps and (_will_reach(losses, planned, limit) or _will_at_rate(probe, planned, limit)):
        return Learning("learning", *made, f"the loss falls, and {planned} steps will do")
    if unmeasured:
        return Learning("unknown", *made, f"the loss that the training step reports stays near {last:.3g}")
    if _falls(losses):
        return Learning("slow", *made, f"the loss only fell from {start:.3g} to {last:.3g} in {steps}")
    return Learning("stuck", *made, f"the loss went from {start:.3g} to {last:.3g} in {steps}{_against(constant)}")


def _by_weights(evaluation: Evaluation) -> Learning:
    loss, constant = evaluation.loss, evaluation.constant_loss
    made = ("", math.nan, loss, loss, constant)
    if loss < LEARNT * constant:
        return Learning("learning", *made, f"the trained weights have a loss of {loss:.3g}{_against(constant)}")
    if not math.isfinite(loss):
        return Learning("diverging", *made, f"the trained weights have a loss of {loss}")
    return Learning("unknown", *made, f"the trained weights have a loss of {loss:.3g}{_against(constant)}")


def _same_for_all(evaluation: Evaluation) -> bool:
    same = [each.distinct_rows == 1 or each.spread < ROUNDING * each.scale for each in evaluation.outputs]
    return evaluation.samples > 1 and any(same)


def _limit(constant: float, first: float) -> float:
    """Returns the loss under which something was learnt; where no constant answer is known, by the first loss alone."""
    return LEARNT * min(constant, first) if math.isfinite(constant) else LEARNT * first


def _falls(losses: np.ndarray) -> bool:
    """Returns whether the loss falls by more than its noise: a t test on the slope of the second half."""
    medians, _ = _second_half(losses)
    return len(medians) >= 3 and _slope(medians)[0] < -TREND * _slope(medians)[1]


def _second_half(losses: np.ndarray) -> tuple[np.ndarray, float]:
    """Returns medians of up to ten stretches of the second half, which single spikes do not move, and their length."""
    half = losses[len(losses) // 2 :]
    parts = np.array_split(half, min(10, len(half)))
    return np.array([np.median(part) for part in parts]), len(half) / max(len(parts), 1)


def _slope(values: np.ndarray) -> tuple[float, float]:
    """Returns the slope of a straight line through evenly spaced values, and its standard error."""
    x = np.arange(len(values)) - (len(values) - 1) / 2
    slope = float(x @ (values - values.mean()) / (x @ x))
    rest = values - values.mean() - slope * x
    return slope, float(np.sqrt(rest @ rest / max(len(x) - 2, 1) / (x @ x)))


def _will_reach(losses: np.ndarray, planned: int, limit: float) -> bool:
    """Returns whether the trend of the second half, gone on with, gets under the limit in the planned steps."""
    if not _falls(losses):
        return False
    medians, length = _second_half(losses)
    return bool(medians[-1] + _slope(medians)[0] / length * (planned - len(losses)) < limit)


def _will_at_rate(probe: Probe, planned: int, limit: float) -> bool:
    """Returns whether a trial at a larger rate learnt in so few steps that the own rate will in the planned ones.

    With small steps, k steps at ten times the rate go as far as 10 k steps at the rate.
    """
    return any(
        trial.name in _RATES and trial.loss < limit and _RATES[trial.name] * trial.steps <= planned
        for trial in probe.trials
    )


def _smallest(*values: float) -> float:
    return min((value for value in values if math.isfinite(value)), default=math.nan)


def _against(constant: float) -> str:
    return f"; the best constant answer has {constant:.3g}" if math.isfinite(constant) else ""
