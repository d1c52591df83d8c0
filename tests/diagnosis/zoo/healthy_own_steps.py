"""Healthy programs with a training step of their own, as the guides of keras.io write them."""

from typing import Any

import keras
import numpy as np
import tensorflow as tf
from keras import Sequential, layers, ops

from . import data
from .program import Built, healthy

Logs = dict[str, Any]


class GuideModel(keras.Model):
    """The step of the guide "Customizing what happens in fit()": with `compute_loss`, and the metrics of `compile`."""

    def train_step(self, data: Any) -> Logs:
        x, y = data
        with tf.GradientTape() as tape:
            y_pred = self(x, training=True)
            loss = self.compute_loss(y=y, y_pred=y_pred)
        gradients = tape.gradient(loss, self.trainable_variables)
        self.optimizer.apply(gradients, self.trainable_variables)
        for metric in self.metrics:
            metric.update_state(loss) if metric.name == "loss" else metric.update_state(y, y_pred)
        return {m.name: m.result() for m in self.metrics}


@healthy
def step_of_the_guide(seed: int) -> Built:
    x, y, _ = data.real("digits", seed)
    inputs = keras.Input((64,))
    hidden = layers.Dense(64, activation="relu")(inputs)
    model = GuideModel(inputs, layers.Dense(10, activation="softmax")(hidden))
    model.compile(keras.optimizers.Adam(0.002), "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model, x, y, {"batch_size": 32, "epochs": 12}


class OwnLossModel(keras.Model):
    """The same guide "going lower-level": nothing but an optimizer is given to `compile`."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.loss_tracker = keras.metrics.Mean(name="loss")
        self.mae_metric = keras.metrics.MeanAbsoluteError(name="mae")
        self.loss_fn = keras.losses.MeanSquaredError()

    @property
    def metrics(self) -> list[keras.Metric]:
        return [self.loss_tracker, self.mae_metric]

    def train_step(self, data: Any) -> Logs:
        x, y = data
        with tf.GradientTape() as tape:
            y_pred = self(x, training=True)
            loss = self.loss_fn(y, y_pred)
        gradients = tape.gradient(loss, self.trainable_variables)
        self.optimizer.apply_gradients(zip(gradients, self.trainable_variables, strict=True))
        self.loss_tracker.update_state(loss)
        self.mae_metric.update_state(y, y_pred)
        return {"loss": self.loss_tracker.result(), "mae": self.mae_metric.result()}


@healthy
def step_with_a_loss_of_its_own(seed: int) -> Built:
    x, y = data.teacher(seed)
    inputs = keras.Input((10,))
    hidden = layers.Dense(64, activation="relu")(inputs)
    model = OwnLossModel(inputs, layers.Dense(1)(layers.Dense(32, activation="relu")(hidden)))
    model.compile(keras.optimizers.Adam(0.003))
    return model, x, y, {"batch_size": 32, "epochs": 20}


class Distiller(keras.Model):
    """Trains a small network on what a large one, which stays as it is, answers (keras.io, knowledge distillation)."""

    def __init__(self, student: keras.Model, teacher: keras.Model) -> None:
        super().__init__()
        self.student, self.teacher = student, teacher
        self.temperature, self.alpha = 3.0, 0.3

    def call(self, x: Any, training: bool = False) -> Any:
        return self.student(x, training=training)

    def train_step(self, data: Any) -> Logs:
        x, y = data
        soft = ops.softmax(self.teacher(x, training=False) / self.temperature)
        with tf.GradientTape() as tape:
            answer = self.student(x, training=True)
            hard = ops.mean(keras.losses.sparse_categorical_crossentropy(y, answer, from_logits=True))
            divergence = keras.losses.kl_divergence(soft, ops.softmax(answer / self.temperature))
            distilled = ops.mean(divergence) * self.temperature**2
            loss = self.alpha * hard + (1 - self.alpha) * distilled
        variables = self.student.trainable_variables
        self.optimizer.apply(tape.gradient(loss, variables), variables)
        return {"loss": loss, "student_loss": hard, "distillation_loss": distilled}


@healthy
def knowledge_distillation(seed: int) -> Built:
    x, y, _ = data.real("digits", seed)
    teacher = Sequential([keras.Input((64,)), layers.Dense(128, activation="relu"), layers.Dense(10)])
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    teacher.compile(keras.optimizers.Adam(0.003), loss)
    teacher.fit(x, y, epochs=8, verbose=0)
    student = Sequential([keras.Input((64,)), layers.Dense(24, activation="relu"), layers.Dense(10)])
    model = Distiller(student, teacher)
    model.compile(keras.optimizers.Adam(0.003))
    return model, x, y, {"batch_size": 32, "epochs": 15}


class Contrastive(keras.Model):
    """Draws two noisy views of each row together and apart from all others (SimCLR, Chen et al. 2020)."""

    def __init__(self) -> None:
        super().__init__()
        self.encoder = Sequential([keras.Input((64,)), layers.Dense(64, activation="relu"), layers.Dense(32)])
        self.head = Sequential([keras.Input((32,)), layers.Dense(32, activation="relu"), layers.Dense(16)])

    def call(self, x: Any) -> Any:
        return self.encoder(x)

    def view(self, x: Any) -> Any:
        kept = keras.random.uniform(ops.shape(x)) > 0.3
        return x * ops.cast(kept, "float32") + 0.05 * keras.random.normal(ops.shape(x))

    def train_step(self, x: Any) -> Logs:
        with tf.GradientTape() as tape:
            one, two = (ops.normalize(self.head(self.encoder(self.view(x))), axis=-1) for _ in range(2))
            similarity = ops.matmul(one, ops.transpose(two)) / 0.2
            own = ops.arange(ops.shape(x)[0])
            there = keras.losses.sparse_categorical_crossentropy(own, similarity, from_logits=True)
            back = keras.losses.sparse_categorical_crossentropy(own, ops.transpose(similarity), from_logits=True)
            loss = ops.mean(there + back) / 2
        variables = self.encoder.trainable_variables + self.head.trainable_variables
        self.optimizer.apply(tape.gradient(loss, variables), variables)
        found = ops.mean(ops.cast(ops.equal(ops.argmax(similarity, -1), own), "float32"))
        return {"loss": loss, "contrastive_accuracy": found}


@healthy
def contrastive_views(seed: int) -> Built:
    x, _, _ = data.real("digits", seed)
    model = Contrastive()
    model.compile(keras.optimizers.Adam(0.002))
    return model, x, None, {"batch_size": 64, "epochs": 20}


class Triplets(keras.Model):
    """Embeds digits so that two of one class are closer than two of different ones, by the hardest pairs of a batch."""

    def __init__(self) -> None:
        super().__init__()
        self.encoder = Sequential([keras.Input((64,)), layers.Dense(64, activation="relu"), layers.Dense(16)])

    def call(self, x: Any) -> Any:
        return ops.normalize(self.encoder(x), axis=-1)

    def train_step(self, data: Any) -> Logs:
        x, y = data
        with tf.GradientTape() as tape:
            embedded = self(x)
            squares = 2 - 2 * ops.matmul(embedded, ops.transpose(embedded))
            distance = ops.sqrt(ops.maximum(squares, 1e-6))
            same = ops.cast(ops.equal(y[:, None], y[None, :]), "float32")
            farthest = ops.max(distance * same, axis=1)
            nearest = ops.min(distance + 10.0 * same, axis=1)
            loss = ops.mean(ops.softplus(farthest - nearest))
        self.optimizer.apply(tape.gradient(loss, self.trainable_variables), self.trainable_variables)
        return {"loss": loss, "closer": ops.mean(ops.cast(farthest < nearest, "float32"))}


@healthy
def hardest_triplets(seed: int) -> Built:
    x, y, _ = data.real("digits", seed)
    model = Triplets()
    model.compile(keras.optimizers.Adam(0.002))
    return model, x, y, {"batch_size": 64, "epochs": 20}


class ThreeParts(keras.Model):
    """An encoder, a decoder and a readout, each with an optimizer of its own, on one loss."""

    def __init__(self) -> None:
        super().__init__()
        self.encoder = Sequential([keras.Input((64,)), layers.Dense(48, activation="relu")])
        self.decoder = Sequential([keras.Input((48,)), layers.Dense(64, activation="sigmoid")])
        self.readout = Sequential([keras.Input((48,)), layers.Dense(10)])
        self.parts = (self.encoder, self.decoder, self.readout)

    def compile(self, rates: tuple[float, ...]) -> None:
        super().compile()
        self.optimizers = [keras.optimizers.Adam(rate) for rate in rates]

    def call(self, x: Any) -> Any:
        return self.readout(self.encoder(x))

    def train_step(self, data: Any) -> Logs:
        x, y = data
        with tf.GradientTape(persistent=True) as tape:
            hidden = self.encoder(x)
            rebuilt = ops.mean(ops.square(x - self.decoder(hidden)))
            named = ops.mean(keras.losses.sparse_categorical_crossentropy(y, self.readout(hidden), from_logits=True))
            loss = named + rebuilt
        for part, optimizer in zip(self.parts, self.optimizers, strict=True):
            optimizer.apply(tape.gradient(loss, part.trainable_variables), part.trainable_variables)
        return {"loss": loss, "rebuilt_loss": rebuilt, "named_loss": named}


@healthy
def three_optimizers(seed: int) -> Built:
    x, y, _ = data.real("digits", seed)
    model = ThreeParts()
    model.compile((2e-3, 1e-3, 4e-3))
    return model, x, y, {"batch_size": 32, "epochs": 12}


class WeightedRows(keras.Model):
    """A loss that overrides `compute_loss`, with a weight for each row that comes among the inputs."""

    def compute_loss(
        self, x: Any = None, y: Any = None, y_pred: Any = None, sample_weight: Any = None, training: bool = True
    ) -> Any:
        return ops.mean(x["weight"] * ops.square(y - y_pred))


@healthy
def loss_of_inputs(seed: int) -> Built:
    x, y = data.teacher(seed)
    weight = np.random.default_rng(seed).uniform(0.5, 1.5, (len(x), 1)).astype("float32")
    inputs = {"features": keras.Input((10,), name="features"), "weight": keras.Input((1,), name="weight")}
    hidden = layers.Dense(64, activation="relu")(inputs["features"])
    model = WeightedRows(inputs, layers.Dense(1)(layers.Dense(32, activation="relu")(hidden)))
    model.compile(keras.optimizers.Adam(0.003), metrics=["mae"])
    return model, {"features": x, "weight": weight}, y, {"batch_size": 32, "epochs": 20}
