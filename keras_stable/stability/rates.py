"""Lowers the learning rate of an optimizer for good, whatever sets it: a number, a schedule, or a callback."""

import math
from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from keras_stable.keras_private import learning_rate_source, replace_learning_rate_source
from keras_stable.optimizers.of_models import innermost


@keras.saving.register_keras_serializable(package="keras_stable")
class LoweredSchedule(keras.optimizers.schedules.LearningRateSchedule):
    """The rate of another schedule, held below a limit and then scaled.

    Args:
        schedule: `keras.optimizers.schedules.LearningRateSchedule`.
        scale: float; what its rate is multiplied by. Default 1.
        limit: float; what its rate is held to before that; None is no limit. Default None.

    >>> lowered = LoweredSchedule(keras.optimizers.schedules.ExponentialDecay(1.0, 1, 0.5), scale=0.5, limit=0.4)
    >>> [float(lowered(step)) for step in range(3)]
    [0.2, 0.2, 0.125]
    """

    def __init__(self, schedule: Any, scale: float = 1.0, limit: float | None = None) -> None:
        self.schedule = keras.saving.deserialize_keras_object(schedule) if isinstance(schedule, dict) else schedule
        # Variables, so that a step that was traced already takes the next change too.
        self._scale = tf.Variable(scale, trainable=False, dtype="float32", name="rate_scale")
        self._limit = tf.Variable(math.inf if limit is None else limit, trainable=False, dtype="float32")

    def __call__(self, step: Any) -> Any:
        rate = tf.convert_to_tensor(self.schedule(step))
        return tf.minimum(rate, tf.cast(self._limit, rate.dtype)) * tf.cast(self._scale, rate.dtype)

    def lower(self, factor: float, limit: float | None) -> None:
        """Scales the rate once more, and holds it to `limit`, as it comes out of here, if there is one."""
        if limit is not None:
            self._limit.assign(min(float(self._limit), limit / float(self._scale)))
        self._scale.assign(float(self._scale) * factor)

    def get_config(self) -> dict[str, Any]:
        """Returns the schedule, the scale and the limit."""
        limit = float(self._limit)
        schedule = keras.saving.serialize_keras_object(self.schedule)
        return {"schedule": schedule, "scale": float(self._scale), "limit": limit if math.isfinite(limit) else None}


@keras.saving.register_keras_serializable(package="keras_stable")
class SettableRate(keras.optimizers.schedules.LearningRateSchedule):
    """A rate that is set from outside, in the place of a schedule.

    Args:
        rate: float.

    >>> rate = SettableRate(0.1)
    >>> rate.assign(0.2), round(float(rate(0)), 3)
    (None, 0.2)
    """

    def __init__(self, rate: float) -> None:
        self._rate = tf.Variable(rate, trainable=False, dtype="float32", name="rate")

    def __call__(self, step: Any) -> Any:
        return tf.convert_to_tensor(self._rate)

    def assign(self, rate: float) -> None:
        """Sets the rate."""
        self._rate.assign(rate)

    def get_config(self) -> dict[str, Any]:
        """Returns the rate."""
        return {"rate": float(self._rate)}


class RateControl:
    """Reads the rate of an optimizer, lowers it, and keeps it lowered when a callback sets it anew.

    A callback sets a rate either from the number of the epoch, and knows nothing of the lowered one, or from the rate
    that it reads. Of the two, the one under which the rate has changed less is what happened.

    Args:
        optimizer: `keras.optimizers.Optimizer`, or a wrapper around one.

    Attributes:
        optimizer: the one inside all wrappers.

    >>> optimizer = keras.optimizers.SGD(0.1)
    >>> control = RateControl(optimizer)
    >>> control.lower(0.5), round(control.current(), 3)
    (False, 0.05)
    >>> optimizer.learning_rate = 0.09
    >>> control.keep_lowered(), round(control.current(), 3)
    (None, 0.045)
    """

    def __init__(self, optimizer: Any) -> None:
        self.optimizer = innermost(optimizer)
        self._asked: float | None = None
        self._set: float | None = None
        self._jump: float | None = None

    def current(self) -> float:
        """Returns the rate of the next step."""
        return float(np.asarray(self.optimizer.learning_rate))

    def lower(self, factor: float, healthy: float | None = None) -> bool:
        """Multiplies the rate by `factor`, after holding it to `healthy`, the rate before it jumped, if it did.

        Returns:
            Whether the training step has to be traced again.
        """
        source = learning_rate_source(self.optimizer)
        if isinstance(source, LoweredSchedule):
            source.lower(factor, healthy)
            return False
        if isinstance(source, keras.optimizers.schedules.LearningRateSchedule):
            lowered = LoweredSchedule(source)
            lowered.lower(factor, healthy)
            replace_learning_rate_source(self.optimizer, lowered)
            return True
        if isinstance(source, keras.Variable):
            now = self.current()
            base = now if healthy is None else min(now, healthy)
            self._jump = now / base if base and now > base else self._jump
            self._asked = base if self._asked is None or healthy is not None else self._asked
            self._set = base * factor
            source.assign(self._set)
            self._set = self.current()
            return False
        replace_learning_rate_source(self.optimizer, _scaled(source, factor, healthy))
        return True

    def keep_lowered(self) -> None:
        """Looks whether a callback has set the rate since the last look, and lowers what it has set."""
        now = self.current() if self._set is not None else 0.0
        if self._set is None or self._asked is None or now == self._set or not now > 0:
            return
        changes = {"new": _change(now, self._asked), "changed": _change(now, self._set)}
        if self._jump is not None:
            # Who multiplied it by 100 divides it by 100 again, but that has been done already.
            changes["undone"] = _change(now * self._jump, self._set)
        what = min(changes, key=lambda name: changes[name])
        lowered = self._set / self._asked
        if what == "new":
            self._asked, now = now, now * lowered
        elif what == "undone":
            now, self._jump = self._set, None
        else:
            self._asked = now / lowered
        learning_rate_source(self.optimizer).assign(now)
        self._set = self.current()


def _change(rate: float, other: float) -> float:
    return abs(math.log(rate / other))


def _scaled(source: Callable[[], Any], factor: float, limit: float | None) -> Callable[[], Any]:
    def lowered() -> Any:
        rate = tf.convert_to_tensor(source())
        return (rate if limit is None else tf.minimum(rate, tf.cast(limit, rate.dtype))) * tf.cast(factor, rate.dtype)

    return lowered
