import datetime
import math

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_stable.config.column import PATTERNS
from keras_stable.layers.table_columns import DateColumn, NumberColumn

DATES = ["1970-01-01", "2000-02-29", "1900-03-01", "2024-12-31", "1969-12-31", "0004-02-29"]


def reference(text, mean, deviation, hour=None):
    """The features of a date by Python's calendar, in float64."""
    day = datetime.date.fromisoformat(text)
    days = (day - datetime.date(1970, 1, 1)).days
    angles = [(day.month - 1 + (day.day - 1) / 31) / 12, (day.weekday() + 1) % 7 / 7]
    angles += [] if hour is None else [hour / 24]
    waves = [wave(2 * math.pi * angle) for angle in angles for wave in (math.sin, math.cos)]
    return [(days - mean) / deviation, *waves, 0]


def test_dates_are_counted_as_the_calendar_does():
    layer = DateColumn(PATTERNS["year-month-day"], mean=10_000, deviation=5_000)
    expected = [reference(text, 10_000, 5_000) for text in DATES]
    np.testing.assert_allclose(layer(tf.constant(DATES)), expected, rtol=1e-5, atol=1e-6)


def test_the_hour_counts_where_there_are_times():
    layer = DateColumn(PATTERNS["day-month-year"], "day-month-year", with_time=True)
    served = layer(tf.constant(["29.02.2000 18:30", "29.2.2000"]))
    np.testing.assert_allclose(served[0], reference("2000-02-29", 0, 1, 18), rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(served[1], reference("2000-02-29", 0, 1, 0), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("text", ["", "NA", "2024-13-01", "2024-00-10", "yesterday", "2024-01-01 nonsense"])
def test_what_is_no_date_is_missing(text):
    assert DateColumn(PATTERNS["year-month-day"])(tf.constant([text])).numpy().tolist() == [[0, 0, 0, 0, 0, 1]]


def test_numbers_are_scaled_and_missing_ones_are_the_mean():
    x = tf.constant([10.0, float("nan"), 40.0])
    assert NumberColumn(20, 10, flag=True)(x).numpy().tolist() == [[-1, 0], [0, 1], [2, 0]]
    assert NumberColumn(20, 10)(x).numpy().tolist() == [[-1], [0], [2]]


def test_both_are_saved_and_loaded(tmp_path):
    number, date = keras.Input((), name="n"), keras.Input((), dtype="string", name="d")
    features = [NumberColumn(1, 2, flag=True)(number), DateColumn(PATTERNS["year-month-day"], with_time=True)(date)]
    model = keras.Model({"n": number, "d": date}, keras.layers.Concatenate()(features))
    assert model.output_shape == (None, 10)
    model.save(tmp_path / "m.keras")
    x = {"n": tf.constant([3.0]), "d": tf.constant(["2020-05-05 11:00"])}
    np.testing.assert_array_equal(keras.models.load_model(tmp_path / "m.keras")(x), model(x))
