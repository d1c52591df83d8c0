"""Outputs, losses and metrics."""

import keras
import numpy as np
import pytest
from keras import layers, losses

from keras_stable.diagnosis.evidence.data.batch import Batch
from keras_stable.diagnosis.evidence.tracing.model_outputs import outputs
from keras_stable.diagnosis.evidence.tracing.recording import record
from keras_stable.diagnosis.rule import Skip
from keras_stable.losses import SparseCrossentropy

X = np.random.default_rng(0).normal(size=(8, 4)).astype("float32")
IDS = np.arange(8) % 3


def output_of(head, loss="mse", y=IDS, **arguments):
    model = keras.Sequential([keras.Input((4,)), *head])
    model.compile("sgd", loss, **arguments)
    return outputs(record(model, [Batch(X, y)]))[0]


@pytest.mark.parametrize(
    ("head", "activation", "layer"),
    [
        ([layers.Dense(3, "softmax", name="r")], "softmax", "r"),
        ([layers.Dense(3, name="r"), layers.Activation("softmax", name="a")], "softmax", "a"),
        ([layers.Dense(3, name="r"), layers.Softmax(name="a"), layers.Reshape((3,), name="s")], "softmax", "s"),
        ([layers.Dense(3, name="r"), layers.Lambda(lambda v: keras.ops.softmax(v), name="l")], "softmax", "l"),
        ([layers.Dense(3, name="r"), layers.Lambda(lambda v: v * 100.0, name="l")], "linear", "l"),
        ([layers.Dense(3, "sigmoid", name="r"), layers.Rescaling(5.0, name="s")], "custom", "s"),
        ([layers.Dense(3, name="r"), layers.Lambda(lambda v: 2.0 * keras.ops.tanh(v), name="l")], "custom", "l"),
        ([layers.Dense(3, "sigmoid", name="r"), layers.Dropout(0.1, name="d")], "sigmoid", "d"),
        ([layers.Dense(3, "tanh", name="r"), layers.LayerNormalization(name="n")], "linear", "n"),
    ],
)
def test_what_was_applied_last(head, activation, layer):
    found = output_of(head)
    assert (found.activation, found.layer, found.learnt_layer, found.width) == (activation, layer, "r", 3)


def test_shares_are_known_by_their_values():
    class Shares(keras.Model):
        def __init__(self):
            super().__init__()
            self.readout = layers.Dense(3)

        def call(self, x):
            raised = keras.ops.exp(self.readout(x))
            return raised / keras.ops.sum(raised, axis=-1, keepdims=True)

    model = Shares()
    model.compile("sgd", "mse")
    assert outputs(record(model, [Batch(X, IDS)]))[0].activation == "softmax"


def mine(y_true, y_pred):
    return keras.ops.mean(y_pred)


@pytest.mark.parametrize(
    ("loss", "name", "from_logits"),
    [
        ("sparse_categorical_crossentropy", "sparse_categorical_crossentropy", False),
        (losses.SparseCategoricalCrossentropy(from_logits=True), "sparse_categorical_crossentropy", True),
        (losses.categorical_crossentropy, "categorical_crossentropy", False),
        (losses.CategoricalFocalCrossentropy(), "categorical_focal_crossentropy", False),
        (SparseCrossentropy(), "sparse_categorical_crossentropy", True),
        ("mse", "mean_squared_error", None),
        (mine, "custom", None),
        (None, "", None),
    ],
)
def test_names_of_losses(loss, name, from_logits):
    found = output_of([layers.Dense(3)], loss)
    assert (found.loss, found.from_logits) == (name, from_logits)
    assert found.weighted == ("focal" in name)


@pytest.mark.parametrize(
    ("width", "y", "name"),
    [(1, IDS, "binary_accuracy"), (3, IDS, "sparse_categorical_accuracy"), (3, np.eye(3)[IDS], "categorical_accuracy")],
)
def test_accuracy_is_resolved_as_keras_does(width, y, name):
    found = output_of([layers.Dense(width)], y=y, metrics=["accuracy", keras.metrics.Accuracy(), "mae", mine])
    assert found.metrics == (name, "accuracy", "mean_absolute_error", "custom")


@pytest.fixture
def parts():
    entry = keras.Input((4,))
    return entry, layers.Dense(3, name="kind")(entry), layers.Dense(1, "sigmoid", name="fresh")(entry)


def test_dictionaries_by_output_name(parts):
    entry, kind, fresh = parts
    model = keras.Model(entry, [kind, fresh])
    loss = {"fresh": "binary_crossentropy", "kind": losses.SparseCategoricalCrossentropy(ignore_class=2)}
    model.compile("sgd", loss, loss_weights={"fresh": 0.5, "kind": 2.0}, metrics={"fresh": ["accuracy"]})
    first, second = outputs(record(model, [Batch(X, [IDS, IDS > 0])]))
    assert (first.name, first.loss, first.loss_weight, first.metrics, first.ignore_class) == (
        "kind",
        "sparse_categorical_crossentropy",
        2.0,
        (),
        2,
    )
    assert (second.name, second.loss, second.loss_weight, second.metrics) == (
        "fresh",
        "binary_crossentropy",
        0.5,
        ("binary_accuracy",),
    )


def test_a_model_that_returns_a_dictionary(parts):
    entry, kind, fresh = parts
    model = keras.Model(entry, {"kind": kind, "fresh": fresh})
    model.compile("sgd", {"kind": "sparse_categorical_crossentropy", "fresh": "mse"}, metrics={"kind": "accuracy"})
    found = {each.name: each for each in outputs(record(model, [Batch(X, {"kind": IDS, "fresh": IDS > 0})]))}
    assert found["kind"].metrics == ("sparse_categorical_accuracy",)
    assert (found["fresh"].loss, found["fresh"].layer) == ("mean_squared_error", "fresh")


def test_losses_that_do_not_fit_say_so(parts):
    entry, kind, fresh = parts
    model = keras.Model(entry, [kind, fresh])
    model.compile("sgd", {"other": "mse"})
    with pytest.raises(Skip, match="losses do not fit"):
        outputs(record(model, [Batch(X, [IDS, IDS])]))
