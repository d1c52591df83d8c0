"""The rate and the iteration are read once a step, and still are those of the step."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_stable


def run(optimizer, steps, change=None):
    weight = keras.Variable([1.0, 2.0], name="weight")
    bias = keras.Variable([3.0], name="bias")
    optimizer.build([weight, bias])
    apply = tf.function(lambda *given: optimizer.apply(given))
    moves = []
    for step in range(steps):
        before = weight.numpy()
        apply(tf.constant([0.1, 0.1]), tf.constant([0.1]))
        moves.append(float((before - weight.numpy())[0]))
        if change is not None:
            change(step)
    return moves


def test_a_new_rate_takes_effect_in_a_traced_step():
    optimizer = keras_stable.optimizers.SGD(1.0)
    moves = run(optimizer, 3, lambda step: setattr(optimizer, "learning_rate", 0.1 * (step + 1)))
    np.testing.assert_allclose(moves, [0.1, 0.01, 0.02], rtol=1e-5)
    assert float(optimizer.learning_rate) == pytest.approx(0.3)
    assert int(optimizer.iterations) == 3


def test_a_schedule_is_worked_out_once_a_step():
    calls = []

    class Halving(keras.optimizers.schedules.LearningRateSchedule):
        def __call__(self, step):
            calls.append(step)
            return tf.pow(0.5, tf.cast(step, "float32"))

        def get_config(self):
            return {}

    moves = run(keras_stable.optimizers.SGD(Halving(), weight_decay=None), 4)
    np.testing.assert_allclose(moves, [0.1, 0.05, 0.025, 0.0125], rtol=1e-5)
    assert len(calls) == 1


def test_each_optimizer_reads_its_own():
    one, other = keras_stable.optimizers.SGD(0.25), keras_stable.optimizers.SGD(0.5)
    with one.read_once():
        assert (float(one.learning_rate), one.reads_once) == (0.25, True)
        assert (float(other.learning_rate), other.reads_once) == (0.5, False)
        with other.read_once():
            assert [optimizer.reads_once for optimizer in (one, other)] == [False, True]
        assert [one.once("x", "float32", lambda value=value: value) for value in (1, 2)] == [1, 1]
    assert not one.reads_once
    assert [one.once("x", "float32", lambda value=value: value) for value in (1, 2)] == [1, 2]


def test_an_update_of_ones_own_gets_the_variables():
    seen = []

    class Own(keras.optimizers.SGD):
        def update_step(self, gradient, variable, learning_rate):
            seen.append((self.iterations, self.learning_rate))
            super().update_step(gradient, variable, self.learning_rate.value)

    optimizer = keras_stable.optimizers.guard(Own)(1.0)
    np.testing.assert_allclose(run(optimizer, 2), [0.1, 0.1], rtol=1e-5)
    assert all(isinstance(each, keras.Variable) for pair in seen for each in pair)
