from dataclasses import replace

import keras
import numpy as np
import pytest

import keras_stable
from keras_stable.diagnosis.facts import Callback, Callbacks, Ending
from keras_stable.diagnosis.rules.program.ineffective_callback import ineffective_callback

WRONG = Callback(monitor="val_auc", takes="min", better="max", measured=True, patience=3, restores=True, acts_after=4)
STOP = Callback(patience=2)


def fit(*callbacks, **more):
    return Callbacks(callbacks, epochs=60, **more)


@pytest.mark.parametrize(
    ("callback", "expected"),
    [
        (WRONG, ["warning"]),
        (replace(WRONG, takes="max"), []),
        (replace(WRONG, better=""), []),
        (replace(WRONG, kind="ModelCheckpoint", acts_after=0), ["warning"]),
        (replace(WRONG, kind="ReduceLROnPlateau"), ["warning"]),
        (replace(WRONG, available=False), ["warning"]),  # one finding, of what comes first
        (replace(WRONG, takes="", error="ValueError: not able"), ["error"]),
        (Callback("TensorBoard", monitor="", takes="", better=""), []),
    ],
)
def test_one_callback(severities, callback, expected):
    assert severities(ineffective_callback, callbacks=fit(callback)) == expected


def test_the_message_says_when_it_stops(learning):
    [before] = ineffective_callback.run({"callbacks": fit(WRONG), "learning": learning()})
    assert "ends after 4 of 60 epochs" in before.message
    assert 'mode="max"' in before.remedy
    ended = fit(WRONG, ending=Ending(4, 60, by=0, best=1))
    [after] = ineffective_callback.run({"callbacks": ended, "learning": learning("stuck")})
    assert "ended the training after 4 of 60" in after.message
    assert after.evidence["planned"] == 60


@pytest.mark.parametrize(
    ("ending", "state", "last", "expected"),
    [
        (Ending(8, 60, by=0, best=6, falling=True), "slow", 2.2, "warning"),
        (Ending(3, 60, by=0, best=1), "unknown", 2.2, "warning"),
        (Ending(8, 60, by=0, best=6, falling=True), "learning", 0.1, "advice"),  # it had learnt nearly all
        (Ending(8, 60, by=0, best=6, falling=True), "learning", 1.9, "warning"),
        (Ending(8, 60, by=0, best=6), "slow", 2.2, "advice"),  # it had stopped to fall
        (Ending(40, 60, by=0, best=38, falling=True), "slow", 2.2, "advice"),
        (Ending(8, 60, by=-1, falling=True), "slow", 2.2, None),  # another ended it
    ],
)
def test_a_training_that_a_callback_ended(severity, learning, ending, state, last, expected):
    judged = learning(state, last=last)
    assert severity(ineffective_callback, callbacks=fit(STOP, ending=ending), learning=judged) == expected


def program(callback, metric="auc"):
    keras.utils.set_random_seed(0)
    x = np.random.default_rng(0).normal(size=(600, 8)).astype("float32")
    y = (x[:, :1] + x[:, 1:2] > 0).astype("float32")
    model = keras.Sequential([keras.Input((8,)), keras.layers.Dense(1, activation="sigmoid")])
    own = keras.metrics.AUC(name="auc") if metric == "auc" else hits
    model.compile(keras.optimizers.SGD(0.1), "binary_crossentropy", metrics=[own])
    return (
        model,
        x[100:],
        y[100:],
        {"epochs": 20, "validation_data": (x[:100], y[:100]), "callbacks": [callback], "verbose": 0},
    )


def hits(y, answer):
    """A metric of the user's own."""
    return keras.ops.cast(keras.ops.equal(y, keras.ops.round(answer)), "float32")


@pytest.mark.parametrize("metric", ["auc", "hits"])
@pytest.mark.parametrize(("mode", "count"), [("min", 1), ("max", 0)])
def test_a_program_with_early_stopping(metric, mode, count):
    stopping = keras.callbacks.EarlyStopping(f"val_{metric}", mode=mode, patience=3)
    model, x, y, arguments = program(stopping, metric)
    report = keras_stable.audit(model, x, y, probe=False, **arguments)
    assert [finding.rule for finding in report.at_least("warning")] == ["ineffective-callback"] * count
    assert stopping.wait == 0
    assert not hasattr(stopping, "best_epoch")
