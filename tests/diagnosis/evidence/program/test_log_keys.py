import keras
import numpy as np
import pytest

from keras_stable.diagnosis.evidence.data.batch import Batch
from keras_stable.diagnosis.evidence.program.log_keys import compiled_keys, epoch_keys, has_own

X = np.random.default_rng(0).normal(size=(8, 3)).astype("float32")
Y = (X[:, :1] > 0).astype("float32")


class OwnStep(keras.Model):
    def __init__(self):
        super().__init__()
        self.dense = keras.layers.Dense(1)

    def call(self, x):
        return self.dense(x)

    def train_step(self, data):
        return {"loss": keras.ops.mean(self(data[0])), "penalty": 0.0}


class OwnTest(OwnStep):
    def test_step(self, data):
        return {"distance": keras.ops.mean(self(data[0]))}


def sequential():
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1, activation="sigmoid")])
    model.compile("sgd", "binary_crossentropy", metrics=["accuracy", keras.metrics.AUC(name="auc")])
    return model


def two_outputs():
    inputs = keras.Input((3,))
    outputs = [keras.layers.Dense(1, name=name)(inputs) for name in ("a", "b")]
    model = keras.Model(inputs, outputs)
    model.compile("sgd", ["mse", "mae"], metrics=[["mae"], ["mse"]])
    return model


def fitted(model, y, validated):
    data = (X, y) if validated else None
    return set(model.fit(X, y, validation_data=data, verbose=0, batch_size=4).history)


@pytest.mark.parametrize("validated", [True, False])
@pytest.mark.parametrize(("make", "y"), [(sequential, Y), (two_outputs, [Y, Y]), (OwnStep, Y), (OwnTest, Y)])
def test_they_are_those_of_a_real_fit(make, y, validated):
    if make is OwnStep and validated:
        pytest.skip("Keras's own test step has no loss to compute here")
    model = make()
    if not model.compiled:
        model.compile("sgd")
        model(X)
    keys = epoch_keys(model, Batch(X, y), validated, lambda: {"loss": 0.0, "penalty": 0.0})
    assert keys == fitted(model, y, validated)


def test_steps_of_the_users_own():
    assert has_own(OwnStep(), "train_step")
    assert not has_own(OwnStep(), "test_step")
    assert compiled_keys(sequential(), Batch(X, Y)) == {"loss", "accuracy", "auc"}
