"""Kills a training with `kill -9`, goes on with it, and compares what comes out with a training that was left alone.

    python tools/kill_everywhere.py                     # every step of 200, and 30 moments of writing, of each kind
    python tools/kill_everywhere.py --steps 10 --moments 3 --kinds arrays

Each life is a process that is forked before TensorFlow has begun, dies by SIGKILL, and leaves what a dead process
leaves. Digits, with shuffling, augmentation, dropout, averaged weights and mixed precision; `replicas` runs on two
logical devices. Compared are all variables in every bit, `history.csv`, and the steps of the TensorBoard events.
"""

import argparse
import hashlib
import os
import shutil
import signal
import sys
import tempfile
import threading
import time
import warnings
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

import keras_stable
from keras_stable.callbacks import AveragedWeights, Checkpoint, GradientNormLogger
from keras_stable.checkpoints.variables import training_variables

KINDS = ("arrays", "dataset", "pydataset", "replicas")
BATCH, EPOCHS = 32, 5


class Batches(keras.utils.PyDataset):
    """Shuffles itself, and augments with NumPy's random numbers."""

    def __init__(self, x, y):
        super().__init__()
        self.x, self.y, self.order = x, y, np.arange(len(x))

    def __len__(self):
        return len(self.x) // BATCH

    def __getitem__(self, index):
        rows = self.order[index * BATCH : (index + 1) * BATCH]
        return self.x[rows] + np.random.normal(0, 0.01, (BATCH, 8, 8, 1)).astype("float32"), self.y[rows]

    def on_epoch_end(self):
        np.random.shuffle(self.order)


class Kill(keras.callbacks.Callback):
    """Kills this process after so many steps."""

    def __init__(self, step):
        super().__init__()
        self.left = iter(range(step))

    def on_train_batch_begin(self, batch, logs=None):
        if next(self.left, None) is None:
            os.kill(os.getpid(), signal.SIGKILL)


def digits(steps):
    """Returns so many batches of an epoch that all epochs have `steps` steps."""
    from sklearn.datasets import load_digits

    x, y = load_digits(return_X_y=True)
    count = steps // EPOCHS * BATCH
    return (x[:count].reshape(-1, 8, 8, 1) / 16).astype("float32"), y[:count]


def model(kind):
    """Returns a compiled model with a random state in several places."""
    layers = [
        keras.Input((8, 8, 1)),
        keras.layers.RandomTranslation(0.1, 0.1),
        keras.layers.Conv2D(8, 3, activation="relu"),
        keras.layers.BatchNormalization(),
        keras.layers.Flatten(),
        keras.layers.Dropout(0.3),
        keras.layers.Dense(10, dtype="float32"),
    ]
    made = keras.Sequential(layers)
    optimizer = keras_stable.optimizers.AdamW(1e-3, use_ema=True)
    if kind == "replicas":
        optimizer = keras.optimizers.Adam(1e-3)
    made.compile(optimizer, keras.losses.SparseCategoricalCrossentropy(from_logits=True), metrics=["accuracy"])
    return made


def live(kind, directory, steps, kill=None):
    """Trains in this process, from its beginning or from a checkpoint, and writes a digest of the result."""
    warnings.simplefilter("ignore")
    keras.utils.set_random_seed(7)
    scope = tf.distribute.get_strategy()
    if kind == "replicas":
        cpu = tf.config.list_physical_devices("CPU")[0]
        tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
        scope = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])
    else:
        keras.mixed_precision.set_global_policy("mixed_float16")
    tf.config.experimental.enable_op_determinism()
    x, y = digits(steps)
    data = {"x": x, "y": y, "batch_size": BATCH}
    if kind == "dataset":
        data = {"x": tf.data.Dataset.from_tensor_slices((x, y)).shuffle(500).batch(BATCH).prefetch(2)}
    if kind == "pydataset":
        data = {"x": Batches(x, y)}
    with scope.scope():
        made = model(kind)
    callbacks = [
        *([] if kind == "replicas" else [AveragedWeights(), GradientNormLogger(directory / "events", update_freq=1)]),
        keras.callbacks.CSVLogger(str(directory / "history.csv")),
        keras.callbacks.TensorBoard(str(directory / "events"), write_graph=False),
        Checkpoint(directory / "checkpoints", "1 step"),
        *([] if kill is None else [Kill(kill)]),
    ]
    made.fit(**data, epochs=EPOCHS, validation_data=(x[:64], y[:64]), callbacks=callbacks, verbose=0)
    digest = hashlib.sha256()
    for variable in training_variables(made):
        digest.update(np.asarray(variable.value).tobytes())
    (directory / "digest").write_text(digest.hexdigest())


