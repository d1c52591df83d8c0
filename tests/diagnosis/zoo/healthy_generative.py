"""Healthy programs that learn what their inputs are like, most of them without labels."""

from typing import Any

import keras
import numpy as np
import tensorflow as tf
from keras import Sequential, layers, ops

from . import data
from .program import Built, healthy

Logs = dict[str, Any]


class Sampling(layers.Layer):
    """Draws from the normal distributions of an encoder, and charges for what they tell (Kingma and Welling 2014)."""

    def __init__(self, weight: float, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.weight = weight
        self.seed_generator = keras.random.SeedGenerator(1337)

    def call(self, inputs: Any) -> Any:
        mean, log_variance = inputs
        cost = -0.5 * ops.sum(1 + log_variance - ops.square(mean) - ops.exp(log_variance), axis=-1)
        self.add_loss(self.weight * ops.mean(cost))
        return mean + ops.exp(0.5 * log_variance) * keras.random.normal(ops.shape(mean), seed=self.seed_generator)


@healthy
def variational_autoencoder_by_add_loss(seed: int) -> Built:
    x, _, (xv, _) = data.real("digits", seed)
    inputs = keras.Input((64,))
    hidden = layers.Dense(64, activation="relu")(inputs)
    code = Sampling(0.005)([layers.Dense(8)(hidden), layers.Dense(8)(hidden)])
    outputs = layers.Dense(64, activation="sigmoid")(layers.Dense(64, activation="relu")(code))
    model = keras.Model(inputs, outputs)
    model.compile(keras.optimizers.Adam(0.003), "mse")
    return model, x, x, {"batch_size": 32, "epochs": 25, "validation_data": (xv, xv)}


class VAE(keras.Model):
    """The example of keras.io: the model itself is never called, and its step logs three losses."""

    def __init__(self, encoder: keras.Model, decoder: keras.Model) -> None:
        super().__init__()
        self.encoder, self.decoder = encoder, decoder
        names = ("loss", "reconstruction_loss", "kl_loss")
        self.trackers = [keras.metrics.Mean(name=name) for name in names]

    @property
    def metrics(self) -> list[keras.Metric]:
        return self.trackers

    def train_step(self, data: Any) -> Logs:
        with tf.GradientTape() as tape:
            mean, log_variance = self.encoder(data)
            code = mean + ops.exp(0.5 * log_variance) * keras.random.normal(ops.shape(mean))
            rebuilt = ops.mean(ops.sum(keras.losses.binary_crossentropy(data, self.decoder(code)) * 64, axis=-1))
            cost = ops.mean(ops.sum(-0.5 * (1 + log_variance - mean**2 - ops.exp(log_variance)), axis=1))
            total = rebuilt / 32 + cost
        gradients = tape.gradient(total, self.trainable_weights)
        self.optimizer.apply_gradients(zip(gradients, self.trainable_weights, strict=True))
        for tracker, value in zip(self.trackers, (total, rebuilt, cost), strict=True):
            tracker.update_state(value)
        return {tracker.name: tracker.result() for tracker in self.trackers}


@healthy
def variational_autoencoder_by_its_own_step(seed: int) -> Built:
    x, _, _ = data.real("digits", seed)
    inputs = keras.Input((64,))
    hidden = layers.Dense(64, activation="relu")(inputs)
    encoder = keras.Model(inputs, [layers.Dense(4)(hidden), layers.Dense(4)(hidden)])
    decoder = Sequential(
        [keras.Input((4,)), layers.Dense(64, activation="relu"), layers.Dense(64, activation="sigmoid")]
    )
    model = VAE(encoder, decoder)
    model.compile(keras.optimizers.Adam(0.003))
    return model, x, None, {"batch_size": 32, "epochs": 25}


def ring(seed: int, n: int = 1600) -> np.ndarray:
    """Returns points [n, 2] near a circle of radius 1."""
    generator = np.random.default_rng(seed)
    angle = generator.uniform(0, 2 * np.pi, n)
    points = np.stack([np.cos(angle), np.sin(angle)], 1) + 0.05 * generator.normal(size=(n, 2))
    return points.astype("float32")


class GAN(keras.Model):
    """A generator and a discriminator that train against each other (Goodfellow et al. 2014)."""

    def __init__(self) -> None:
        super().__init__()
        dense, rectified = layers.Dense, "leaky_relu"
        self.generator = Sequential([keras.Input((8,)), dense(48, rectified), dense(48, rectified), dense(2)])
        self.discriminator = Sequential([keras.Input((2,)), dense(48, rectified), dense(48, rectified), dense(1)])

    def compile(self, d_optimizer: Any, g_optimizer: Any, loss_fn: Any) -> None:
        super().compile()
        self.d_optimizer, self.g_optimizer, self.loss_fn = d_optimizer, g_optimizer, loss_fn

    def train_step(self, real: Any) -> Logs:
        count = ops.shape(real)[0]
        made = self.generator(keras.random.normal((count, 8)))
        points = ops.concatenate([made, real], axis=0)
        labels = ops.concatenate([ops.ones((count, 1)), ops.zeros((count, 1))], axis=0)
        with tf.GradientTape() as tape:
            d_loss = self.loss_fn(labels, self.discriminator(points))
        weights = self.discriminator.trainable_weights
        self.d_optimizer.apply_gradients(zip(tape.gradient(d_loss, weights), weights, strict=True))
        with tf.GradientTape() as tape:
            answers = self.discriminator(self.generator(keras.random.normal((count, 8))))
            g_loss = self.loss_fn(ops.zeros((count, 1)), answers)
        weights = self.generator.trainable_weights
        self.g_optimizer.apply_gradients(zip(tape.gradient(g_loss, weights), weights, strict=True))
        return {"d_loss": d_loss, "g_loss": g_loss}


@healthy
def generative_adversarial_network(seed: int) -> Built:
    model = GAN()
    rates = [keras.optimizers.Adam(1e-3, beta_1=0.5) for _ in range(2)]
    model.compile(*rates, keras.losses.BinaryCrossentropy(from_logits=True))
    return model, ring(seed), None, {"batch_size": 64, "epochs": 30}


class WGAN(keras.Model):
    """A critic with a penalty for the slope of its answers between real and made points (Gulrajani et al. 2017)."""

    def __init__(self) -> None:
        super().__init__()
        dense, rectified = layers.Dense, "leaky_relu"
        self.generator = Sequential([keras.Input((8,)), dense(48, rectified), dense(48, rectified), dense(2)])
        self.critic = Sequential([keras.Input((2,)), dense(48, rectified), dense(48, rectified), dense(1)])

    def compile(self, d_optimizer: Any, g_optimizer: Any) -> None:
        super().compile()
        self.d_optimizer, self.g_optimizer = d_optimizer, g_optimizer

    def penalty(self, real: Any, made: Any) -> Any:
        share = keras.random.uniform((ops.shape(real)[0], 1))
        between = real + share * (made - real)
        with tf.GradientTape() as tape:
            tape.watch(between)
            answer = self.critic(between, training=True)
        slope = ops.sqrt(ops.sum(ops.square(tape.gradient(answer, between)), axis=1) + 1e-12)
        return ops.mean(ops.square(slope - 1.0))

    def train_step(self, real: Any) -> Logs:
        count = ops.shape(real)[0]
        for _ in range(3):
            with tf.GradientTape() as tape:
                made = self.generator(keras.random.normal((count, 8)), training=True)
                cost = ops.mean(self.critic(made)) - ops.mean(self.critic(real))
                d_loss = cost + self.penalty(real, made)
            weights = self.critic.trainable_variables
            self.d_optimizer.apply(tape.gradient(d_loss, weights), weights)
        with tf.GradientTape() as tape:
            g_loss = -ops.mean(self.critic(self.generator(keras.random.normal((count, 8)), training=True)))
        weights = self.generator.trainable_variables
        self.g_optimizer.apply(tape.gradient(g_loss, weights), weights)
        return {"d_loss": d_loss, "g_loss": g_loss}


@healthy
def wasserstein_network_with_gradient_penalty(seed: int) -> Built:
    model = WGAN()
    model.compile(*(keras.optimizers.Adam(2e-3, beta_1=0.5, beta_2=0.9) for _ in range(2)))
    return model, ring(seed), None, {"batch_size": 64, "epochs": 40}


class Diffusion(keras.Model):
    """Learns to tell the noise in points that were mixed with it to a random degree (Song et al. 2021)."""

    def __init__(self) -> None:
        super().__init__()
        rectified = "swish"
        self.network = Sequential([keras.Input((4,)), layers.Dense(64, rectified), layers.Dense(64, rectified)])
        self.network.add(layers.Dense(2))
        self.noise_loss_tracker = keras.metrics.Mean(name="n_loss")

    @property
    def metrics(self) -> list[keras.Metric]:
        return [self.noise_loss_tracker]

    def mixed(self, points: Any) -> tuple[Any, Any, Any]:
        angle = keras.random.uniform((ops.shape(points)[0], 1), 0.1, 1.5)
        noise = keras.random.normal(ops.shape(points))
        return ops.cos(angle) * points + ops.sin(angle) * noise, angle, noise

    def call(self, points: Any) -> Any:
        mixed, angle, _ = self.mixed(points)
        return self.network(ops.concatenate([mixed, ops.sin(angle), ops.cos(angle)], axis=-1))

    def train_step(self, points: Any) -> Logs:
        mixed, angle, noise = self.mixed(points)
        with tf.GradientTape() as tape:
            told = self.network(ops.concatenate([mixed, ops.sin(angle), ops.cos(angle)], axis=-1), training=True)
            loss = ops.mean(ops.square(noise - told))
        variables = self.network.trainable_weights
        self.optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables, strict=True))
        self.noise_loss_tracker.update_state(loss)
        return {m.name: m.result() for m in self.metrics}


@healthy
def denoising_diffusion(seed: int) -> Built:
    model = Diffusion()
    model.compile(keras.optimizers.AdamW(2e-3, weight_decay=1e-4))
    points = tf.data.Dataset.from_tensor_slices(ring(seed)).shuffle(1600, seed=seed).batch(64)
    return model, points, None, {"epochs": 30}


@healthy
def sparse_autoencoder_by_add_loss_alone(seed: int) -> Built:
    """There is no loss in `compile`: reconstruction and sparsity are both added inside."""
    x, _, _ = data.real("digits", seed)

    class Rebuilding(layers.Layer):
        def call(self, inputs: Any) -> Any:
            real, rebuilt, code = inputs
            self.add_loss(ops.mean(ops.square(real - rebuilt)) + 1e-4 * ops.mean(ops.sum(ops.abs(code), axis=-1)))
            return rebuilt

    inputs = keras.Input((64,))
    code = layers.Dense(32, activation="relu")(inputs)
    model = keras.Model(inputs, Rebuilding()([inputs, layers.Dense(64, activation="sigmoid")(code), code]))
    model.compile(keras.optimizers.Adam(0.003))
    return model, x, None, {"batch_size": 32, "epochs": 20}
