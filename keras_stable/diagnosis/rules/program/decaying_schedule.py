"""KS706."""

import math
from collections.abc import Iterator

from keras_stable.diagnosis.edit import Edit
from keras_stable.diagnosis.facts import Learning, Schedule
from keras_stable.diagnosis.rule import Found, Severity, Skip, Threshold, rule

GONE = Threshold(1e-4, "Share of the highest rate below which nothing moves. Usual schedules end above it.")
SHARE = Threshold(0.3, "Share of the steps without a rate. A cosine to 0 has 1 %, an exponential one to 1e-5 20 %.")
MEAN = Threshold(
    0.05, "Mean rate over the highest one. Usual schedules have 0.1 to 0.6, the inverse of time 0.05 and more."
)
SOON = Threshold(0.1, "Share of the steps after which the rate never changes again: usual schedules last longer.")
ARRIVED = Threshold(0.5, "Highest planned rate over the one that would come later: a warm-up is over long before.")
COMPOUNDED = Threshold(0.1, "Last rate over the one that the function names for this epoch and the first rate.")
NEARLY = 0.95  # share gained over a constant answer that leaves nothing to lose
_PERIODS = ("ExponentialDecay", "InverseTimeDecay")  # which never end, and shrink once in `decay_steps`
_PATIENT = {"patience": "10", "min_lr": "1e-5"}
UNCHANGED, ROUNDING = 0.99, 1e-3
LOW = 0.5  # last rate over the highest, above which it does not matter when the schedule was over


@rule(
    "KS706",
    "decaying-schedule",
    remedy="Let the schedule last for the whole training: `decay_steps = epochs * steps_per_epoch`.",
    explains=(
        "slow-convergence",
        "learning-rate-too-low",
        "loss-not-decreasing",
        "update-ratio",
        "prediction-collapse",
        "never-predicted-class",
        "identical-outputs",
        "feature-collapse",
        "cannot-overfit-batch",
        "input-independent-loss",
        "excess-regularization",
    ),
    thresholds={
        "gone": GONE,
        "share": SHARE,
        "mean": MEAN,
        "soon": SOON,
        "arrived": ARRIVED,
        "compounded": COMPOUNDED,
    },
    own=True,
)
def decaying_schedule(schedule: Schedule, learning: Learning) -> Iterator[Found]:
    """The learning rate is gone long before the end of the training, or does not arrive within it.

    ## What it does

    Follows the rate over all planned steps, as Keras's own schedules and callbacks set it, or reads it from a
    history. It reports a rate of next to nothing for a good part of the steps, a schedule that is over in the first
    of them, a warm-up that is longer than the training, and a function that shrinks its own last result by more in
    every epoch.

    ## Why is this bad

    Training goes on to its end, and the loss stands still where the rate was lost. A schedule of
    `keras.optimizers.schedules` counts steps, a `LearningRateScheduler` epochs; taken for the other, the one is over
    in the first epoch and the other never begins.

    ## Example

        keras.callbacks.LearningRateScheduler(lambda epoch, lr: lr * 0.9**epoch)  # 0.9 to the power of 0 + 1 + 2 + ...

    ## Use instead

        keras.callbacks.LearningRateScheduler(lambda epoch, lr: lr * 0.9)
    """
    if not schedule.rates or schedule.error or len(schedule.rates) < 2:
        raise Skip("there is no path of the learning rate to follow")
    where = "callbacks" if schedule.unit == "epoch" else "compile"
    lost, message, remedy, score = _lost(schedule)
    if lost:
        severity, edits = _severity(schedule, learning), _edits(schedule)
        yield Found(where, message, _figures(schedule), None, remedy, severity, score, edits=edits)
    elif not schedule.observed and _never_changes(schedule):
        yield Found(
            where,
            f"The rate of {schedule.kind} stays {schedule.rates[0]:.3g} over all {schedule.steps:,} planned steps.",
            _figures(schedule),
            None,
            "Make its steps those of the training, or give the optimizer the number alone.",
            "advice",
            0.4,
        )


