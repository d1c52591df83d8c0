import math

import pytest

from keras_stable.diagnosis.facts import Evaluation, Layer, Plan, Probe, Structure
from keras_stable.diagnosis.rule import Skip
from keras_stable.diagnosis.rules.predictions.train_inference_mismatch import train_inference_mismatch

NORMALIZED = Structure(layers=(Layer(), Layer("bn", "BatchNormalization", "normalization", config={"momentum": 0.99})))
PLAIN = Structure(layers=(Layer(),))
DROPPED = Structure(layers=(Layer(), Layer("dropout", "Dropout", "dropout")))
RECURRENT = Structure(layers=(Layer("lstm", "LSTM", config={"dropout": 0.5}),))


@pytest.mark.parametrize(
    ("loss", "training_loss", "structure", "state", "expected"),
    [
        (2.0, 0.3, NORMALIZED, "learning", "warning"),
        (2.0, 0.3, NORMALIZED, "unknown", "warning"),
        (0.5, 0.1, NORMALIZED, "learning", "advice"),
        (0.4, 0.3, NORMALIZED, "learning", None),
        (0.004, 0.001, NORMALIZED, "learning", None),
        (0.3, 1.0, DROPPED, "learning", None),
        (0.3, 1.0, RECURRENT, "learning", None),
        (0.3, 1.0, PLAIN, "learning", "advice"),
        (2.0, math.nan, NORMALIZED, "learning", None),
    ],
)
def test_a_trained_model(severity, learning, loss, training_loss, structure, state, expected):
    evidence = {"plan": Plan(trained=True), "structure": structure, "learning": learning(state)}
    evaluation = Evaluation(loss=loss, training_loss=training_loss)
    assert severity(train_inference_mismatch, evaluation=evaluation, **evidence) == expected


@pytest.mark.parametrize(
    ("epochs", "momentum", "state", "expected"),
    [
        (1, 0.99, "stuck", "warning"),
        (1, 0.99, "learning", "advice"),
        (1, 0.5, "stuck", "advice"),
        (100, 0.99, "stuck", "advice"),
        (None, 0.99, "stuck", "advice"),
    ],
)
def test_before_training_only_too_few_steps_count(severity, learning, epochs, momentum, state, expected):
    layer = Layer("bn", "BatchNormalization", "normalization", config={"momentum": momentum})
    probe = Probe(after=Evaluation(loss=2.0, training_loss=0.3))
    evidence = {"plan": Plan(epochs=epochs), "structure": Structure(layers=(layer,)), "learning": learning(state)}
    assert severity(train_inference_mismatch, probe=probe, **evidence) == expected


def test_fresh_weights_are_not_judged(severity, learning):
    evaluation = Evaluation(loss=2.0, training_loss=0.3)
    with pytest.raises(Skip):
        severity(train_inference_mismatch, plan=Plan(), evaluation=evaluation, learning=learning("unknown"))
