import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_stable.stability.step_record import StepRecord, recorded_steps

X, Y = np.random.default_rng(0).normal(size=(12, 3)).astype("float32"), np.arange(12) % 3


def model(kind=keras.Sequential, units=3):
    keras.utils.set_random_seed(0)
    made = kind([keras.Input((3,)), keras.layers.Dense(units)])
    made.compile("sgd", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    return made


def losses_by_hand(made, batch=4):
    """Returns the loss of every step, from plain gradients in NumPy."""
    kernel, bias = (value.astype("float64") for value in made.get_weights())
    losses = []
    for first in range(0, len(X), batch):
        x, y = X[first : first + batch].astype("float64"), Y[first : first + batch]
        logits = x @ kernel + bias
        shares = np.exp(logits - logits.max(1, keepdims=True))
        shares /= shares.sum(1, keepdims=True)
        losses.append(-np.log(shares[np.arange(len(y)), y]).mean())
        slope = (shares - np.eye(3)[y]) / len(y)
        kernel, bias = kernel - 0.01 * x.T @ slope, bias - 0.01 * slope.sum(0)
    return losses


def test_the_loss_of_every_step_is_recorded_and_nothing_stays_behind():
    made, record = model(), StepRecord()
    expected = losses_by_hand(made)
    with recorded_steps(made, record):
        made.fit(X, Y, batch_size=4, shuffle=False, verbose=0, validation_data=(X, Y))
    np.testing.assert_allclose(record.read()[:, 0], expected, rtol=1e-5)
    assert not {"train_step", "compute_loss"} & vars(made).keys()
    made.fit(X, Y, verbose=0)
    assert len(record.read()) == 0


def test_what_the_ring_has_lost_is_left_out():
    record = StepRecord(capacity=2)
    for loss in (1.0, 2.0, 3.0):
        record.write(tf.constant(loss), tf.constant(True))
    assert record.read().tolist() == [[2.0, 1.0], [3.0, 1.0]]


class OwnStep(keras.Sequential):
    """Does not call `compute_loss`."""

    def train_step(self, data):
        self(data[0], training=True)
        return {"first_loss": tf.constant(1.0), "second_loss": tf.constant(2.0), "accuracy": tf.constant(9.0)}


def test_of_an_own_step_the_losses_among_its_results_are_summed():
    made, record = model(OwnStep), StepRecord()
    with recorded_steps(made, record):
        made.fit(X, Y, batch_size=6, verbose=0)
    assert record.read()[:, 0].tolist() == [3.0, 3.0]


@pytest.mark.parametrize("one_hot", [False, True])
def test_one_class_for_a_batch_with_several_labels_is_a_collapse(one_hot):
    made, record = model(), StepRecord()
    made.compile("sgd", "categorical_crossentropy" if one_hot else "sparse_categorical_crossentropy")
    made.set_weights([np.zeros((3, 3)), np.array([9.0, 0, 0])])
    y = np.where(np.arange(12) < 4, 0, Y)
    with recorded_steps(made, record):
        made.fit(X, keras.utils.to_categorical(y) if one_hot else y, batch_size=4, shuffle=False, verbose=0)
    assert record.read()[:, 1].tolist() == [0.0, 1.0, 1.0]


def test_a_wrapper_that_came_later_is_left_in_place():
    made, record = model(), StepRecord()
    with recorded_steps(made, record):
        own = made.train_step
        made.train_step = later = lambda data: own(data)
    assert made.train_step is later
