"""What Keras's own callbacks will do in a `fit`, by running their own methods over the planned epochs."""

import difflib
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from keras_stable.diagnosis import facts
from keras_stable.diagnosis.edit import callback_names
from keras_stable.diagnosis.evidence.program.fit_arguments import FitArguments
from keras_stable.diagnosis.evidence.program.metric_directions import Direction
from keras_stable.diagnosis.evidence.program.own_functions import isolated, unheard
from keras_stable.diagnosis.evidence.program.stand_in import Run, StandIn, is_of_keras, simulated
from keras_stable.diagnosis.evidence.program.watching import taken_for_better
from keras_stable.diagnosis.evidence.program.writing import writing_of

# Keys that improve do so by this much in every epoch: no `min_delta` is larger.
_STRIDE = 1e6
# Epochs that are looked at: more tell nothing new of when a callback acts.
_MOST_EPOCHS = 2000
_RATE_KEYS = ("learning_rate", "lr")


@dataclass(frozen=True)
class Setting:
    """The `fit` that callbacks are looked at in.

    Attributes:
        fit: its arguments, with Keras's part in the place of callbacks that the user derived from Keras's.
        given: tuple of the callbacks as they were given; () for those of `fit`.
        epochs: int, planned; None where nobody said.
        steps_per_epoch: int; None where not known.
        learning_rate: as `learning_rate_of` returns it.
        metrics: those of the model.
        epoch_keys: frozenset of the keys at the end of an epoch; empty where nobody can tell.
        directions: mapping of key to `Direction`.
    """

    fit: FitArguments
    epochs: int | None = None
    steps_per_epoch: int | None = None
    learning_rate: Any = 1e-3
    metrics: tuple[Any, ...] = ()
    epoch_keys: frozenset[str] = frozenset()
    directions: Mapping[str, Direction] = field(default_factory=dict)
    given: tuple[Any, ...] = ()

    @property
    def run(self) -> Run:
        """Returns the epochs that are simulated."""
        first = self.fit.initial_epoch
        planned = first + _MOST_EPOCHS if self.epochs is None else self.epochs
        return Run(min(planned, first + _MOST_EPOCHS), 1, first)

    def stand_in(self) -> StandIn:
        """Returns a stand-in for the model."""
        return StandIn(self.learning_rate, 0, self.metrics)


def examined(setting: Setting) -> tuple[facts.Callback, ...]:
    """Returns what each of Keras's own callbacks will do."""
    every = setting.fit.callbacks
    return tuple(_examined(index, setting) for index, callback in enumerate(every) if is_of_keras(callback))


def _examined(index: int, setting: Setting) -> facts.Callback:
    callback = setting.fit.callbacks[index]
    kind = type(callback).__name__
    monitor = getattr(callback, "monitor", None)
    if kind == "ModelCheckpoint" and not callback.save_best_only:
        monitor = None
    seen = facts.Callback(kind=kind, index=index, monitor="", takes="", better="", **_settings(callback))
    if isinstance(monitor, str):
        seen = _watching(seen, callback, monitor, setting)
    if not seen.error and kind in ("LearningRateScheduler", "ReduceLROnPlateau"):
        seen = _with(seen, error=_refused(callback, seen, setting))
    target = callback_names(setting.given or setting.fit.callbacks)[index]
    return _with(seen, lost_to=_lost_to(index, seen, setting), target=target)


def _settings(callback: Any) -> dict[str, Any]:
    """Returns the numbers that a callback was made with, by the names that the facts have."""
    baseline, frequency = getattr(callback, "baseline", None), getattr(callback, "save_freq", 0)
    return {
        "mode": str(getattr(callback, "mode", "auto")),
        "patience": int(getattr(callback, "patience", 0) or 0),
        "start_from_epoch": int(getattr(callback, "start_from_epoch", 0) or 0),
        "min_delta": abs(float(getattr(callback, "min_delta", 0.0) or 0.0)),
        "baseline": math.nan if baseline is None else float(baseline),
        "factor": float(getattr(callback, "factor", 1.0)),
        "min_lr": float(getattr(callback, "min_lr", 0.0) or 0.0),
        "restores": bool(getattr(callback, "restore_best_weights", False)),
        "saves_best": bool(getattr(callback, "save_best_only", False)),
        "save_freq": frequency if isinstance(frequency, int) and not isinstance(frequency, bool) else 0,
    }


def _with(seen: facts.Callback, **changed: Any) -> facts.Callback:
    return facts.Callback(**{**vars(seen), **changed})


def _watching(seen: facts.Callback, callback: Any, monitor: str, setting: Setting) -> facts.Callback:
    """Returns the facts with what holds for the key that it goes by."""
    keys = _keys_for(seen, setting)
    given = setting.given or setting.fit.callbacks
    earlier = [writing_of(other) for other in given[: seen.index]]
    later = [writing_of(other) for other in given[seen.index + 1 :]]
    certain = bool(keys) and not any(writing.possible for writing in earlier)
    available = monitor in keys or not certain
    direction = setting.directions.get(monitor, Direction())
    takes, error = taken_for_better(callback, setting.metrics)
    if error and monitor not in keys and not certain:
        error = ""
    changed = {
        "monitor": monitor,
        "available": available,
        "written_later": not available and any(monitor in writing.texts for writing in later),
        "similar": "" if available else _similar(monitor, keys),
        "takes": takes,
        "better": direction.better,
        "measured": direction.measured,
        "best_possible": direction.best,
        "to_gain": direction.to_gain,
        "error": error,
    }
    seen = _with(seen, **changed)
    return _with(seen, acts_after=_acts_after(callback, seen, setting))


