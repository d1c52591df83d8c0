"""What may be wrong with one callback, each fault a function that returns a finding or None."""

import math
from collections.abc import Mapping

from keras_stable.diagnosis.edit import Edit
from keras_stable.diagnosis.facts import Callback, Callbacks
from keras_stable.diagnosis.rule import Found, Severity, Threshold

TINY = Threshold(1e-3, "A factor below which one reduction of the rate ends the training: usual ones are 0.1 to 0.5.")
LEAST = Threshold(0.5, "Share of the planned epochs that a training must get, however steadily its metric improves.")


def at(
    callback: Callback,
    message: str,
    evidence: Mapping[str, float],
    remedy: str,
    *,
    severity: Severity | None = None,
    confidence: float = 0.9,
    threshold: float | None = None,
    edits: tuple[Edit, ...] = (),
) -> Found:
    """Returns a finding about a callback, at its place in the list."""
    where = f"callbacks[{callback.index}]"
    return Found(
        where, message, dict(evidence), threshold, remedy, severity=severity, confidence=confidence, edits=edits
    )


def argument(callback: Callback, name: str, value: str) -> tuple[Edit, ...]:
    """Returns the edit that gives a callback another argument."""
    return (Edit("set_argument", _target(callback), name, value),)


def _target(callback: Callback) -> str:
    return f"callback:{callback.target or callback.kind}"


def missing(callback: Callback, callbacks: Callbacks) -> Found | None:
    """Reports a `monitor` that is no key of the logs."""
    if not callback.monitor or callback.available:
        return None
    effect = {"EarlyStopping": "never stops", "ReduceLROnPlateau": "never lowers the rate"}.get(
        callback.kind, "does not keep the best model"
    )
    if callback.error:
        effect = "makes `fit` fail at the end of the first epoch"
    keys = ", ".join(callbacks.keys)
    validation = callback.monitor.startswith("val_") and not any(key.startswith("val_") for key in callbacks.keys)
    if callback.written_later:
        remedy = f"Put it behind the callback that writes `{callback.monitor}`: they are called in their order."
    elif validation:
        remedy = (
            "Give `fit` a `validation_data` or `validation_split`, or watch a key of the training: "
            f'`{callback.kind}(..., monitor="{callback.similar or "loss"}")`.'
        )
    elif callback.kind == "ModelCheckpoint" and callback.save_freq:
        remedy = 'Take `save_freq="epoch"`: between two steps there is no value of the validation.'
    else:
        remedy = f'Write `{callback.kind}(..., monitor="{callback.similar or "loss"}")`.'
    return at(
        callback,
        f"{callback.kind} watches {callback.monitor}, which is no key of the logs ({keys}): it {effect}.",
        {"keys": len(callbacks.keys)},
        remedy,
        severity="error" if callback.error else "warning",
        confidence=0.95,
        edits=() if callback.written_later else argument(callback, "monitor", f'"{callback.similar or "loss"}"'),
    )


def refused(callback: Callback, callbacks: Callbacks) -> Found | None:
    """Reports what Keras raises: a direction that it cannot tell, a rate that a schedule sets already."""
    del callbacks
    if not callback.error:
        return None
    edits: tuple[Edit, ...] = (Edit("remove", _target(callback)),)
    if callback.monitor and not callback.takes:
        better = callback.better or "max"
        edits = argument(callback, "mode", f'"{better}"')
        remedy = f'Write `{callback.kind}(..., monitor="{callback.monitor}", mode="{better}")`.'
    elif "LearningRateSchedule" in callback.error or "learning_rate" in callback.error:
        remedy = "Give the optimizer a number as `learning_rate`, or leave the callback out: only one may set it."
    else:
        remedy = "Mend the function that the callback was given: it must return a float for every epoch."
    return at(
        callback,
        f"`fit` fails on account of {callback.kind}. {callback.error}",
        {},
        remedy,
        severity="error",
        confidence=0.95,
        edits=edits,
    )