def _lost(schedule: Schedule) -> tuple[bool, str, str, float]:
    """Returns whether the rate is lost, in which words, the remedy, and how sure that is."""
    peak = schedule.peak
    if peak <= 0 and not schedule.later > 0:
        return True, f"{_named(schedule)} gives a rate of {peak:g} in all steps.", _lasting(schedule), 0.97
    if _never_arrives(schedule):
        named = " (`warmup_steps`)" if "warmup_steps" in schedule.settings else ""
        return (
            True,
            f"{_named(schedule)} rises to {peak:.3g} in the planned {schedule.steps:,} steps, and would reach "
            f"{schedule.later:.3g} only after them.",
            f"Make the warm-up{named} 5 to 10 % of the training, {max(1, schedule.steps // 20):,} steps"
            + (f", {max(1, schedule.epochs // 20)} epochs of them." if schedule.unit == "epoch" else "."),
            0.93,
        )
    gone = schedule.share_below(GONE.value * peak)
    if gone >= SHARE.value:
        when = next((step for step, rate in zip(schedule.at, schedule.rates, strict=True) if rate == peak), 0)
        from_step = next(
            (s for s, rate in zip(schedule.at, schedule.rates, strict=True) if s > when and rate <= GONE.value * peak),
            0,
        )
        text = f"{_named(schedule)} has lost its rate, {peak:.3g}, by step {from_step:,} of {schedule.steps:,}: "
        return True, f"{text}{gone:.0%} of them move nothing.{_why(schedule)}", _lasting(schedule), 0.95
    if not math.isnan(schedule.intended) and schedule.rates[-1] < COMPOUNDED.value * schedule.intended:
        text = f"{_named(schedule)} gets its own last result and shrinks it more in every epoch: the rate ends at "
        return True, f"{text}{schedule.rates[-1]:.2g} instead of {schedule.intended:.2g}.", _lasting(schedule), 0.9
    in_epochs = _lasts(schedule) == schedule.epochs < schedule.steps and schedule.rates[-1] < LOW * peak
    if _is_over_soon(schedule) and (schedule.mean() < MEAN.value or in_epochs):
        text = f"{_named(schedule)} is over almost at once: the mean rate of {schedule.steps:,} steps is "
        return True, f"{text}{schedule.mean():.1%} of the highest.{_why(schedule)}", _lasting(schedule), 0.85
    return False, "", "", 0.0


def _never_arrives(schedule: Schedule) -> bool:
    """Returns whether the planned steps are over before the warm-up is."""
    return schedule.later > 0 and schedule.peak < ARRIVED.value * schedule.later and _warms_up(schedule)


def _warms_up(schedule: Schedule) -> bool:
    """Returns whether the rate rises to the end: one that comes back in a later cycle has fallen before.

    In ten times the steps a warm-up rises tenfold, or twentyfold from an epoch 0 without a rate; a rate that grows by a
    factor in every epoch rises by much more.
    """
    return schedule.rates[-1] >= UNCHANGED * schedule.peak and not schedule.later > 20 * schedule.peak > 0


def _is_over_soon(schedule: Schedule) -> bool:
    """Returns whether the rate is at its last value from early on."""
    last = schedule.rates[-1]
    other = [step for step, rate in zip(schedule.at, schedule.rates, strict=True) if abs(rate - last) > ROUNDING * last]
    return not other or other[-1] <= SOON.value * schedule.steps


def _never_changes(schedule: Schedule) -> bool:
    return min(schedule.rates) >= UNCHANGED * schedule.peak > 0


def _named(schedule: Schedule) -> str:
    return schedule.kind if schedule.kind else "The learning rate in the history"


