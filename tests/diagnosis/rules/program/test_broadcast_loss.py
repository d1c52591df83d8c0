from dataclasses import replace

import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_stable
from keras_stable.diagnosis.facts import LossCheck
from keras_stable.diagnosis.rules.program.broadcast_loss import broadcast_loss

PAIRS = LossCheck(right=2.0, wrong=(2.0, 2.0, 2.0), of_same_labels=(1.0, 3.0), label_shape=(32,))
RNG = np.random.default_rng(0)
X = RNG.normal(size=(400, 6)).astype("float32")
Y = (X @ RNG.normal(size=6)).astype("float32")


def test_it_names_the_shapes():
    [finding] = broadcast_loss.run({"loss_checks": (PAIRS,)})
    assert "Labels have the shape (n,), predictions (n, 1)." in finding.message
    assert (finding.severity, finding.where) == ("error", "compile")


def test_a_metric_misleads_and_explains_nothing():
    [finding] = broadcast_loss.run({"loss_checks": (LossCheck("r2", "metric", right=2.0, of_same_labels=(1.0, 3.0)),)})
    assert (finding.severity, finding.explains) == ("warning", ())


def test_one_that_pairs():
    assert list(broadcast_loss.run({"loss_checks": (LossCheck(),)})) == []


MEANS = LossCheck(right=0.0, wrong=(1e-9, 0.0, 2e-9), of_same_labels=(1.0, 3.0, 0.5))


@pytest.mark.parametrize(
    ("check", "sick"),
    [
        (MEANS, True),
        (replace(MEANS, wrong=(0.4, 0.5, 0.3)), False),
        (replace(MEANS, of_same_labels=(1.0, 1.0, 1.0)), False),  # labels do not matter
        (replace(MEANS, chosen=False), False),
        (replace(MEANS, kind="metric"), False),
    ],
)
def test_a_loss_of_means(check, sick):
    assert [finding.severity for finding in broadcast_loss.run({"loss_checks": (check,)})] == ["warning"] * sick


@pytest.mark.parametrize("inside", [True, False])
def test_the_square_of_a_mean_in_an_audit(inside):
    def loss(y, p):
        return keras.ops.mean(keras.ops.square(y - p)) if inside else keras.ops.square(keras.ops.mean(y - p))

    model = keras.Sequential([keras.Input((6,)), keras.layers.Dense(1)])
    model.compile("adam", loss)
    report = keras_stable.audit(model, X, Y[:, None], probe=False)
    assert bool(report.of("broadcast-loss")) != inside, str(report)


class Own(keras.Model):
    def __init__(self, expand, whole):
        super().__init__()
        self.hidden, self.answer = keras.layers.Dense(16, "relu"), keras.layers.Dense(1)
        self.expand, self.whole = expand, whole

    def call(self, x):
        return self.answer(self.hidden(x))

    def train_step(self, data):
        x, y = data
        with tf.GradientTape() as tape:
            answer = self(x) if self.whole else self.answer(self.hidden(x))
            loss = tf.reduce_mean(tf.square((y[:, None] if self.expand else y) - answer))
        self.optimizer.apply(tape.gradient(loss, self.trainable_variables), self.trainable_variables)
        return {"loss": loss, "rate": self.optimizer.learning_rate}


@pytest.mark.parametrize("whole", [True, False])
def test_own_steps_before_and_after_training(whole):
    for expand in (False, True):
        keras.utils.set_random_seed(0)
        model = Own(expand, whole)
        model.compile(keras.optimizers.Adam(0.01))
        before = keras_stable.audit(model, X, Y, epochs=20, probe_steps=60)
        history = model.fit(X, Y, epochs=20, verbose=0)
        after = keras_stable.audit(model, X, Y, history=history)
        for report in (before, after):
            causes = [finding.rule for finding in report.at_least("warning") if not finding.cause]
            assert causes == ([] if expand else ["broadcast-loss"])
        assert after.verdict.startswith("The model learns" if expand else "The model does not learn: its loss compares")
