"""What the gradient guard costs, against stock Keras and the usual ways to see gradient norms.

    python tools/benchmark.py                         every model, as Keras compiles by default (XLA)
    python tools/benchmark.py --no-jit                the same without XLA
    python tools/benchmark.py --models mlp --rounds 20

Every variant of a model trains in this one process, in turn, some steps at a time, in an order that changes from
round to round. The ratio of a variant is taken in each round, to the mean of stock Keras right before and after it;
printed are the median over the rounds and the quartiles. On a machine that is busy with other work, wall time
spreads widely; the time that the processor spent on this process, on all its threads, is printed beside it.

    stock               keras.optimizers.AdamW(global_clipnorm=0.5)
    stock again         the same once more: what the ratios are worth
    recording           keras_stable.optimizers.AdamW(), both clips, history, finite guard
    logging             recording, with GradientNormLogger(update_freq=1), every variable to TensorBoard
    recomputing         stock, with a callback that takes the gradients of the batch once more to see their norms
    tf.summary          stock, with a train_step that writes every norm with tf.summary.scalar
"""

import argparse
import os
import platform
import random
import resource
import subprocess
import sys
import tempfile
import time
from typing import Any

import keras
import numpy as np
import tensorflow as tf

import keras_stable
from keras_stable.callbacks.gradient_norm_logger import GradientNormLogger

FROM_LOGITS = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
BATCHES = 32
# Steps in one turn of a variant.
STEPS = {"mlp": 64, "conv": 6, "transformer": 8}
SLOW = ("recomputing", "tf.summary")
VARIANTS = ("stock", "stock again", "recording", "logging", "recomputing", "tf.summary")


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


MODELS = {"mlp": mlp, "conv": conv, "transformer": transformer}


def batches(name: str) -> tuple[np.ndarray, np.ndarray]:
    """Returns 32 batches of 64 samples; 32 for the transformer."""
    rng = np.random.default_rng(0)
    n = BATCHES * batch_size(name)
    if name == "transformer":
        return rng.integers(0, 1000, size=(n, 64)).astype("int32"), rng.integers(0, 10, size=n)
    shape, classes = ((64,), 40) if name == "mlp" else ((32, 32, 3), 10)
    return rng.normal(size=(n, *shape)).astype("float32"), rng.integers(0, classes, size=n)


def batch_size(name: str) -> int:
    """Returns the samples in a batch."""
    return 32 if name == "transformer" else 64


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
        ours = name in ("recording", "logging")
        optimizer = keras_stable.optimizers.AdamW() if ours else keras.optimizers.AdamW(global_clipnorm=0.5)
        if name == "tf.summary":
            model = Summaries(model.inputs, model.outputs)
            model.writer = tf.summary.create_file_writer(log_dir)
            jit = False
        model.compile(optimizer, FROM_LOGITS, jit_compile=jit)
        x, y = batches(model_name)
        size = batch_size(model_name)
        data = tf.data.Dataset.from_tensor_slices((x, y)).batch(size).cache().repeat()
        callbacks: list[keras.callbacks.Callback] = []
        if name == "logging":
            callbacks.append(GradientNormLogger(log_dir, update_freq=1))
        if name == "recomputing":
            callbacks.append(Recomputing(x, y, size, log_dir))
        model.fit(data, steps_per_epoch=1, verbose=0)
        self.model = model
        self.data = iter(data)
        self.callbacks = keras.callbacks.CallbackList(callbacks, model=model)
        self.callbacks.on_train_begin()
        self.batch = 0

    def train(self, steps: int) -> np.ndarray:
        """Trains as an epoch of `fit` does, and returns the wall and the processor's seconds a step."""
        start = np.array([time.perf_counter(), time.process_time()])
        self.callbacks.on_epoch_begin(0)
        for _ in range(steps):
            self.callbacks.on_train_batch_begin(self.batch)
            logs = self.model.train_function(self.data)
            self.callbacks.on_train_batch_end(self.batch, logs)
            self.batch += 1
        # What GradientNormLogger has not written yet, it writes here.
        self.callbacks.on_epoch_end(0, logs)
        return (np.array([time.perf_counter(), time.process_time()]) - start) / steps


