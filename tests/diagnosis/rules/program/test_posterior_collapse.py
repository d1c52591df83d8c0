import keras
import pytest
import tensorflow as tf
from sklearn.datasets import load_digits

import keras_stable
from keras_stable.diagnosis.facts import History, Probe
from keras_stable.diagnosis.rule import Skip
from keras_stable.diagnosis.rules.program.posterior_collapse import posterior_collapse

FALLEN = (2.0, 0.5, 0.01, 0.001, 1e-4, 1e-4)


@pytest.mark.parametrize(
    ("logs", "found"),
    [
        ({"loss": FALLEN, "kl_loss": FALLEN}, True),
        ({"loss": FALLEN, "kl_loss": (1.0, 2.0, 2.5, 2.6, 2.7, 2.8)}, False),
        ({"loss": FALLEN, "kld": (9.0, 6.0, 4.0, 3.0, 3.0, 3.0)}, False),
        ({"loss": FALLEN, "kl_loss": (900.0, 2.0, 1.0, 1.0, 1.0, 1.0)}, False),  # nats enough to tell samples apart
        ({"loss": FALLEN, "kl_loss": (1e-6, 1.1e-6, 1e-6, 1e-6, 1e-6, 1e-6)}, False),  # by a weight, and it stays
    ],
)
def test_a_divergence_that_is_gone(logs, found):
    assert bool(list(posterior_collapse.run({"history": History(loss=FALLEN, logs=logs)}))) is found
    assert bool(list(posterior_collapse.run({"probe": Probe(losses=logs)}))) is found


def test_without_one():
    with pytest.raises(Skip, match="no divergence"):
        list(
            posterior_collapse.run(
                {"history": History(logs={"loss": FALLEN, "knuckle_loss": FALLEN, "label_divergence": FALLEN})}
            )
        )


class VAE(keras.Model):
    def __init__(self, summed):
        super().__init__()
        inputs = keras.Input((64,))
        hidden = keras.layers.Dense(48, "relu")(inputs)
        self.encoder = keras.Model(inputs, [keras.layers.Dense(4)(hidden), keras.layers.Dense(4)(hidden)])
        layers = [keras.layers.Dense(48, "relu"), keras.layers.Dense(64, "sigmoid")]
        self.decoder = keras.Sequential([keras.Input((4,)), *layers])
        self.summed = summed

    def train_step(self, x):
        with tf.GradientTape() as tape:
            mean, log_variance = self.encoder(x)
            code = mean + tf.exp(0.5 * log_variance) * tf.random.normal(tf.shape(mean))
            squares = (x - self.decoder(code)) ** 2
            rebuilt = tf.reduce_mean(tf.reduce_sum(squares, 1) if self.summed else squares)
            cost = tf.reduce_mean(tf.reduce_sum(-0.5 * (1 + log_variance - mean**2 - tf.exp(log_variance)), 1))
            loss = rebuilt + cost
        self.optimizer.apply(tape.gradient(loss, self.trainable_weights), self.trainable_weights)
        return {"loss": loss, "reconstruction_loss": rebuilt, "kl_loss": cost}


@pytest.mark.parametrize("summed", [True, False])
def test_a_mean_over_pixels_beside_a_sum_over_the_code(summed):
    x = (load_digits().data / 16 * (3 if summed else 1)).astype("float32").clip(0, 1)
    keras.utils.set_random_seed(0)
    model = VAE(summed)
    model.compile(keras.optimizers.Adam(0.005))
    before = keras_stable.audit(model, x, epochs=12)
    history = model.fit(x, epochs=12, verbose=0)
    after = keras_stable.audit(model, x, history=history)
    for report in (before, after):
        causes = [finding.rule for finding in report.at_least("warning") if not finding.cause]
        assert causes == ([] if summed else ["posterior-collapse"]), str(report)
