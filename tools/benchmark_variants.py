"""The models that tools/benchmark.py trains, and the variants that it compares."""

import time
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf

import keras_stable
from keras_stable.callbacks import Dashboard, StabilityGuard
from keras_stable.callbacks.gradient_norm_logger import GradientNormLogger
from keras_stable.optimizers.passive_recorder import recorded_gradients
from keras_stable.scripts.recorded_fit import aside
from keras_stable.stability.batch_tap import BatchTap

FROM_LOGITS = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
BATCHES = 32
_WATCHED = ("dashboard", "guard", "dashboard and guard")
VARIANTS = ("stock", "stock again", "recording", "layers", "logging", *_WATCHED, "run", "recomputing", "tf.summary")


def mlp() -> keras.Model:
    """64-128x4-40."""
    hidden = [keras.layers.Dense(128, activation="relu") for _ in range(4)]
    return keras.Sequential([keras.Input((64,)), *hidden, keras.layers.Dense(40)])


def conv() -> keras.Model:
    """Six convolutions with batch normalization on 32x32x3."""
    stack: list[Any] = [keras.Input((32, 32, 3))]
    for filters in (16, 32, 64):
        for _ in range(2):
            stack += [keras.layers.Conv2D(filters, 3, padding="same"), keras.layers.BatchNormalization()]
            stack.append(keras.layers.ReLU())
        stack.append(keras.layers.MaxPooling2D())
    return keras.Sequential([*stack, keras.layers.GlobalAveragePooling2D(), keras.layers.Dense(10)])


def transformer() -> keras.Model:
    """Two blocks of width 64 with 4 heads, over 64 tokens of 1,000."""
    tokens = keras.Input((64,), dtype="int32")
    x = keras.layers.Embedding(1000, 64)(tokens)
    for _ in range(2):
        y = keras.layers.LayerNormalization()(x)
        x = x + keras.layers.MultiHeadAttention(4, 16)(y, y)
        y = keras.layers.Dense(256, activation="gelu")(keras.layers.LayerNormalization()(x))
        x = x + keras.layers.Dense(64)(y)
    return keras.Model(tokens, keras.layers.Dense(10)(keras.layers.GlobalAveragePooling1D()(x)))


def deep() -> keras.Model:
    """500 dense layers of width 32 with residuals: 1,000 variables."""
    x = inputs = keras.Input((32,))
    for _ in range(499):
        x = x + 0.1 * keras.layers.Dense(32, activation="relu")(x)
    return keras.Model(inputs, keras.layers.Dense(10)(x))


def embedding() -> keras.Model:
    """The mean of 64 rows of an Embedding of 500,000 x 32."""
    tokens = keras.Input((64,), dtype="int32")
    x = keras.layers.GlobalAveragePooling1D()(keras.layers.Embedding(500_000, 32)(tokens))
    return keras.Model(tokens, keras.layers.Dense(10)(x))


MODELS = {"mlp": mlp, "conv": conv, "transformer": transformer, "deep": deep, "embedding": embedding}
TOKENS = {"transformer": 1000, "embedding": 500_000}
SHAPES = {"mlp": (64,), "conv": (32, 32, 3), "deep": (32,)}
CLASSES = 10


def optimizer(variant: str, name: str) -> keras.optimizers.Optimizer:
    """Returns AdamW; SGD for the Embedding, where the moments of all rows would hide what clipping costs."""
    ours = {"recording": {}, "logging": {}, "layers": {"record": "all"}, **{watched: {} for watched in _WATCHED}}
    module = keras_stable.optimizers if variant in ours else keras.optimizers
    arguments = ours.get(variant, {"global_clipnorm": 0.5})
    return (module.SGD if name == "embedding" else module.AdamW)(**arguments)


def batches(name: str) -> tuple[np.ndarray, np.ndarray]:
    """Returns 32 batches."""
    rng = np.random.default_rng(0)
    n = BATCHES * batch_size(name)
    classes = 40 if name == "mlp" else CLASSES
    if name in TOKENS:
        x = rng.integers(0, TOKENS[name], size=(n, 64)).astype("int32")
    else:
        x = rng.normal(size=(n, *SHAPES[name])).astype("float32")
    return x, rng.integers(0, classes, size=n)


def batch_size(name: str) -> int:
    """Returns the samples in a batch."""
    return 32 if name in TOKENS else 64