def beyond_reach(callback: Callback, callbacks: Callbacks) -> Found | None:
    """Reports improvements that no training can make, and epochs that never come."""
    epochs = callbacks.epochs
    if callback.kind == "EarlyStopping" and epochs is not None and callback.start_from_epoch >= epochs:
        return at(
            callback,
            f"EarlyStopping begins at epoch {callback.start_from_epoch}, but {epochs} are planned: it does nothing.",
            {"start_from_epoch": callback.start_from_epoch, "epochs": epochs},
            f"Take `start_from_epoch={epochs // 10}`, or leave it out.",
            edits=argument(callback, "start_from_epoch", str(epochs // 10)),
        )
    if callback.save_freq and callbacks.steps is not None and callback.save_freq > callbacks.steps:
        return at(
            callback,
            f"{callback.kind} writes every {callback.save_freq:,} steps, but {callbacks.steps:,} are planned: no file "
            "is ever written.",
            {"save_freq": callback.save_freq, "steps": callbacks.steps},
            'Take `save_freq="epoch"`, which is counted in epochs; a number is counted in steps.',
            edits=argument(callback, "save_freq", '"epoch"'),
        )
    if callback.takes != callback.better or math.isnan(callback.to_gain):
        return None
    return _unreachable_baseline(callback) or _too_large_delta(callback, epochs)


def _unreachable_baseline(callback: Callback) -> Found | None:
    sign = 1 if callback.better == "max" else -1
    if not sign * (callback.baseline - callback.best_possible) > 0:
        return None
    return at(
        callback,
        f"{callback.kind} waits for a {callback.monitor} beyond {callback.baseline:g}, but ideal answers have "
        f"{callback.best_possible:.4g}: it stops after {callback.patience} epochs, whatever is learnt.",
        {"baseline": callback.baseline, "best_possible": callback.best_possible},
        "Leave `baseline` out, or give it in the unit of the metric: accuracies go from 0 to 1.",
        edits=argument(callback, "baseline", "None"),
    )


def _too_large_delta(callback: Callback, epochs: int | None) -> Found | None:
    """Reports a `min_delta` of which the metric can make so few that the training must end early."""
    if callback.kind == "ModelCheckpoint" or not callback.min_delta > 0 or epochs is None:
        return None
    times = math.floor(callback.to_gain / callback.min_delta)
    # The first value counts as an improvement; then one that large may come in the last epoch that is waited for.
    reached = callback.start_from_epoch + 1 + (times + 1) * max(callback.patience, 1)
    if reached >= LEAST.value * epochs:
        return None
    act = "the training ends" if callback.kind == "EarlyStopping" else "the rate is lowered first"
    return at(
        callback,
        f"{callback.kind} takes less than {callback.min_delta:g} for no improvement of {callback.monitor}, which has "
        f"{callback.to_gain:.3g} to gain in all: {act} by epoch {reached} of {epochs}.",
        {"min_delta": callback.min_delta, "to_gain": callback.to_gain, "epochs": epochs},
        f"Take `min_delta={callback.to_gain / 1000:.1g}` or less.",
        confidence=0.85,
        edits=argument(callback, "min_delta", f"{callback.to_gain / 1000:.1g}"),
    )


def undone(callback: Callback, callbacks: Callbacks) -> Found | None:
    """Reports a reduction of the rate that never takes effect, or takes all of it."""
    del callbacks
    if callback.lost_to == "LearningRateScheduler":
        return at(
            callback,
            "LearningRateScheduler sets the rate anew in every epoch and asks not for the last one, so what "
            "ReduceLROnPlateau lowers lasts for no step.",
            {},
            "Leave one of them out, such as ReduceLROnPlateau, or have the function use its second argument: "
            "`lambda epoch, lr: lr`.",
            confidence=0.85,
            edits=(Edit("remove", _target(callback)),),
        )
    if callback.lost_to == "EarlyStopping":
        return at(
            callback,
            f"ReduceLROnPlateau waits {callback.patience} epochs without an improvement of {callback.monitor}, by when "
            "EarlyStopping has ended the training: no epoch is trained at a lower rate.",
            {"patience": callback.patience},
            f"Give ReduceLROnPlateau less `patience` than EarlyStopping, a third: `patience={callback.patience // 3}`.",
            confidence=0.6,
            edits=argument(callback, "patience", str(callback.patience // 3)),
        )
    return None


def idle(callback: Callback, callbacks: Callbacks) -> Found | None:
    """Reports a callback whose numbers keep it from ever doing anything useful."""
    epochs, rate = callbacks.epochs, callbacks.learning_rate
    if callback.kind == "ReduceLROnPlateau":
        if callback.min_lr >= rate > 0:
            return at(
                callback,
                f"ReduceLROnPlateau never goes below {callback.min_lr:g}, and the rate is {rate:g} from the beginning.",
                {"min_lr": callback.min_lr, "learning_rate": rate},
                f"Take `min_lr={rate / 1000:.1g}`.",
                edits=argument(callback, "min_lr", f"{rate / 1000:.1g}"),
            )
        if callback.factor < TINY.value and callback.min_lr <= TINY.value * rate:
            return at(
                callback,
                f"ReduceLROnPlateau multiplies the rate by {callback.factor:g}: after the first plateau nothing moves.",
                {"factor": callback.factor},
                "Take `factor=0.5`, or 0.1.",
                edits=argument(callback, "factor", "0.5"),
                threshold=TINY.value,
            )
    waits = callback.kind in ("EarlyStopping", "ReduceLROnPlateau") and not callback.restores
    if waits and epochs is not None and callback.patience + callback.start_from_epoch >= epochs:
        return at(
            callback,
            f"{callback.kind} waits {callback.patience} epochs, and {epochs} are planned: it never acts.",
            {"patience": callback.patience, "epochs": epochs},
            f"Take `patience={max(1, epochs // 10)}`, or plan more epochs.",
            edits=argument(callback, "patience", str(max(1, epochs // 10))),
            severity="advice",
            confidence=0.6,
        )
    if callback.kind == "EarlyStopping" and callback.patience == 0:
        return at(
            callback,
            f"EarlyStopping ends the training at the first epoch in which {callback.monitor} is no better.",
            {"patience": 0},
            f'Give it patience: `EarlyStopping("{callback.monitor}", patience=5, restore_best_weights=True)`.',
            edits=argument(callback, "patience", "5"),
            severity="advice",
            confidence=0.5,
        )
    return None
