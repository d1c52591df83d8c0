"""How large the dashboard's files of a long training are, and how long TensorBoard needs to show them.

    python tools/dashboard_size.py                                  100,000 steps of a model with 100 variables
    python tools/dashboard_size.py --steps 20000 --keep runs/long   fewer, and the files stay
    python tools/dashboard_size.py --unknown                        where `fit` does not know the number of steps

The norms are drawn at random and go through the same callbacks as those of a real optimizer, in pieces of half its
history, with one spike at a step that is looked up in the files afterwards. TensorBoard is timed from its start until
it serves every point of the gradient norm.
"""

import argparse
import json
import socket
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import keras
import numpy as np
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from keras_stable.callbacks.dashboard.gradient_curves import GradientCurves
from keras_stable.callbacks.dashboard.gradient_heat_map import GradientHeatMap
from keras_stable.callbacks.dashboard.gradient_spread import GradientSpread
from keras_stable.callbacks.dashboard.run_writers import RunWriters
from keras_stable.optimizers import AdamW
from keras_stable.optimizers.history import GradientHistory
from keras_stable.reporting.dashboard_tags import NORMS

PIECE = 512
SPIKE = 1e4


def histories(steps: int, variables: int) -> Iterator[GradientHistory]:
    """Yields the history of a training, with a spike at two thirds of it."""
    rng = np.random.default_rng(0)
    paths = tuple(f"encoder/block_{i // 10}/dense_{i % 10}/kernel" for i in range(variables))
    for start in range(0, steps, PIECE):
        step = np.arange(start, min(start + PIECE, steps))
        norms = rng.lognormal(size=(len(step), variables))
        norms[step == spike_step(steps), 0] = SPIKE
        total = np.sqrt((norms**2).sum(axis=1))
        finite = np.ones(len(step), bool)
        more = {name: rng.lognormal(size=norms.shape) for name in ("weight_norm", "update_norm", "second_moment_norm")}
        yield GradientHistory(step, total, np.minimum(total, 0.5), norms, norms, finite, paths, 0, 0, **more)


def spike_step(steps: int) -> int:
    """Returns at which step the spike is."""
    return 2 * steps // 3


def write(log_dir: Path, steps: int, variables: int, epochs: int, known: bool) -> None:
    """Writes the events of a training."""
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.compile(AdamW(), "mse")
    writers = RunWriters(log_dir)
    callbacks = [GradientCurves(writers), GradientSpread(writers), GradientHeatMap(writers)]
    for callback in callbacks:
        callback.set_model(model)
        callback.set_params({"epochs": epochs, "steps": steps // epochs if known else None})
        callback.on_train_begin()
    epoch = 0
    for history in histories(steps, variables):
        for callback in callbacks:
            callback.take(history)
        while epoch < (history.step[-1] + 1) * epochs // steps:
            for callback in callbacks:
                callback.on_epoch_end(epoch)
            epoch += 1
    for callback in reversed(callbacks):
        callback.on_train_end()


def seconds_to_open(log_dir: Path, points: int) -> float:
    """Returns how long TensorBoard needs from its start until it serves all points of the gradient norm."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "tensorboard.main", "--logdir", str(log_dir), "--host", "127.0.0.1"]
    started = time.monotonic()
    process = subprocess.Popen([*command, "--port", str(port)], stderr=subprocess.DEVNULL)
    query = urllib.parse.urlencode({"run": ".", "tag": NORMS})
    try:
        while time.monotonic() - started < 300:
            try:
                served = urllib.request.urlopen(f"http://127.0.0.1:{port}/data/plugin/scalars/scalars?{query}").read()
                if len(json.loads(served)) >= min(points, 1000):
                    return time.monotonic() - started
            except OSError:
                pass
            time.sleep(0.05)
    finally:
        process.terminate()
        process.wait()
    raise SystemExit("TensorBoard has not shown the run")


def main() -> None:
    """Writes, measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--steps", type=int, default=100_000)
    parser.add_argument("--variables", type=int, default=100)
    parser.add_argument("--epochs", type=int, default=100)
    parser.add_argument("--unknown", action="store_true", help="as where the number of steps is not known")
    parser.add_argument("--keep", type=Path, help="a directory for the files")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        log_dir = arguments.keep or Path(temporary)
        started = time.perf_counter()
        write(log_dir, arguments.steps, arguments.variables, arguments.epochs, not arguments.unknown)
        seconds = time.perf_counter() - started
        size = sum(path.stat().st_size for path in log_dir.rglob("*") if path.is_file())
        points = EventAccumulator(str(log_dir), size_guidance={"scalars": 0}).Reload().Scalars(NORMS)
        peak = [point.step for point in points if point.value >= SPIKE]
        if peak != [spike_step(arguments.steps)]:
            raise SystemExit(f"the spike is lost: {peak}")
        print(f"{arguments.steps:,} steps, {arguments.variables} variables, {len(points)} points a tag:")
        print(f"  {size / 1e6:.1f} MB, written in {seconds:.1f} s; the spike is at its step")
        print(f"  TensorBoard shows it {seconds_to_open(log_dir, len(points)):.1f} s after its start")


if __name__ == "__main__":
    main()