class Recomputing(keras.callbacks.Callback):
    """The usual answer to how one sees gradient norms in Keras: take the gradients again."""

    def __init__(self, x: np.ndarray, y: np.ndarray, size: int, log_dir: str) -> None:
        super().__init__()
        self.x, self.y, self.size, self.step = x, y, size, 0
        self.writer = tf.summary.create_file_writer(log_dir)

    def on_train_batch_end(self, batch: int, logs: dict | None = None) -> None:
        part = slice(batch % BATCHES * self.size, (batch % BATCHES + 1) * self.size)
        with tf.GradientTape() as tape:
            loss = FROM_LOGITS(self.y[part], self.model(self.x[part], training=True))
        gradients = tape.gradient(loss, self.model.trainable_variables)
        with self.writer.as_default(self.step):
            tf.summary.scalar("gradients/global_norm", tf.linalg.global_norm(gradients))
            for variable, gradient in zip(self.model.trainable_variables, gradients, strict=True):
                tf.summary.scalar(f"gradients/{variable.path}", tf.norm(tf.convert_to_tensor(gradient)))
        self.step += 1


class Summaries(keras.Model):
    """A train_step that writes the norms from inside, which rules XLA out."""

    writer: Any

    def train_step(self, data: Any) -> dict:
        x, y = data
        with tf.GradientTape() as tape:
            loss = self.compute_loss(x, y, self(x, training=True))
        gradients = tape.gradient(loss, self.trainable_variables)
        with self.writer.as_default(self.optimizer.iterations.value):
            tf.summary.scalar("gradients/global_norm", tf.linalg.global_norm(gradients))
            for variable, gradient in zip(self.trainable_variables, gradients, strict=True):
                tf.summary.scalar(f"gradients/{variable.path}", tf.norm(tf.convert_to_tensor(gradient)))
        self.optimizer.apply(gradients, self.trainable_variables)
        return {"loss": loss}


class Variant:
    """One model with its optimizer, its data and its callbacks, ready to train some steps more."""

    def __init__(self, name: str, model_name: str, jit: bool | str, log_dir: str) -> None:
        keras.utils.set_random_seed(0)
        model = MODELS[model_name]()
        if name == "tf.summary":
            model = Summaries(model.inputs, model.outputs)
            model.writer = tf.summary.create_file_writer(log_dir)
            jit = False
        model.compile(optimizer(name, model_name), FROM_LOGITS, jit_compile=jit)
        x, y = batches(model_name)
        size = batch_size(model_name)
        data = tf.data.Dataset.from_tensor_slices((x, y)).batch(size).cache().repeat()
        callbacks: list[keras.callbacks.Callback] = []
        if name == "logging":
            callbacks.append(GradientNormLogger(log_dir, update_freq=1))
        if "dashboard" in name:
            callbacks.append(Dashboard(log_dir))
        if "guard" in name:
            callbacks.append(StabilityGuard())
            # It does so by itself where there is a `fit`.
            data = BatchTap(2**28, 256).tapped(data)
        if name == "run":
            self.recording = recorded_gradients(model.optimizer)
            self.recording.__enter__()
            callbacks.append(aside(Path(log_dir), records=True))
        if name == "recomputing":
            callbacks.append(Recomputing(x, y, size, log_dir))
        model.fit(data, steps_per_epoch=1, verbose=0)
        self.model = model
        self.data = iter(data)
        self.callbacks = keras.callbacks.CallbackList(callbacks, model=model, epochs=100, steps=BATCHES)
        self.callbacks.on_train_begin()
        self.batch = 0

    def train(self, steps: int) -> np.ndarray:
        """Trains as an epoch of `fit` does, and returns the wall and the processor's seconds a step."""
        start = np.array([time.perf_counter(), time.process_time()])
        self.callbacks.on_epoch_begin(0)
        for _ in range(steps):
            batch = self.batch % BATCHES
            self.callbacks.on_train_batch_begin(batch)
            logs = self.model.train_function(self.data)
            self.callbacks.on_train_batch_end(batch, logs)
            self.batch += 1
        # What GradientNormLogger has not written yet, it writes here.
        self.callbacks.on_epoch_end(0, logs)
        return (np.array([time.perf_counter(), time.process_time()]) - start) / steps
