"""Losses of parts add up to those of the whole."""

import keras
import numpy as np
import pytest

from keras_stable.diagnosis.evidence.data.batch import Batch
from keras_stable.diagnosis.evidence.step.loss_parts import Mean, batch_loss, parts_of, penalty_of, rows_at_once
from keras_stable.diagnosis.facts import Output

X, Y = np.ones((10, 2), "float32"), np.arange(10, dtype="float32")[:, None]


def a_model(**compiled):
    dense = keras.layers.Dense(1, kernel_initializer="ones", kernel_regularizer=keras.regularizers.L2(0.5))
    model = keras.Sequential([keras.Input((2,)), dense])
    model.compile("sgd", **compiled)
    return model


def test_a_mean_over_parts_is_that_of_the_rows():
    model, mean = a_model(loss="mse"), Mean()
    for part in parts_of(Batch(X, Y), 4):
        answer = model(part.x)
        assert penalty_of(model) == pytest.approx(1.0)
        mean.add(batch_loss(model, part, answer) - penalty_of(model), part.rows)
    assert mean.value == pytest.approx(np.mean((2 - Y) ** 2))


def test_a_model_that_demands_a_batch_size_gets_no_other():
    assert [part.rows for part in parts_of(Batch(X, Y), 10, 4)] == [4, 4]


def test_a_step_with_a_loss_of_its_own_has_none_here():
    class Own(keras.Sequential):
        def train_step(self, data):
            return {}

    model = Own([keras.Input((2,)), keras.layers.Dense(1)])
    model.compile("sgd")
    (part,) = parts_of(Batch(X, Y), 10)
    assert np.isnan(batch_loss(model, part, model(part.x)))
    assert penalty_of(model) == 0.0


def test_fewer_rows_at_once_where_answers_are_large():
    model = a_model(loss="mse")
    assert rows_at_once(model, Batch(X, Y), [Output(shape=(5,))], 8) == 128
    assert rows_at_once(model, Batch(X, Y), [Output(shape=(512, 512, 2))], 8) == 1


def test_in_16_bits_no_more_than_a_training_step_takes():
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1, dtype="mixed_float16")])
    assert rows_at_once(model, Batch(X, Y), [Output(shape=(5,))], 8) == 8
