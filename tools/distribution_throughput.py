"""Steps a second by the number of processes, and what recording costs there.

python tools/distribution_throughput.py                   1, 2 and 4 workers on loopback
python tools/distribution_throughput.py --workers 1 2 --rounds 15

Every worker trains the same two models in turn, a few steps at a time: one with Keras's AdamW, one with that of
keras_stable, which clips and records. The ratio is taken in each round, and its median printed, so that other load on
the machine falls on both. The global batch is the same for any number of workers. On one machine they share its cores:
the figures tell the cost of the exchange, and not how a cluster scales.
"""

import argparse
import json
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np

BATCH, STEPS, WIDTH = 256, 20, 512


def model_of(optimizer: Any) -> Any:
    """Returns a compiled classifier with 560,000 parameters."""
    import keras

    hidden = [keras.layers.Dense(WIDTH, activation="relu") for _ in range(3)]
    model = keras.Sequential([keras.Input((64,)), *hidden, keras.layers.Dense(10)])
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(optimizer, loss, jit_compile=False)
    return model


def work(rounds: int, path: Path) -> None:
    """Trains as one worker; the chief writes the seconds of each round, stock and recorded."""
    import keras
    import tensorflow as tf

    import keras_stable

    with keras_stable.distribution.scope("multi_worker"):
        keras.utils.set_random_seed(0)
        rng = np.random.default_rng(0)
        x, y = rng.normal(size=(BATCH * STEPS, 64)).astype("float32"), rng.integers(0, 10, BATCH * STEPS)
        data = tf.data.Dataset.from_tensor_slices((x, y)).batch(BATCH)
        models = [model_of(keras.optimizers.AdamW(global_clipnorm=0.5)), model_of(keras_stable.optimizers.AdamW())]
        for model in models:
            model.fit(data, verbose=0)
        seconds = []
        for turn in range(rounds):
            order = (0, 1) if turn % 2 else (1, 0)
            taken = [0.0, 0.0]
            for index in order:
                began = time.perf_counter()
                models[index].fit(data, verbose=0)
                taken[index] = time.perf_counter() - began
            seconds.append(taken)
        if keras_stable.distribution.is_chief():
            path.write_text(json.dumps(seconds), encoding="utf-8")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2, 4])
    parser.add_argument("--rounds", type=int, default=11)
    parser.add_argument("--work", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.work:
        work(options.rounds, options.work)
        return 0
    from launch_local import end, start

    print("| processes | steps a second | recorded | ratio of the times |\n| ---: | ---: | ---: | ---: |")
    for workers in options.workers:
        with tempfile.TemporaryDirectory() as name:
            result = Path(name) / "seconds.json"
            command = [sys.executable, __file__, "--rounds", str(options.rounds), "--work", str(result)]
            processes = start(command, workers, Path(name) / "output")
            try:
                codes = [process.wait(timeout=900) for process in processes]
            finally:
                end(processes)
            if any(codes):
                print((Path(name) / "output" / "worker-0.txt").read_text(encoding="utf-8")[-3000:], file=sys.stderr)
                return 1
            seconds = np.array(json.loads(result.read_text(encoding="utf-8")))
        stock, recorded = STEPS / np.median(seconds, axis=0)
        ratio = np.median(seconds[:, 1] / seconds[:, 0])
        print(f"| {workers} | {stock:.1f} | {recorded:.1f} | {ratio:.2f} |", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
