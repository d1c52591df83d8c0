import keras
import numpy as np
import pytest

from keras_stable.diagnosis.evidence.data.batch import Batch
from keras_stable.repairs.measuring import answers_of, by_loss, measured


def identity(width=2, loss="mse", activation=None):
    model = keras.Sequential(
        [keras.Input((width,)), keras.layers.Dense(width, activation, kernel_initializer="identity")]
    )
    model.compile("sgd", loss)
    return model


def test_the_loss_decides_where_an_answer_means_yes():
    x = np.array([[0.2], [0.8], [-1.0], [-2.0]])
    batch = Batch(x, np.array([1, 1, 0, 0]))
    assert measured(identity(1, "binary_crossentropy"), batch).whole == 0.75
    assert measured(identity(1, keras.losses.BinaryCrossentropy(from_logits=True)), batch).whole == 1.0


def test_a_wrong_loss_does_not_change_what_is_right():
    batch = Batch(np.eye(2)[[0, 1, 1, 1]], np.array([0, 1, 0, 1]))
    for loss in ("mse", "sparse_categorical_crossentropy"):
        assert measured(identity(loss=loss), batch).whole == 0.75


def test_many_rows_are_answered_in_parts():
    x = np.random.default_rng(0).normal(size=(600, 2)).astype("float32")
    np.testing.assert_allclose(answers_of(identity(), x)[0], x, rtol=1e-6)


def test_without_labels_there_is_no_figure():
    assert measured(identity(), Batch(np.ones((3, 2)), None)) is None


def test_the_loss_stands_in():
    x, y = np.zeros((20, 2)), np.full((20, 2), 3.0)
    figure = by_loss(identity(), Batch(x, y), unit=18.0, batch_size=4)
    assert (figure.name, figure.whole) == ("loss", pytest.approx(-0.5))
    assert len(figure.by_row) == 20
