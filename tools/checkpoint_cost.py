"""What a checkpoint costs a training of 30 million parameters, and how fast a signal ends it.

    python tools/checkpoint_cost.py
    python tools/checkpoint_cost.py --repeats 1 --steps 12

Processes train the same model in turn, with a checkpoint every six steps and with none. The difference, by the number
of checkpoints, is what one costs: in time on the clock, which on a busy machine spreads widely, and in processor time
of all threads. At one a minute it takes that of 60 seconds, and of 60 seconds of each core.
"""

import argparse
import os
import resource
import signal
import statistics
import subprocess
import sys
import tempfile
import time

EVERY = 6
LARGE = 2740


class Clock:
    """Times of the steps after the first three, which trace and warm up."""

    def __init__(self):
        self.began = None

    def start(self):
        self.began = time.perf_counter(), time.process_time()

    def taken(self):
        return time.perf_counter() - self.began[0], time.process_time() - self.began[1]


def train(with_checkpoints, steps, forever=False):
    """Trains in this process, and prints the parameters, seconds, processor seconds and peak memory in MiB."""
    import keras
    import numpy as np

    from keras_stable.callbacks import Checkpoint

    layers = [keras.layers.Dense(LARGE, activation="relu") for _ in range(5)]
    model = keras.Sequential([keras.Input((64,)), *layers, keras.layers.Dense(10)])
    model.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    clock = Clock()

    class Start(keras.callbacks.Callback):
        def __init__(self):
            super().__init__()
            self.seen = 0

        def on_train_batch_end(self, batch, logs=None):
            self.seen += 1
            if self.seen == 3:
                clock.start()
                if forever:
                    print("training", flush=True)

    steps += 3
    x, y = np.zeros((64 * steps, 64), "float32") + 0.1, np.arange(64 * steps) % 10
    with tempfile.TemporaryDirectory() as directory:
        callbacks = [Start()]
        if with_checkpoints:
            callbacks.append(Checkpoint(directory, "1000 epochs" if forever else f"{EVERY} steps"))
        # What the end of an epoch writes is not of the question.
        callbacks.append(keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: times.append(clock.taken())))
        times = []
        model.fit(x, y, batch_size=64, epochs=1000 if forever else 1, verbose=0, callbacks=callbacks)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(model.count_params(), *times[0], peak)


def measured(with_checkpoints, steps):
    """Returns what `train` prints in a process of its own."""
    command = [sys.executable, __file__, "--in-this-process", str(int(with_checkpoints)), "--steps", str(steps)]
    return [float(word) for word in subprocess.run(command, capture_output=True, check=True).stdout.split()[-4:]]


def end_of(number):
    """Returns the seconds from a signal to the end of the process, and its exit code."""
    command = [sys.executable, __file__, "--in-this-process", "2", "--steps", "100000"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    process.stdout.readline()
    began = time.perf_counter()
    process.send_signal(number)
    code = process.wait(timeout=60)
    return time.perf_counter() - began, code


def main():
    """Prints the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--steps", type=int, default=24)
    parser.add_argument("--in-this-process", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.in_this_process is not None:
        train(options.in_this_process > 0, options.steps, forever=options.in_this_process == 2)
        return
    rows = [(measured(False, options.steps), measured(True, options.steps)) for _ in range(options.repeats)]
    plain, saved = (
        [statistics.median(column) for column in zip(*half, strict=True)] for half in zip(*rows, strict=True)
    )
    checkpoints, cores = options.steps // EVERY, os.cpu_count() or 1
    wall, work = ((saved[index] - plain[index]) / checkpoints for index in (1, 2))
    print(f"{plain[0] / 1e6:.1f} million parameters, {cores} cores, load {os.getloadavg()[0]:.1f}")
    print(f"step without checkpoints: {plain[1] / options.steps:.3f} s, {plain[2] / options.steps:.3f} s of a core")
    print(f"a checkpoint: {wall:.2f} s ({wall / 60:.2%} of a minute), {work:.2f} s of a core")
    print(f"of the processor time at one a minute: {work / (60 * cores):.2%}")
    print(f"peak memory: {plain[3]:.0f} MiB without, {saved[3]:.0f} MiB with")
    for number in (signal.SIGTERM, signal.SIGINT):
        seconds, code = end_of(number)
        print(f"{number.name}: ended after {seconds:.1f} s with {code}")


if __name__ == "__main__":
    main()
