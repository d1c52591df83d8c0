"""Of models that are whole; what rules make of the evidence is tested with the rules."""

import keras
import numpy as np
import tensorflow as tf

import keras_stable

RNG = np.random.default_rng(0)
X = RNG.normal(size=(128, 4)).astype("float32")


class Guide(keras.Model):
    """The step of the Keras guide, which returns the metrics of `compile` as one."""

    def train_step(self, data):
        x, y = data
        with tf.GradientTape() as tape:
            loss = self.compute_loss(y=y, y_pred=self(x, training=True))
        self.optimizer.apply(tape.gradient(loss, self.trainable_variables), self.trainable_variables)
        for metric in self.metrics:
            metric.update_state(loss) if metric.name == "loss" else metric.update_state(y, self(x))
        return {metric.name: metric.result() for metric in self.metrics}


def test_logs_that_hold_a_dictionary():
    inputs = keras.Input((4,))
    model = Guide(inputs, keras.layers.Dense(1)(inputs))
    model.compile(keras.optimizers.Adam(0.05), "mse", metrics=["mae"])
    report = keras_stable.audit(model, X, X.sum(1, keepdims=True), epochs=20)
    assert report.ok is True, str(report)
    probe = report.facts["probe"]
    assert probe.steps == 80
    assert probe.loss[-1] < 0.1 * probe.loss[0]


class Rivals(keras.Model):
    """Two networks, each with its optimizer and its loss; the model itself is never called."""

    def __init__(self):
        super().__init__()
        self.maker = keras.Sequential([keras.Input((2,)), keras.layers.Dense(8, "relu"), keras.layers.Dense(4)])
        self.judge = keras.Sequential([keras.Input((4,)), keras.layers.Dense(8, "relu"), keras.layers.Dense(1)])

    def compile(self):
        super().compile()
        self.maker_optimizer, self.judge_optimizer = keras.optimizers.Adam(1e-3), keras.optimizers.Adam(1e-3)

    def train_step(self, x):
        noise = keras.random.normal((keras.ops.shape(x)[0], 2))
        with tf.GradientTape(persistent=True) as tape:
            made, real = self.judge(self.maker(noise)), self.judge(x)
            d_loss = tf.reduce_mean(tf.nn.softplus(made) + tf.nn.softplus(-real))
            g_loss = tf.reduce_mean(tf.nn.softplus(-made))
        for loss, part, optimizer in (
            (d_loss, self.judge, self.judge_optimizer),
            (g_loss, self.maker, self.maker_optimizer),
        ):
            optimizer.apply(tape.gradient(loss, part.trainable_variables), part.trainable_variables)
        return {"d_loss": d_loss, "g_loss": g_loss}


def test_a_game_of_two_networks_without_labels():
    model = Rivals()
    model.compile()
    report = keras_stable.audit(model, X, epochs=20)
    assert not report.at_least("warning"), str(report)
    assert not report.crashed
    assert report.facts["learning"].state == "unknown"
    assert "d_loss and g_loss" in report.verdict
    assert report.facts["gradients"].batches > 0
    assert {variable.path.split("/")[0] for variable in report.facts["gradients"].variables}
    data = tf.data.Dataset.from_tensor_slices(X).batch(32)
    assert not keras_stable.audit(model, data, epochs=20, probe_steps=30).at_least("warning")


class Counted(keras.layers.Layer):
    """Counts on 16 rows a batch."""

    def call(self, x):
        return x + keras.ops.reshape(keras.ops.zeros((16, 4)), (16, 4))


def test_a_number_of_rows_that_own_code_counts_on():
    inputs = keras.Input((4,))
    model = keras.Model(inputs, keras.layers.Dense(1)(Counted()(keras.layers.Dense(4)(inputs))))
    model.compile(keras.optimizers.Adam(0.05), "mse")
    report = keras_stable.audit(model, X, X.sum(1, keepdims=True), batch_size=16, epochs=20)
    assert report.ok is True, str(report)
    assert report.facts["evaluation"].samples == 128


class Subtracting(keras.Model):
    """A variational autoencoder whose divergence has the wrong sign."""

    def __init__(self):
        super().__init__()
        inputs = keras.Input((4,))
        self.encoder = keras.Model(inputs, [keras.layers.Dense(2)(inputs), keras.layers.Dense(2)(inputs)])
        self.decoder = keras.Sequential([keras.Input((2,)), keras.layers.Dense(4)])

    def train_step(self, x):
        with tf.GradientTape() as tape:
            mean, log_variance = self.encoder(x)
            code = mean + tf.exp(0.5 * log_variance) * tf.random.normal(tf.shape(mean))
            rebuilt = tf.reduce_mean(tf.reduce_sum((x - self.decoder(code)) ** 2, 1))
            cost = tf.reduce_mean(tf.reduce_sum(0.5 * (1 + log_variance - mean**2 - tf.exp(log_variance)), 1))
            loss = rebuilt + cost
        self.optimizer.apply(tape.gradient(loss, self.trainable_weights), self.trainable_weights)
        return {"loss": loss, "reconstruction_loss": rebuilt, "kl_loss": -cost}


def test_a_term_with_the_wrong_sign():
    model = Subtracting()
    model.compile(keras.optimizers.Adam(0.01))
    report = keras_stable.audit(model, X, epochs=60)
    assert report.findings[0].rule == "wrong-sign-loss", str(report)
    assert "`kl_loss` enters the loss with the factor -1" in report.findings[0].message
