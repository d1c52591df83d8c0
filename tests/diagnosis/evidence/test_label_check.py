"""Suspicious labels, end to end: found where there are many, and left alone where there are none."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from sklearn.datasets import load_digits

import keras_stable

X, Y = load_digits(return_X_y=True)
X, Y = (X / 16).astype("float32")[:900], Y[:900]


def digits(labels, **arguments):
    keras.utils.set_random_seed(0)
    model = keras.Sequential(
        [keras.Input((64,)), keras.layers.Dense(64, activation="relu"), keras.layers.Dense(10, activation="softmax")]
    )
    model.compile(keras.optimizers.Adam(0.005), "sparse_categorical_crossentropy", metrics=["accuracy"])
    x = arguments.pop("x", X)
    return model, keras_stable.audit(model, x, labels, epochs=20, probe_steps=120, select=["KS716"], **arguments)


def flipped(share):
    rng = np.random.default_rng(1)
    which = rng.random(len(Y)) < share
    return which, np.where(which, (Y + rng.integers(1, 10, len(Y))) % 10, Y)


@pytest.mark.parametrize(("share", "expected"), [(0.0, []), (0.1, ["warning"])])
def test_before_training(share, expected):
    which, labels = flipped(share)
    _, report = digits(labels)
    assert [finding.severity for finding in report.at_least("warning")] == expected
    assert report.crashed == {}
    seen = report.facts["suspects"]
    assert seen.samples == 900
    if share:
        assert np.mean(which[list(seen.rows)]) > 0.8
        assert str(seen.rows[0]) in report.findings[0].message


def test_after_training_the_copies_begin_anew():
    which, labels = flipped(0.1)
    model, _ = digits(labels, probe=False)
    history = model.fit(X, labels, epochs=20, verbose=0)
    before = model.get_weights()
    report = keras_stable.audit(model, X, labels, epochs=20, history=history, select=["KS716"])
    assert [finding.rule for finding in report.findings] == ["suspicious-labels"]
    assert np.mean(which[list(report.facts["suspects"].rows)]) > 0.8
    assert all(map(np.array_equal, before, model.get_weights()))


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ({"probe": False}, "no probe"),
        ({"x": np.zeros_like(X)}, "not seen to learn"),
        ({"seconds": 0.5}, "time|learn"),
    ],
)
def test_where_it_cannot_be_told(arguments, reason):
    _, report = digits(Y, **arguments)
    assert report.findings == ()
    assert pytest.importorskip("re").search(reason, report.skipped["suspicious-labels"])


def test_rows_of_a_stream_and_weights_that_have_seen_the_labels():
    model, _ = digits(Y, probe=False)
    stream = tf.data.Dataset.from_tensor_slices((X, Y)).batch(32)
    report = keras_stable.audit(model, stream, select=["KS716"], epochs=20, probe_steps=120)
    assert "no numbers" in report.skipped["suspicious-labels"]
    model.fit(X, Y, epochs=5, verbose=0)
    report = keras_stable.audit(model, X, Y, select=["KS716"])
    assert "trained on these labels" in report.skipped["suspicious-labels"]
