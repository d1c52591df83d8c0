"""Kills a training with `kill -9`, goes on with it, and compares what comes out with a training that was left alone.

    python tools/kill_everywhere.py                     # every step of 200, and 30 moments of writing, of each kind
    python tools/kill_everywhere.py --steps 10 --moments 3 --kinds arrays
    python tools/kill_everywhere.py --alone --every 20  # each death in a training of its own

Each life is a process that is forked before TensorFlow has begun, dies by SIGKILL, and leaves what a dead process
leaves. Digits, with shuffling, augmentation, dropout, averaged weights and mixed precision; `replicas` runs on two
logical devices.

One training dies after each of its steps, and in the validation of each epoch: the life that goes on from one death
dies of the next. All its variables must be, after every step, in every bit those of a training that was left alone, and
so must `history.csv` and each value of the TensorBoard events be, once each, in the end. The deaths while a checkpoint
is written come in other such trainings; one counts if half a checkpoint is what it leaves.
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
import traceback
import warnings
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

import keras_stable
from keras_stable.callbacks import AveragedWeights, Checkpoint, GradientNormLogger
from keras_stable.checkpoints.plain_values import Encoder
from keras_stable.checkpoints.variables import capture_variables, training_variables

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


def digest_of(model):
    """Returns the SHA-256 of all variables, on each replica."""
    encoder, digest = Encoder([]), hashlib.sha256()
    capture_variables(training_variables(model), encoder)
    for value in encoder.arrays.values():
        digest.update(np.asarray(value).tobytes())
    return digest.hexdigest()


class Life(keras.callbacks.Callback):
    """Writes a digest of all variables after each step, and kills its process after one of them.

    How many steps were trained is state, which resumes; when to die is none.
    """

    def __init__(self, directory, step=None, validating=False):
        super().__init__()
        self.trained, self.digests = 0, directory / "digests"
        self.dies = lambda in_validation: self.trained == step and in_validation == validating

    def die(self, in_validation=False):
        if self.dies(in_validation):
            # The checkpoint of the step is being written, or is whole by now.
            time.sleep(self.trained % 5 * 0.01)
            os.kill(os.getpid(), signal.SIGKILL)

    def on_train_batch_end(self, batch, logs=None):
        self.trained += 1
        with self.digests.open("a") as file:
            file.write(f"{self.trained} {digest_of(self.model)}\n")

    def on_train_batch_begin(self, batch, logs=None):
        self.die()

    def on_test_begin(self, logs=None):
        self.die(in_validation=True)

    def on_train_end(self, logs=None):
        self.die()


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
    made.compile(optimizer, keras.losses.SparseCategoricalCrossentropy(from_logits=True), metrics=["accuracy"])
    return made


def live(kind, directory, steps, **death):
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
        AveragedWeights(),
        GradientNormLogger(directory / "events", update_freq=1),
        keras.callbacks.CSVLogger(str(directory / "history.csv")),
        keras.callbacks.TensorBoard(str(directory / "events"), write_graph=False),
        Checkpoint(directory / "checkpoints", "1 step"),
        Life(directory, **death),
    ]
    made.fit(**data, epochs=EPOCHS, validation_data=(x[:64], y[:64]), callbacks=callbacks, verbose=0)
    (directory / "digest").write_text(digest_of(made))


def process(*arguments, moment=None, **death):
    """Runs a life in a process of its own; with a moment, kills it so many seconds after its first checkpoint."""
    sys.stdout.flush()
    pid = os.fork()
    if pid == 0:
        try:
            live(*arguments, **death)
        except Exception:  # noqa: BLE001 - the process ends here
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    if moment is not None:
        threading.Thread(target=kill_while_writing, args=(pid, arguments[1], *moment)).start()
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def kill_while_writing(pid, directory, moment, later):
    """Kills a process in the middle of writing a checkpoint: it begins to, some seconds later again, and a little."""
    partial = f"checkpoints/fit_*/.partial-{pid}-step*"
    for pause in (moment, later):
        while not any(directory.glob(partial)):
            if (directory / "digest").exists():
                return
            time.sleep(0)
        time.sleep(pause)
    if not (directory / "digest").exists():
        os.kill(pid, signal.SIGKILL)


def half_written(directory):
    """Returns the names and sizes of what a death has left of a checkpoint."""
    files = (directory / "checkpoints" / "fit_1").glob(".partial-*-step*/*")
    return {file.name: file.stat().st_size for file in files}


def logged(directory):
    """Returns (part, tag, step, value) of all values in the event files, but for measured times."""
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
            for value in event.summary.value:
                if "per_second" not in value.tag:
                    entries.append((path.parent.name, value.tag, event.step, value.SerializeToString()))
    return sorted(entries)


def digests(directory):
    """Returns the digest of each step, and of the end: a step that was trained twice must have one."""
    lines = set((directory / "digests").read_text().splitlines())
    return lines, (directory / "digest").read_text()


def difference(directory, whole):
    """Returns what differs from the training that was left alone; empty where nothing does."""
    (steps, end), (steps_whole, end_whole) = digests(directory), digests(whole)
    wrong = sorted(int(line.split()[0]) for line in steps - steps_whole)
    return [
        *([f"variables from step {wrong[0]} on"] if wrong else []),
        *(["a step was not trained"] if len(steps) < len(steps_whole) else []),
        *(["variables in the end"] if end != end_whole else []),
        *(["events"] if logged(directory) != logged(whole) else []),
        *(["history.csv"] if (directory / "history.csv").read_text() != (whole / "history.csv").read_text() else []),
    ]


def step_deaths(steps, every):
    """Returns when a training dies: after its steps, and once in the validation of each epoch."""
    if not every:
        return []
    per_epoch = steps // EPOCHS
    after = [{"step": step} for step in range(every, steps + 1, every)]
    validating = [{"step": epoch * per_epoch, "validating": True} for epoch in range(1, EPOCHS + 1)]
    return sorted(after + validating, key=lambda death: (death["step"], "validating" not in death))


def chain(kind, root, steps, every):
    """Returns how many deaths one training has died, and what differs in the end."""
    directory, deaths = made(root / "chain"), 0
    for death in step_deaths(steps, every):
        code = process(kind, directory, steps, **death)
        deaths += code == -signal.SIGKILL
        if code not in (0, -signal.SIGKILL):
            return deaths, [f"the life that was to die at {death} ended with {code}"]
    code = process(kind, directory, steps)
    return deaths, [f"the last life ended with {code}"] if code else difference(directory, root / "whole")


def alone(kind, root, steps, death):
    """Returns whether a training died, and what differs after it went on."""
    directory = made(root / "alone")
    first = process(kind, directory, steps, **death)
    last = process(kind, directory, steps) if first == -signal.SIGKILL else first
    wrong = [f"the last life ended with {last}"] if last else difference(directory, root / "whole")
    shutil.rmtree(directory)
    return first == -signal.SIGKILL, wrong


def deaths_while_writing(kind, root, steps, count):
    """Returns how many deaths left half a checkpoint, and what differs at the ends of the trainings that died them."""
    rng, deaths, lives, wrong = np.random.default_rng(0), 0, 0, []
    while deaths < count and lives < 10 * count:
        directory, code = made(root / "writing"), -signal.SIGKILL
        while code == -signal.SIGKILL:
            moment = (float(rng.uniform(0, 0.3)), float(rng.uniform(0, 0.012))) if deaths < count else None
            code, lives = process(kind, directory, steps, moment=moment), lives + 1
            left = half_written(directory)
            deaths += bool(left)
            print(f"{kind}: life {lives}, {death_of(code)}: {left or 'no half checkpoint'}", flush=True)
        wrong += [f"a life ended with {code}"] if code else difference(directory, root / "whole")
        shutil.rmtree(directory)
    return deaths, wrong if deaths >= count else [*wrong, f"{lives} lives, only {deaths} deaths inside a write"]


def death_of(code):
    return "killed" if code == -signal.SIGKILL else f"ended with {code}"


def made(directory):
    directory.mkdir(parents=True)
    return directory


def run(kind, root, options):
    """Returns how many deaths a kind has died, and what differs."""
    code = process(kind, made(root / "whole"), options.steps)
    if code:
        return 0, [f"the training that was left alone ended with {code}"]
    started, count, wrong = time.monotonic(), 0, []
    if options.alone:
        for death in step_deaths(options.steps, options.every):
            died, differs = alone(kind, root, options.steps, death)
            print(f"{kind}: {death}: {differs or 'same'}", flush=True)
            count, wrong = count + died, wrong + differs
    elif options.every:
        count, wrong = chain(kind, root, options.steps, options.every)
    print(f"{kind}: {count} deaths after steps, {time.monotonic() - started:.0f} s: {wrong or 'same'}", flush=True)
    started = time.monotonic()
    deaths, differs = deaths_while_writing(kind, root, options.steps, options.moments)
    print(f"{kind}: {deaths} deaths in writing, {time.monotonic() - started:.0f} s: {differs or 'same'}", flush=True)
    return count + deaths, wrong + differs


def main():
    """Runs what the command line asks for; exit code 1 where anything differs."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kinds", nargs="+", default=KINDS, choices=KINDS)
    parser.add_argument("--steps", type=int, default=200, help="of the training; a multiple of 5")
    parser.add_argument("--every", type=int, default=1, help="kill after every how-manieth step; 0: after none")
    parser.add_argument("--moments", type=int, default=30, help="deaths at random moments of writing")
    parser.add_argument("--alone", action="store_true", help="each death in a training of its own")
    options = parser.parse_args()
    failed = False
    for kind in options.kinds:
        with tempfile.TemporaryDirectory() as root:
            count, wrong = run(kind, Path(root), options)
        print(f"{kind}: {count} deaths, {wrong or 'none left a trace'}", flush=True)
        failed |= bool(wrong)
    sys.exit(failed)


if __name__ == "__main__":
    main()
