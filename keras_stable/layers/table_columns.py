"""Layers for the columns of a raw table: numbers with missing ones, and dates as text."""

import math
from typing import Any

import keras
import tensorflow as tf
from keras import ops

# Days from 0000-03-01 to 1970-01-01, and in 400 years.
_EPOCH, _ERA = 719468, 146097


@keras.saving.register_keras_serializable(package="keras_stable")
class NumberColumn(keras.layers.Layer):
    """Numbers to mean 0 and standard deviation 1; a missing one becomes 0, the mean.

    Args:
        mean: float. Default 0.
        deviation: float > 0. Default 1.
        flag: bool; whether a second feature is 1 where the number is missing, and else 0. Default False.

    Shapes: float32 [batch], NaN where a number is missing; returns [batch, 1], or [batch, 2] with `flag`.

    >>> NumberColumn(mean=2.0, deviation=2.0, flag=True)(tf.constant([4.0, float("nan")])).numpy().tolist()
    [[1.0, 0.0], [0.0, 1.0]]
    """

    def __init__(self, mean: float = 0.0, deviation: float = 1.0, flag: bool = False, **kwargs: Any) -> None:
        # Raw numbers overflow float16.
        super().__init__(**{"dtype": "float32", **kwargs})
        self.mean, self.deviation, self.flag = float(mean), float(deviation), bool(flag)

    def call(self, x: Any) -> Any:
        missing = ops.isnan(x)
        scaled = ops.where(missing, 0.0, (x - self.mean) / self.deviation)
        return ops.stack([scaled, ops.cast(missing, scaled.dtype)] if self.flag else [scaled], axis=-1)

    def compute_output_shape(self, input_shape: Any) -> tuple[int | None, ...]:
        return (*input_shape, 2 if self.flag else 1)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "mean": self.mean, "deviation": self.deviation, "flag": self.flag}


@keras.saving.register_keras_serializable(package="keras_stable")
class DateColumn(keras.layers.Layer):
    """Dates, written as text, to numbers that a model can read.

    The features are the days from the mean date in standard deviations; sine and cosine of the time of year and of the
    day of the week; with `with_time` of the hour of the day; and 1 where there is no date, the others being 0 then.
    Days are counted as in H. Hinnant's `days_from_civil`.

    Args:
        pattern: regular expression with the groups of the three parts and of the hour.
        order: "year-month-day", "day-month-year" or "month-day-year". Default "year-month-day".
        mean: float, days since 1970-01-01. Default 0.
        deviation: float > 0, days. Default 1.
        with_time: bool. Default False.

    Shapes: text [batch]; returns float32 [batch, 6], or [batch, 8] with `with_time`.

    >>> layer = DateColumn(r"(\\d{4})-(\\d{2})-(\\d{2})(?: (\\d{2}):00)?")
    >>> layer(tf.constant(["1970-01-03", "never"])).numpy()[:, [0, -1]].tolist()
    [[2.0, 0.0], [0.0, 1.0]]
    """

    def __init__(
        self,
        pattern: str,
        order: str = "year-month-day",
        mean: float = 0.0,
        deviation: float = 1.0,
        with_time: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(**{"dtype": "float32", **kwargs})
        self.pattern, self.order, self.with_time = pattern, order, bool(with_time)
        self.mean, self.deviation = float(mean), float(deviation)

    def call(self, text: Any) -> Any:
        text = tf.strings.strip(text)
        valid = tf.strings.regex_full_match(text, self.pattern)
        year, month, day = (self._part(text, valid, part) for part in ("year", "month", "day"))
        valid = valid & (month >= 1) & (month <= 12) & (day >= 1) & (day <= 31)
        days = _days(year, month, day)
        angles = [
            (tf.cast(month, tf.float32) - 1 + (tf.cast(day, tf.float32) - 1) / 31) / 12,
            tf.cast(tf.math.floormod(days + 4, 7), tf.float32) / 7,
        ]
        if self.with_time:
            angles.append(tf.cast(self._part(text, valid, "hour"), tf.float32) / 24)
        # Days of centuries are more than float32 holds to the day once they are divided.
        distance = tf.cast((tf.cast(days, tf.float64) - self.mean) / self.deviation, tf.float32)
        waves = [wave(2 * math.pi * angle) for angle in angles for wave in (tf.sin, tf.cos)]
        features = tf.stack([distance, *waves], axis=-1)
        features = tf.where(valid[..., None], features, tf.zeros_like(features))
        return tf.concat([features, tf.cast(~valid, tf.float32)[..., None]], axis=-1)

    def _part(self, text: Any, valid: Any, part: str) -> Any:
        group = 4 if part == "hour" else self.order.split("-").index(part) + 1
        digits = tf.strings.regex_replace(text, f"^{self.pattern}$", f"\\{group}")
        # A date without a time has an empty hour.
        digits = tf.where(valid & (digits != ""), digits, tf.constant("0"))
        return tf.strings.to_number(digits, tf.int32)

    def compute_output_shape(self, input_shape: Any) -> tuple[int | None, ...]:
        return (*input_shape, 8 if self.with_time else 6)

    def compute_output_spec(self, text: Any) -> Any:
        return keras.KerasTensor(self.compute_output_shape(text.shape), "float32")

    def get_config(self) -> dict[str, Any]:
        own = {"pattern": self.pattern, "order": self.order, "mean": self.mean, "deviation": self.deviation}
        return {**super().get_config(), **own, "with_time": self.with_time}


def _days(year: Any, month: Any, day: Any) -> Any:
    """Returns the days from 1970-01-01, int32 [batch]; years begin in March, so that leap days come last."""
    year = year - tf.cast(month <= 2, tf.int32)
    era = year // 400
    year_of_era = year - 400 * era
    day_of_year = (153 * (month + tf.where(month > 2, -3, 9)) + 2) // 5 + day - 1
    day_of_era = 365 * year_of_era + year_of_era // 4 - year_of_era // 100 + day_of_year
    return era * _ERA + day_of_era - _EPOCH
