"""Answers to changed inputs."""

import keras
import numpy as np
import pytest
from keras import layers

from keras_stable.diagnosis.evidence.data.batch import Batch
from keras_stable.diagnosis.evidence.step.changed_inputs import ChangedInputs, spread_of
from keras_stable.diagnosis.rule import Skip

X = np.random.default_rng(0).normal(size=(20, 4)).astype("float32")


def two_inputs():
    one, two = keras.Input((4,), name="one"), keras.Input((4,), name="two")
    return keras.Model({"one": one, "two": two}, [layers.Dense(1)(one), layers.Dense(1)(two)])


def test_only_the_named_input_changes():
    batch = Batch({"one": X, "two": X.copy()}, X[:, 0])
    changed = ChangedInputs(two_inputs(), batch, ("one", "two"), 2)
    before, after = changed.answers("two"), changed.answers("two", X + 1)
    np.testing.assert_array_equal(before[0], after[0])
    assert (before[1] != after[1]).all()
    np.testing.assert_array_equal(batch.x["two"], X)


def test_logits_are_looked_at_where_a_softmax_hides_the_change():
    model = keras.Sequential([keras.Input((4,)), layers.Dense(3, activation="softmax", kernel_initializer="ones")])
    changed = ChangedInputs(model, Batch(X, X[:, 0]), ("input",), 3)
    assert np.ptp(changed.answers("input", X + 1)[0] - changed.answers("input")[0]) < 1e-5
    assert (changed.answers("input", X + 1)[0] > changed.answers("input")[0]).all()


def test_a_fixed_batch_is_kept():
    model = keras.Sequential([keras.Input(batch_shape=(8, 3, 4)), layers.GRU(2, stateful=True)])
    x = np.ones((20, 3, 4), "float32")
    changed = ChangedInputs(model, Batch(x, x), ("input",), 2)
    assert changed.answers("input")[0].shape == (8, 2)
    np.testing.assert_array_equal(changed.answers("input")[0], changed.answers("input")[0])


def test_answers_that_are_too_large():
    with pytest.raises(Skip, match="two rows"):
        ChangedInputs(two_inputs(), Batch({"one": X, "two": X}, X), ("one", "two"), 2**24)


def test_spread():
    assert spread_of(np.array([[0.0, 1.0], [2.0, 1.0]])) == pytest.approx(np.sqrt(0.5))
