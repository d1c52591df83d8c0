"""What padding does to the answers."""

import keras
import numpy as np
import pytest
from keras import layers

from keras_stable.diagnosis.evidence.data.batch import Batch
from keras_stable.diagnosis.evidence.step.changed_inputs import ChangedInputs
from keras_stable.diagnosis.evidence.step.padding_effect import padding_influence

RNG = np.random.default_rng(0)
LENGTHS = RNG.integers(3, 10, 48)
AT_END = (np.arange(50)[None] < LENGTHS[:, None])[..., None]
BEHIND = np.where(AT_END, RNG.normal(size=(48, 50, 3)), 0).astype("float32")


def influence(*stack, x=BEHIND):
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input(x.shape[1:]), *stack])
    return padding_influence(ChangedInputs(model, Batch(x, x), ("input",), 50), "input")


def test_a_recurrent_layer_forgets_what_the_padding_follows():
    washed_out, moved = influence(layers.LSTM(8), layers.Dense(1))
    assert washed_out == 1.0
    assert moved > 0.5


@pytest.mark.parametrize(
    ("stack", "x"),
    [
        ((layers.LSTM(8), layers.Dense(1)), BEHIND[:, ::-1].copy()),
        ((layers.LSTM(8, go_backwards=True), layers.Dense(1)), BEHIND),
        ((layers.Bidirectional(layers.LSTM(8)), layers.Dense(1)), BEHIND),
        ((layers.Conv1D(4, 3, activation="relu"), layers.GlobalMaxPooling1D(name="maximum"), layers.Dense(1)), BEHIND),
    ],
    ids=["before", "backwards", "bidirectional", "max pooling"],
)
def test_padding_that_does_little(stack, x):
    assert influence(*stack, x=x)[0] < 0.3


def test_a_mask_hides_it():
    washed_out, moved = influence(layers.Masking(0.0), layers.LSTM(8), layers.Dense(1))
    assert (washed_out, moved) == (0.0, pytest.approx(0.0, abs=1e-5))


def test_answers_step_by_step_are_not_judged():
    assert np.isnan(influence(layers.LSTM(8, return_sequences=True), layers.Dense(1))).all()


def test_without_padding_there_is_nothing_to_measure():
    assert np.isnan(influence(layers.LSTM(8), x=RNG.normal(size=(48, 50, 3)).astype("float32"))).all()
