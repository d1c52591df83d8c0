"""Which evidence a training of the copy gives, and when none is made."""

import keras
import numpy as np
import pytest

from keras_stable.diagnosis.evidence.budget import Budget
from keras_stable.diagnosis.evidence.data.source import Source
from keras_stable.diagnosis.evidence.gathering import Gathering
from keras_stable.diagnosis.evidence.options import Options
from keras_stable.diagnosis.facts import Learning
from keras_stable.diagnosis.rule import Skip

RNG = np.random.default_rng(0)
X = RNG.normal(size=(64, 3)).astype("float32")
Y = (X @ [[1.0], [-2.0], [0.5]]).astype("float32")
FALLS = {"loss": (2.0, 1.0, 0.1)}


def gathering(logs=None, loss="mse", clock=None, **options):
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1, name="readout")])
    model.compile(keras.optimizers.SGD(0.01), loss, run_eagerly=True)
    budget = Budget() if clock is None else Budget(options["seconds"], clock)
    return Gathering(model, Source(X, Y, batch_size=16), logs, Options(**options), lambda line: None, budget)


def test_without_a_history_there_are_no_facts_of_one():
    with pytest.raises(Skip, match="no history was given"):
        gathering()["history"]


def test_a_history_is_compared_with_the_evaluation():
    evidence = gathering(FALLS)
    assert evidence["history"].loss == (2.0, 1.0, 0.1)
    assert evidence["history"].constant_loss == pytest.approx(Y.var(), rel=0.05)


@pytest.mark.parametrize(
    ("logs", "probe", "expected"),
    [
        (None, None, True),
        (FALLS, None, False),
        (FALLS, True, True),
        (None, False, False),
        ({"loss": (9.0, 9.0)}, None, True),
    ],
)
def test_a_probe_is_made_unless_training_is_known_to_work_or_nobody_wants_one(logs, probe, expected):
    assert gathering(logs, probe=probe)._may_probe() is expected


@pytest.mark.parametrize(
    ("options", "logs", "reason"),
    [({"probe": False}, None, "no probe was asked for"), ({}, FALLS, "the training is known to work")],
)
def test_why_there_is_no_probe(options, logs, reason):
    with pytest.raises(Skip, match=reason):
        gathering(logs, **options)["probe"]


@pytest.fixture(scope="module")
def probed():
    evidence = gathering(probe=True, probe_steps=25)
    evidence["probe"]
    return evidence


def test_the_probe_trains_the_copy_and_leaves_the_model_alone(probed):
    before = gathering().model.get_layer("readout").kernel.numpy()
    np.testing.assert_array_equal(probed.model.get_layer("readout").kernel.numpy(), before)
    assert probed["probe"].steps == 25
    assert probed["probe"].loss[-1] < probed["probe"].loss[0]
    assert probed["learning"].state == "learning"
    assert probed["origin"] is None


def test_what_only_trouble_asks_for_is_left_out(probed):
    for name in ("overfit", "zeroed"):
        with pytest.raises(Skip, match="the model was not seen in trouble"):
            probed[name]


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("noise", "gradient noise was not asked for"),
        ("rate_range", "a learning-rate range test was not asked for"),
        ("curvature", "curvature was not asked for"),
    ],
)
def test_what_is_dear_is_only_measured_when_asked_for(probed, name, reason):
    with pytest.raises(Skip, match=reason):
        probed[name]


@pytest.mark.parametrize(
    ("state", "probe", "wanted"), [("stuck", None, True), ("learning", None, False), ("stuck", False, False)]
)
def test_plain_descent_in_trouble_has_its_curvature_measured(state, probe, wanted):
    evidence = gathering(probe=probe)
    evidence.evidence.gathered["learning"] = Learning(state)
    if wanted:
        # Of the squared error over the inputs and the bias: twice the largest eigenvalue of their second moments.
        rows = np.column_stack([evidence._batches()[0].x, np.ones(16)])
        expected = 2 * np.linalg.eigvalsh(rows.T @ rows / 16)[-1]
        assert evidence["curvature"].sharpness == pytest.approx(expected, rel=0.05)
    else:
        with pytest.raises(Skip, match="curvature was not asked for"):
            evidence["curvature"]


def test_a_copy_that_takes_a_step_can_train_and_is_put_back():
    evidence = gathering()
    before = evidence["copy"].get_layer("readout").kernel.numpy()
    assert evidence.can_train()
    np.testing.assert_array_equal(evidence["copy"].get_layer("readout").kernel.numpy(), before)
    assert not gathering(loss=lambda y, answer: 1 / 0).can_train()


def test_training_ends_in_time_for_what_comes_after_it():
    evidence = gathering(seconds=100.0, probe_seconds=1000.0, clock=lambda: 0.0)
    assert evidence["training_deadline"].left == pytest.approx(95.0)
    evidence = gathering(seconds=100.0, probe_seconds=10.0, clock=lambda: 0.0)
    assert evidence["training_deadline"].left == pytest.approx(10.0)


def test_the_probe_leaves_time_for_trials():
    evidence = gathering(seconds=100.0, probe_seconds=10.0, clock=lambda: 0.0)
    evidence.evidence.gathered["gradients"] = None
    assert evidence._probe_deadline().left == pytest.approx(6.0)
