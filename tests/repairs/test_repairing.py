"""Whole repairs: tiny programs, so that the audits take most of the time."""

import random

import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_stable
from keras_stable.diagnosis.facts import Learning, Plan
from keras_stable.diagnosis.reporting.report import Report
from keras_stable.errors import InvalidArgumentError
from keras_stable.repairs.repairing import _destroyed

RNG = np.random.default_rng(0)
ALL = RNG.normal(size=(280, 4)).astype("float32")
TRUTH = (ALL @ RNG.normal(size=(4, 3))).argmax(1)
X, Y, XV, YV = ALL[:240], TRUTH[:240], ALL[240:], TRUTH[240:]
FIT = {"batch_size": 16, "epochs": 8}


def classifier(optimizer, units=3):
    keras.utils.set_random_seed(1)
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(units, activation="softmax", name="end")])
    model.compile(optimizer, "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def sick():
    """Class ids from 1 to 3 for three units."""
    return classifier(keras.optimizers.Adam(0.05))


def repaired(seed=0):
    return keras_stable.repair(sick(), X, Y + 1, validation_data=(XV, YV + 1), seed=seed, **FIT)


@pytest.fixture(scope="module")
def repair():
    return repaired()


def test_a_sick_program_is_repaired(repair):
    assert repair.verdict == "repaired"
    assert [str(change.edit) for change in repair.changes] == ["data: y = y - 1"]
    (change,) = repair.changes
    assert (change.rule, change.where, change.before, change.after) == ("labels-out-of-range", "data", "y", "y = y - 1")
    assert change.gain > 0.5
    assert change.p_value < 0.05
    assert repair.report.of("labels-out-of-range")
    assert not repair.report_after.at_least("warning")
    assert 0 < repair.trainings <= 3.0


def test_what_was_promised_is_kept(repair):
    x, y = repair.prepare(X, Y + 1)
    assert x is X
    repair.model.fit(x, y, verbose=0, **repair.fit_arguments)
    assert repair.fit_arguments["validation_data"][1].max() == 2
    assert np.mean(np.argmax(repair.model(X), -1) == Y) > 0.85


def test_the_same_seed_gives_the_same_repair(repair):
    again = repaired()
    assert (again.changes, again.trainings, again.curves) == (repair.changes, repair.trainings, repair.curves)


def test_a_healthy_program_is_left_untouched_to_the_bit():
    model = classifier(keras.optimizers.Adam(0.05))
    weights = [np.array(variable) for variable in (*model.variables, *model.optimizer.variables)]
    states = random.getstate(), np.random.get_state(legacy=False), tf.random.uniform((3,), seed=1)
    result = keras_stable.repair(model, X, Y, **FIT)
    assert (result.verdict, result.changes, result.model) == ("nothing to repair", (), model)
    # A copy was trained once, on all rows but those that judge: only then an audit sees everything.
    assert (result.trainings, result.fit_arguments, result.report_after) == (0.8, FIT, None)
    assert result.report.facts["plan"].trained
    assert all(map(np.array_equal, weights, (*model.variables, *model.optimizer.variables)))
    assert random.getstate() == states[0]
    np.testing.assert_array_equal(np.random.get_state(legacy=False)["state"]["key"], states[1]["state"]["key"])


@pytest.mark.parametrize("name", ["budget", "seconds"])
@pytest.mark.parametrize("value", [0, -1.0, float("nan"), "3", True], ids=str)
def test_a_limit_that_cannot_be_is_refused(name, value):
    with pytest.raises(InvalidArgumentError, match=f"`{name}` must be a number above 0. Received: {name}="):
        keras_stable.repair(sick(), X, Y, **{name: value})


def test_what_cannot_be_repaired_is_told_in_one_line():
    with pytest.raises(InvalidArgumentError, match="`x` must be the data") as caught:
        keras_stable.repair(sick())
    assert "\n" not in str(caught.value)
    with pytest.raises(InvalidArgumentError, match="`model` must be compiled"):
        keras_stable.repair(keras.Sequential([keras.layers.Dense(1)]), X, Y)


@pytest.mark.parametrize(
    ("state", "trained", "rule", "severity", "expected"),
    [
        ("stuck", True, "dead-units", "error", True),
        ("diverging", True, "learning-rate-too-high", "error", True),
        ("stuck", True, "learning-rate-too-low", "error", False),
        ("stuck", True, "dead-units", "advice", False),
        ("stuck", False, "dead-units", "error", False),
        ("learning", True, "dead-units", "error", False),
    ],
)
def test_weights_are_kept_unless_a_training_has_destroyed_them(make_finding, state, trained, rule, severity, expected):
    facts = {"plan": Plan(trained=trained), "learning": Learning(state)}
    report = Report((make_finding(rule, severity=severity),), facts=facts)
    assert _destroyed(report) is expected