def process(*arguments, moment=None, **more):
    """Runs a life in a process of its own; with a moment, kills it that many seconds after its first checkpoint."""
    sys.stdout.flush()
    pid = os.fork()
    if pid == 0:
        live(*arguments, **more)
        os._exit(0)
    if moment is not None:
        threading.Thread(target=kill_while_writing, args=(pid, arguments[1], moment)).start()
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def kill_while_writing(pid, directory, moment):
    """Kills a process once a half-written checkpoint is there, some time after the first whole one."""
    fit = directory / "checkpoints" / "fit_1"
    while not any(fit.glob("step*")):
        time.sleep(0.005)
    time.sleep(moment)
    until = time.monotonic() + 5
    while not any(fit.glob(".partial-*-step*")) and time.monotonic() < until:
        time.sleep(0)
    if not (directory / "digest").exists():
        os.kill(pid, signal.SIGKILL)


def steps_logged(directory):
    """Returns (part, tag, step) of all values in the event files."""
    from tensorboard.compat.proto.event_pb2 import Event
    from tensorboard.compat.tensorflow_stub.pywrap_tensorflow import PyRecordReader_New

    entries = []
    for path in sorted((directory / "events").rglob("*tfevents*")):
        reader = PyRecordReader_New(str(path))
        while True:
            try:
                reader.GetNext()
            except Exception:  # noqa: BLE001 - its end
                break
            event = Event.FromString(reader.record())
            entries += [(path.parent.name, value.tag, event.step) for value in event.summary.value]
    return sorted(entries)


def outcome(directory):
    """Returns what is compared."""
    return (directory / "digest").read_text(), (directory / "history.csv").read_text(), steps_logged(directory)


def differences(kind, root, steps, deaths):
    """Returns at which deaths the result was another one."""
    process(kind, made(root / "whole"), steps)
    expected, wrong = outcome(root / "whole"), []
    for name, death in deaths:
        directory = made(root / "killed")
        code = process(kind, directory, steps, **death)
        if code != 0 and (process(kind, directory, steps) != 0 or outcome(directory) != expected):
            wrong.append(name)
        print(f"{kind}: {name}: {'was over' if code == 0 else 'differs' if name in wrong else 'same'}", flush=True)
        shutil.rmtree(directory)
    return wrong


def made(directory):
    directory.mkdir(parents=True)
    return directory


def main():
    """Runs what the command line asks for; exit code 1 where anything differs."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kinds", nargs="+", default=KINDS, choices=KINDS)
    parser.add_argument("--steps", type=int, default=200, help="of the training; a multiple of 5")
    parser.add_argument("--every", type=int, default=1, help="kill after every how-manieth step")
    parser.add_argument("--moments", type=int, default=30, help="deaths at random moments of writing")
    options = parser.parse_args()
    rng, failed = np.random.default_rng(0), []
    for kind in options.kinds:
        deaths = [(f"after step {n}", {"kill": n}) for n in range(1, options.steps, options.every)]
        moments = rng.uniform(0, 1, options.moments)
        deaths += [(f"writing, {moment:.2f} s", {"moment": float(moment)}) for moment in moments]
        with tempfile.TemporaryDirectory() as root:
            wrong = differences(kind, Path(root), options.steps, deaths)
        print(f"{kind}: {len(deaths) - len(wrong)} of {len(deaths)} deaths left no trace")
        failed += wrong
    sys.exit(bool(failed))


if __name__ == "__main__":
    main()