def compare(model_name: str, names: list[str], rounds: int, jit: bool | str, log_dir: str) -> None:
    """Trains the variants in turn and prints the median time of a step and ratio to stock of each."""
    variants = {name: Variant(name, model_name, jit, os.path.join(log_dir, model_name, name)) for name in names}
    steps = STEPS[model_name]
    for variant in variants.values():
        variant.train(8)
    stock: list[np.ndarray] = []
    times: dict[str, list[np.ndarray]] = {name: [] for name in names if name != "stock"}
    ratios: dict[str, list[np.ndarray]] = {name: [] for name in times}
    shuffle = random.Random(0).shuffle
    for turn in range(rounds):
        order = [name for name in times if name not in SLOW or turn % 5 == 0]
        shuffle(order)
        before = variants["stock"].train(steps)
        for name in order:
            each = variants[name].train(steps)
            after = variants["stock"].train(steps)
            times[name].append(each)
            ratios[name].append(2 * each / (before + after))
            stock.append(after)
            before = after
    variables = len(variants["stock"].model.trainable_variables)
    print(f"\n| {model_name}, {variables} variables | ms a step | ratio to stock | quartiles | ratio, processor time |")
    print("| --- | --- | --- | --- | --- |")
    print(f"| stock | {1e3 * np.median(stock, axis=0)[0]:.2f} | 1 | | 1 |")
    for name, found in ratios.items():
        (low, _), (middle, processor), (high, _) = np.percentile(found, [25, 50, 75], axis=0)
        milliseconds = 1e3 * np.median(times[name], axis=0)[0]
        print(f"| {name} | {milliseconds:.2f} | {middle:.3f} | {low:.3f} to {high:.3f} | {processor:.3f} |", flush=True)


def peak_memory(model_name: str, jit: bool | str, repeats: int) -> None:
    """Prints the peak resident memory of a process that trains, stock against recording."""
    peaks: dict[str, list[int]] = {"stock": [], "recording": []}
    flags = ["--no-jit"] if jit is False else []
    for _ in range(repeats):
        for name, found in peaks.items():
            command = [sys.executable, __file__, "--peak-of", name, "--models", model_name, *flags]
            output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
            found.append(int(output.split()[-1]))
    stock, recording = np.median(peaks["stock"]), np.median(peaks["recording"])
    print(f"| {model_name} | {stock / 1024:.1f} | {recording / 1024:.1f} | {recording / stock:.4f} |", flush=True)


def machine() -> str:
    """Returns what the figures were measured on."""
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        names = [line.split(":", 1)[1].strip() for line in file if line.startswith("model name")]
    hardware = f"{names[0] if names else platform.processor()}, {os.cpu_count()} cores, {platform.system()}"
    versions = f"Python {platform.python_version()}, TensorFlow {tf.__version__}, Keras {keras.__version__}"
    return f"{hardware} {platform.machine()}, {versions}"


def main() -> None:
    """Runs the comparison that the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", nargs="+", choices=MODELS, default=list(MODELS))
    parser.add_argument("--variants", nargs="+", choices=VARIANTS, default=list(VARIANTS), help="stock is always there")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--no-jit", action="store_true", help="without XLA")
    parser.add_argument("--memory", type=int, metavar="REPEATS", help="compare peak memory, not time")
    parser.add_argument("--peak-of", choices=VARIANTS, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    jit: bool | str = False if arguments.no_jit else "auto"
    with tempfile.TemporaryDirectory() as log_dir:
        if arguments.peak_of:
            Variant(arguments.peak_of, arguments.models[0], jit, log_dir).train(BATCHES)
            print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
            return
        print(f"{machine()}\njit_compile={jit!r}, load {os.getloadavg()[0]:.1f}")
        if arguments.memory:
            print("\n| peak memory | stock, MiB | recording, MiB | ratio |\n| --- | --- | --- | --- |")
        for model_name in arguments.models:
            if arguments.memory:
                peak_memory(model_name, jit, arguments.memory)
            else:
                names = ["stock", *(name for name in arguments.variants if name != "stock")]
                compare(model_name, names, arguments.rounds, jit, log_dir)


if __name__ == "__main__":
    main()
