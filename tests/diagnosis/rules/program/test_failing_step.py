from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_stable
from keras_stable.diagnosis.facts import CodePlace, StepFailure
from keras_stable.diagnosis.rule import Skip
from keras_stable.diagnosis.rules.program.failing_step import failing_step

X = np.random.default_rng(0).normal(size=(64, 3)).astype("float32")
Y = X.sum(1, keepdims=True)


def test_it_says_what_is_raised_and_where():
    [finding] = failing_step.run({"failure": StepFailure("KeyError: 'x'", CodePlace("train.py", 42, "train_step"))})
    assert finding.where == "train.py:42"
    assert "KeyError: 'x' (line 42 of train.py, in `train_step`)" in finding.message
    [finding] = failing_step.run({"failure": StepFailure("KeyError: 'x'")})
    assert finding.where == "train_step"
    assert list(failing_step.run({"failure": None})) == []


def test_a_step_of_keras_that_raises_in_keras_is_not_the_programs_fault_alone():
    with pytest.raises(Skip, match="Keras's own"):
        list(failing_step.run({"failure": StepFailure(own_step=False)}))


class Broken(keras.Model):
    def __init__(self, mistake):
        super().__init__()
        self.answer = keras.layers.Dense(1)
        self.mistake = mistake

    def call(self, x):
        return self.answer(x)

    def train_step(self, data):
        x, y = data
        with tf.GradientTape() as tape:
            answer = self(x, training=True)
            loss = tf.reduce_mean((y - answer) ** 2)
        if self.mistake == "outside":
            loss = tf.reduce_mean((y - self(x)) ** 2)
        if self.mistake == "shape":
            loss = tf.reshape(y, (7,))
        if self.mistake == "name":
            loss = data["loss"]
        self.optimizer.apply(tape.gradient(loss, self.trainable_variables), self.trainable_variables)
        return {"loss": loss}


def audited(mistake, **options):
    model = Broken(mistake)
    model.compile("sgd")
    return keras_stable.audit(model, X, Y, epochs=20, **options)


@pytest.mark.parametrize("options", [{"probe_steps": 20}, {"probe": False}])
@pytest.mark.parametrize(
    ("mistake", "says", "line"),
    [
        ("outside", "No gradients provided", "self.optimizer.apply("),
        ("shape", "7", "tf.reshape(y, (7,))"),
        ("name", "TypeError", 'data["loss"]'),
    ],
)
def test_own_steps_that_raise(mistake, says, line, options):
    report = audited(mistake, **options)
    first = report.findings[0]
    assert (first.rule, first.severity) == ("failing-step", "error")
    assert says in first.message
    numbered = Path(__file__).read_text().splitlines()
    assert line in numbered[int(first.evidence["line"]) - 1]
    assert first.where.startswith(__file__)
    assert report.ok is False
    assert report.unexamined
    assert not report.crashed
    assert "Not everything was examined" in report.verdict


def test_one_that_works():
    report = audited("none", probe_steps=60)
    assert report.ok is True, str(report)
    assert "failing-step" in report.passed
