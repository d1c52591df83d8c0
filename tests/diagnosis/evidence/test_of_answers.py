"""What answers can be, in a whole audit."""

import keras
import numpy as np
import pytest
from keras import layers, ops

import keras_stable

X = np.random.default_rng(0).normal(size=(200, 4)).astype("float32")
Y = (4 + X[:, 0]).astype("float32")


class Clip(layers.Layer):
    def call(self, x):
        return ops.clip(x, 0.0, 1.0)


def audited(end, y, loss="mse"):
    keras.utils.set_random_seed(0)
    bias = keras.initializers.Constant(0.5)
    model = keras.Sequential([keras.Input((4,)), layers.Dense(8, "relu"), layers.Dense(1, bias_initializer=bias), *end])
    model.compile("adam", loss, metrics=["accuracy"])
    before = [np.array(weight) for weight in model.get_weights()]
    report = keras_stable.audit(model, X, y, probe=False)
    for old, new in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)
    return report


@pytest.mark.parametrize("end", [Clip(), layers.Lambda(lambda v: ops.minimum(ops.maximum(v, 0.0), 1.0))])
def test_targets_beyond_a_clip(end):
    report = audited([end], Y)
    first = report.at_least("warning")[0]
    assert first.rule == "unscaled-targets", str(report)
    assert (first.evidence["low"], first.evidence["high"]) == (0.0, 1.0)
    assert f"put a layer after {end.name}" in first.remedy
    assert [finding.cause for finding in report.findings if finding.rule == "metric-mismatch"] == ["unscaled-targets"]


def test_targets_within_it():
    report = audited([Clip()], (Y - Y.min()) / np.ptp(Y))
    assert not report.of("unscaled-targets"), str(report)


def test_a_function_without_bounds():
    report = audited([layers.Lambda(lambda v: v * ops.abs(v))], Y)
    assert not report.of("unscaled-targets"), str(report)
    assert report.facts["outputs"][0].bounded_by == ""


def test_what_a_trained_model_answers_where_classes_have_other_numbers():
    rng = np.random.default_rng(0)
    y = np.arange(300) % 3
    x = (3 * np.eye(3)[y] + rng.normal(size=(300, 3))).astype("float32")
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(3, activation="softmax")])
    model.compile(keras.optimizers.Adam(0.1), "sparse_categorical_crossentropy")
    history = model.fit(x, y, epochs=5, verbose=0)
    other = {"validation_data": (x[:150], (y[:150] + 1) % 3)}
    answered = keras_stable.audit(model, x, y, **other, history=history, select=["KS718"]).facts["answered"]
    assert answered.kept_back > 0.9
    assert answered.validation < 0.1
    assert answered.names == ((0, 2), (1, 0), (2, 1)) or answered.names == ((0, 1), (1, 2), (2, 0))
