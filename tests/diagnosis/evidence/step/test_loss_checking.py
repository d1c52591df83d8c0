import keras
import numpy as np
import pytest
from keras import ops

from keras_stable.diagnosis.evidence.copying.model_copy import copy_model
from keras_stable.diagnosis.evidence.data.batch import Batch
from keras_stable.diagnosis.evidence.step.loss_checking import loss_checks
from keras_stable.diagnosis.facts import Labels, Output

RNG = np.random.default_rng(0)
X = RNG.normal(size=(64, 3)).astype("float32")
Y = RNG.normal(size=64).astype("float32")
REAL = Labels(kind="real", shape=())


def own_error(y, p):
    return ops.mean(ops.abs(y - p))


class OwnLoss(keras.losses.Loss):
    def call(self, y, p):
        return ops.square(y - p)


def seen(loss="mse", y=Y, metrics=(), weights=None, output=None):
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
    model.compile("sgd", loss, metrics=list(metrics), loss_weights=weights)
    facts = output or Output(shape=(1,), width=1, activation="linear", loss="custom", metrics=())
    return loss_checks(copy_model(model), Batch(X, y), (facts,), (REAL,))


def test_a_loss_of_keras_is_not_doubted():
    assert seen(output=Output(width=1, activation="linear", loss="mean_squared_error", metrics=())) == ()


@pytest.mark.parametrize(("y", "broadcasts"), [(Y, True), (Y[:, None], False)])
def test_an_own_loss(y, broadcasts):
    [check] = seen(OwnLoss(), y)
    assert check.broadcasts is broadcasts
    assert (check.rows, check.label_shape, check.answer_shape) == (32, (32, *y.shape[1:]), (32, 1))


def test_a_function_as_the_loss_is_brought_into_shape_by_keras_and_as_a_metric_is_not():
    [loss, metric] = seen(
        own_error, Y, [own_error], output=Output(width=1, activation="linear", loss="custom", metrics=("custom",))
    )
    assert (loss.kind, loss.broadcasts) == ("loss", False)
    assert (metric.kind, metric.name, metric.broadcasts) == ("metric", "own_error", True)


def test_a_negative_weight():
    facts = Output(width=1, activation="linear", loss="mean_squared_error", loss_weight=-1.0, metrics=())
    [check] = seen(y=Y[:, None], weights=[-1.0], output=facts)
    assert check.prefers_wrong


def test_labels_that_do_not_differ_tell_nothing():
    assert seen(OwnLoss(), np.ones_like(Y)) == ()