def _keys_for(seen: facts.Callback, setting: Setting) -> frozenset[str]:
    """Returns the keys of the logs that a callback gets, those that earlier ones of Keras's add among them."""
    if not setting.epoch_keys:
        return frozenset()
    if seen.kind == "ModelCheckpoint" and seen.save_freq:
        return frozenset(key for key in setting.epoch_keys if not key.startswith("val_"))
    kinds = [type(other).__name__ for other in setting.fit.callbacks[: seen.index]]
    sets_rate = seen.kind == "ReduceLROnPlateau" or {"LearningRateScheduler", "ReduceLROnPlateau"} & set(kinds)
    return setting.epoch_keys | (set(_RATE_KEYS) if sets_rate else set())


def _similar(monitor: str, keys: frozenset[str]) -> str:
    """Returns the key that was probably meant: the same of the other data first, then one that is spelt alike.

    >>> _similar("val_acc", frozenset({"loss", "accuracy", "val_loss", "val_accuracy"}))
    'val_accuracy'
    """
    bare = monitor.removeprefix("val_")
    if bare in keys:
        return bare
    prefix = "val_" if monitor.startswith("val_") else ""
    same = {key.removeprefix("val_"): key for key in keys if key.startswith("val_") == bool(prefix)}
    close = [same[name] for name in difflib.get_close_matches(bare, sorted(same), n=1, cutoff=0.5)]
    longer = [same[name] for name in sorted(same) if bare and bare in name]
    usual = [key for key in ("val_loss", "loss") if key in keys]
    return (longer or close or usual or [""])[0]


def _acts_after(callback: Any, seen: facts.Callback, setting: Setting) -> int:
    """Returns the epochs after which it stops, or lowers the rate of, a training whose key improves all the time."""
    if not seen.available or seen.error or not seen.better or seen.kind == "ModelCheckpoint":
        return 0
    sign = 1.0 if seen.better == "max" else -1.0
    first = setting.fit.initial_epoch
    rate = setting.learning_rate if isinstance(setting.learning_rate, float) else 1.0
    alone = StandIn(rate, 0, setting.metrics)

    def logs(epoch: int) -> dict[str, float]:
        return {seen.monitor: sign * _STRIDE * (epoch + 1)} if setting.fit.validates(epoch) else {}

    if not seen.monitor.startswith("val_"):
        course = simulated(alone, [callback], setting.run, lambda epoch: {seen.monitor: sign * _STRIDE * (epoch + 1)})
    else:
        course = simulated(alone, [callback], setting.run, logs)
    if seen.kind == "EarlyStopping":
        return course.epochs if course.stopped and first + course.epochs < setting.run.epochs else 0
    lowered = [index for index, own in enumerate(course.epoch_rates) if own < np.float32(rate)]
    return lowered[0] + 1 if lowered else 0


def _refused(callback: Any, seen: facts.Callback, setting: Setting) -> str:
    """Returns what Keras raises when a callback sets the rate: it refuses where a schedule does, among others."""
    # Without a plan, what a function of epochs does in late ones does not count.
    run = (
        setting.run if setting.epochs is not None else Run(setting.fit.initial_epoch + 1, 1, setting.fit.initial_epoch)
    )
    stuck = {seen.monitor: 0.0} if seen.monitor else {}
    return simulated(setting.stand_in(), [callback], run, lambda epoch: stuck).error


def _lost_to(index: int, seen: facts.Callback, setting: Setting) -> str:
    """Returns which other callback leaves a ReduceLROnPlateau without any effect."""
    if seen.kind != "ReduceLROnPlateau" or seen.error or not seen.available:
        return ""
    others = [other for other in setting.fit.callbacks if is_of_keras(other)]
    for other in others:
        if type(other).__name__ == "LearningRateScheduler" and _ignores_rate(other):
            return "LearningRateScheduler"
    rate = setting.learning_rate
    if not isinstance(rate, float):
        return ""
    stopping = [o for o in others if type(o).__name__ == "EarlyStopping" and o.monitor == seen.monitor]
    callback = setting.fit.callbacks[index]
    for other in stopping:
        both = [one for one in setting.fit.callbacks if one is callback or one is other]
        course = simulated(StandIn(rate, 0, setting.metrics), both, setting.run, lambda epoch: {seen.monitor: 0.0})
        # The rate that the last epoch ends with is never trained with.
        if course.stopped and all(own >= np.float32(rate) for own in course.epoch_rates[:-1]):
            return "EarlyStopping"
    return ""


def _ignores_rate(callback: Any) -> bool:
    """Returns whether the function of a LearningRateScheduler gives the same, whatever the rate was before."""
    with unheard():
        try:
            schedule = isolated(callback.schedule)
            return all(schedule(epoch, 1.0) == schedule(epoch, 0.25) for epoch in (1, 2, 5))
        except TypeError:
            return True  # it takes the epoch alone
        except Exception:  # noqa: BLE001 - the user's function; what it raises in `fit` is told elsewhere
            return False