def _why(schedule: Schedule) -> str:
    if schedule.first_step:
        return f" The optimizer has counted {schedule.first_step:,} steps before this training."
    if schedule.kind in _PERIODS and schedule.settings.get("decay_steps"):
        period = schedule.settings["decay_steps"]
        return f" It shrinks every {period:g} steps, and an epoch has {schedule.steps_per_epoch}."
    lasts = _lasts(schedule)
    if schedule.unit == "step" and lasts == schedule.epochs != schedule.steps:
        return f" It lasts {lasts:,} steps, and {schedule.epochs:,} is the number of epochs."
    return f" It lasts {lasts:,} steps." if lasts and lasts < schedule.steps else ""


def _lasts(schedule: Schedule) -> int:
    return int(schedule.settings.get("decay_steps", 0)) if schedule.kind not in _PERIODS else 0


def _lasting(schedule: Schedule) -> str:
    if schedule.observed and schedule.kind == "ReduceLROnPlateau":
        arguments = ", ".join(f"{name}={value}" for name, value in _PATIENT.items())
        return f"Give it more `patience`, and a floor: `ReduceLROnPlateau({arguments})`."
    if schedule.first_step:
        return "Compile the model anew before it is trained again: the schedule goes by the optimizer's count of steps."
    if schedule.unit == "epoch" and math.isnan(schedule.intended):
        last = schedule.epochs - 1
        return (
            f"Have the function fall more slowly: of epoch {last}, the last, a hundredth of the highest rate is usual."
        )
    if schedule.unit == "epoch":
        return (
            "Return the rate of the epoch from the first one, `lambda epoch: first * 0.9**epoch`, or shrink the last "
            "one by a constant, `lambda epoch, lr: lr * 0.9`."
        )
    if schedule.kind in _PERIODS:
        return f"Shrink the rate once an epoch, which has so many steps: `decay_steps={schedule.steps_per_epoch}`."
    if schedule.kind == "PiecewiseConstantDecay":
        return f"Count `boundaries` in steps: those of an epoch are {schedule.steps_per_epoch} times its number."
    return (
        f"Let the schedule last for the whole training: `decay_steps={schedule.steps}`, {schedule.epochs} epochs of "
        f"{schedule.steps_per_epoch} steps."
    )


def _edits(schedule: Schedule) -> tuple[Edit, ...]:
    """Returns the remedy as data; nothing where the rate comes from a function of the user's, or from counted steps."""
    if schedule.observed and schedule.kind == "ReduceLROnPlateau":
        target = f"callback:{schedule.kind}"
        return tuple(Edit("set_argument", target, name, value) for name, value in _PATIENT.items())
    if schedule.first_step or schedule.unit == "epoch" or "decay_steps" not in schedule.settings:
        return ()
    if _never_arrives(schedule):
        steps, named = max(1, schedule.steps // 20), "warmup_steps" in schedule.settings
        return (Edit("set_argument", "schedule", "warmup_steps", str(steps)),) if named else ()
    steps = schedule.steps_per_epoch if schedule.kind in _PERIODS else schedule.steps
    return (Edit("set_argument", "schedule", "decay_steps", str(steps)),)


def _figures(schedule: Schedule) -> dict[str, float]:
    return {
        "highest_rate": schedule.peak,
        "last_rate": schedule.rates[-1],
        "mean_share": schedule.mean(),
        "share_gone": schedule.share_below(GONE.value * schedule.peak),
        "later_rate": schedule.later,
        "steps": schedule.steps,
        "epochs": schedule.epochs,
    }


def _severity(schedule: Schedule, learning: Learning) -> Severity:
    """Returns "advice" where the training that was run lost nothing by it."""
    over = learning.source == "history" and learning.has_learnt
    if over and (schedule.observed or learning.beyond_constant > NEARLY):
        return "advice" if learning.beyond_constant > NEARLY or schedule.kind == "ReduceLROnPlateau" else "warning"
    return "error" if schedule.peak <= 0 and not over else "warning"
