import keras
import numpy as np
import pytest
from keras import ops

import keras_stable
from keras_stable.diagnosis.facts import LossCheck, Probe
from keras_stable.diagnosis.rules.program.wrong_sign_loss import wrong_sign_loss

RNG = np.random.default_rng(0)
X = RNG.normal(size=(400, 6)).astype("float32")
VALUES = (X @ RNG.normal(size=(6, 1))).astype("float32")
YES = (VALUES > 0).astype("float32")
ALL = tuple(2.0 + 0.01 * k for k in range(19))


def test_it_says_what_right_and_wrong_answers_cost():
    [finding] = wrong_sign_loss.run({"loss_checks": (LossCheck(right=3.0, wrong=ALL, constant=1.0),)})
    assert "is 3 for right answers, and 2.09 when" in finding.message
    assert "A constant answer costs 1." in finding.message
    assert list(wrong_sign_loss.run({"loss_checks": (LossCheck(right=1.0, wrong=ALL),)})) == []


@pytest.mark.parametrize(
    ("losses", "sick"),
    [
        ((2.0, 1.0, 0.0, -2.0, -5.0, -12.0, -30.0, -90.0, -400.0), True),
        ((2.0, 1.0, 0.0, -2.0, -5.0, -12.0, -30.0, -90.0, -400.0, float("nan")), True),
        ((2.0, 0.0, -5.0, -9.0, -14.0, -18.0, -20.0, -21.0, -22.0), False),  # a likelihood, which slows down
        ((2.0, 1.8, 1.5, 1.3, 1.0, 0.5, 0.2, -1.0, -9.0), False),
        ((2.0, -90.0, -400.0), False),
    ],
)
def test_a_loss_without_a_bound(losses, sick):
    found = list(wrong_sign_loss.run({"probe": Probe(loss=losses)}))
    assert [finding.evidence["least"] for finding in found] == [-400.0] * sick


def r2(y, p):
    return 1 - ops.sum((y - p) ** 2) / ops.sum((y - ops.mean(y)) ** 2)


def dice(y, p):
    return (2 * ops.sum(y * p) + 1) / (ops.sum(y) + ops.sum(p) + 1)


def same_or_not(y, distance):
    return ops.mean(y * distance**2 + (1 - y) * ops.maximum(1 - distance, 0) ** 2)


@pytest.mark.parametrize(
    ("y", "activation", "loss", "sick"),
    [
        (VALUES, None, r2, True),
        (VALUES, None, lambda y, p: -r2(y, p), False),
        (YES, "sigmoid", dice, True),
        (YES, "sigmoid", lambda y, p: 1 - dice(y, p), False),
        (YES, "sigmoid", same_or_not, False),
    ],
    ids=["r2", "minus r2", "dice", "1 - dice", "contrastive"],
)
def test_scores_and_losses(y, activation, loss, sick):
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input((6,)), keras.layers.Dense(16, "relu"), keras.layers.Dense(1, activation)])
    model.compile(keras.optimizers.Adam(0.01), loss)
    report = keras_stable.audit(model, X, y, epochs=20, probe_steps=100)
    causes = [finding.rule for finding in report.at_least("warning") if not finding.cause]
    assert causes == (["wrong-sign-loss"] if sick else [])
    assert ("smaller for wrong answers" in report.verdict) == sick
