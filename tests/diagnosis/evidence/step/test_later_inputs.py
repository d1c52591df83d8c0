"""Later inputs and earlier answers."""

import keras
import numpy as np
import pytest
from keras import layers

from keras_stable.diagnosis.evidence.data.batch import Batch
from keras_stable.diagnosis.evidence.data.step_shifts import StepShift
from keras_stable.diagnosis.evidence.step.changed_inputs import ChangedInputs
from keras_stable.diagnosis.evidence.step.later_inputs import future_reach
from keras_stable.diagnosis.rule import Skip

X = np.random.default_rng(0).normal(size=(24, 10, 3)).astype("float32")


def reach(*stack, shift=1):
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input((10, 3)), *stack])
    return future_reach(ChangedInputs(model, Batch(X, X), ("input",), 30), "input", 0, StepShift(shift, 0, 1.0))


@pytest.mark.parametrize(
    "layer",
    [
        layers.GRU(4, return_sequences=True),
        layers.Conv1D(4, 3, padding="causal"),
        layers.Dense(4),
        layers.BatchNormalization(),
    ],
    ids=lambda layer: layer.name,
)
def test_what_looks_back_only(layer):
    found = reach(layer, layers.Dense(2))
    assert (found["reached"], found["own"], found["furthest"], found["change"]) == (0, 0, 0, 0.0)
    assert found["steps"] == 10


@pytest.mark.parametrize(
    ("layer", "furthest", "own"),
    [
        (layers.Bidirectional(layers.GRU(4, return_sequences=True)), 9, 6),
        (layers.Conv1D(4, 3, padding="same"), 1, 6),
        (layers.GRU(4, return_sequences=True, go_backwards=True), 9, 3),  # it gives its answers from the end on
    ],
)
def test_what_looks_ahead(layer, furthest, own):
    found = reach(layer, layers.Dropout(0.5), layers.Dense(2))
    assert found["reached"] == found["examined"] == 6
    assert found["own"] == own
    assert found["furthest"] == furthest
    assert found["change"] > 0.01


def test_a_kernel_that_does_not_reach_the_target_itself():
    found = reach(layers.Conv1D(4, 3, padding="same"), shift=2)
    assert (found["reached"], found["own"]) == (found["examined"], 0)


def test_answers_that_are_none_of_single_steps():
    with pytest.raises(Skip, match="each step"):
        reach(layers.GRU(4))


def test_a_model_that_draws_at_random():
    class Noise(layers.Layer):
        def call(self, x):
            return x + keras.random.normal((10, 3))

    with pytest.raises(Skip, match="same answer twice"):
        reach(Noise())
