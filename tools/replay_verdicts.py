"""Injects 100 faults of five kinds, replays the event of each, and counts the right verdicts.

    python tools/replay_verdicts.py             20 faults of each kind, about 10 minutes on 2 cores
    python tools/replay_verdicts.py --seeds 2   fewer

The table goes to docs/stability_guard.md. The exit code is 1 when fewer than 90 % of the verdicts are right.
"""

import argparse
import os
import sys
import tempfile
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
from injected_faults import FAULTS, BitFlip, RateFault, batch_fault, faulty_batches
from sklearn.datasets import load_digits

import keras_stable
from keras_stable.callbacks import StabilityGuard

PAGE = Path(__file__).parent.parent / "docs" / "stability_guard.md"
RIGHT = dict(zip(FAULTS, ("rows", "rows", "rows", "rate", "state"), strict=True))
_EPOCHS, _STEPS = 6, 56


class StopAfterEvent(keras.callbacks.Callback):
    """Ends a training once its guard has seen something."""

    def __init__(self, guard: StabilityGuard) -> None:
        super().__init__()
        self._guard = guard

    def on_train_batch_end(self, batch: int, logs: dict | None = None) -> None:
        self.model.stop_training = bool(self._guard.events)


def verdict(fault: str, seed: int, directory: str) -> str:
    """Trains into a fault and returns the cause that its replay names."""
    keras.backend.clear_session()
    keras.utils.set_random_seed(seed)
    random = np.random.default_rng((seed, FAULTS.index(fault)))
    x, y = load_digits(return_X_y=True)
    x = (x / 16 + random.normal(0, 0.5, x.shape)).astype("float32")
    layers = [keras.layers.Dense(64), keras.layers.BatchNormalization(), keras.layers.ReLU(), keras.layers.Dense(10)]
    model = keras.Sequential([keras.Input((64,)), *layers])
    optimizer = [keras.optimizers.Adam(0.003), keras.optimizers.SGD(0.1, momentum=0.9)][seed % 2]
    model.compile(optimizer, keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    step, epoch = int(random.integers(2 * _STEPS, 5 * _STEPS)), int(random.integers(2, _EPOCHS - 1))
    guard = StabilityGuard(directory=directory, on_disk=False, keep_batches=32)
    callbacks = [guard, StopAfterEvent(guard)]
    if fault == FAULTS[3]:
        callbacks.append(RateFault(epoch))
    if fault == FAULTS[4]:
        callbacks.append(BitFlip(step, seed))
    batches = faulty_batches(x, y, seed, batch_fault(fault, step, seed))
    model.fit(batches, epochs=_EPOCHS, steps_per_epoch=_STEPS, callbacks=callbacks, verbose=0)
    if not guard.events:
        return "not noticed"
    result = keras_stable.replay(directory, 1)
    if result.cause != RIGHT[fault]:
        print(fault, seed, step, guard.events[0].message, result, sep="\n", flush=True)
    return result.cause


def main() -> int:
    """Counts, writes the table between its marks, and returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--first-seed", type=int, default=0, help="so that no case is one that the rules were made on")
    parser.add_argument("--no-write", action="store_true")
    arguments = parser.parse_args()
    causes = ("rows", "rate", "state", "precision", "unknown", "not noticed")
    lines = ["| fault | right | " + " | ".join(causes) + " |", "| --- " * (2 + len(causes)) + "|"]
    right = 0
    for fault in FAULTS:
        named = []
        for seed in range(arguments.first_seed, arguments.first_seed + arguments.seeds):
            with tempfile.TemporaryDirectory() as directory:
                named.append(verdict(fault, seed, directory))
        right += named.count(RIGHT[fault])
        lines.append(f"| {fault} | {RIGHT[fault]} | " + " | ".join(str(named.count(cause)) for cause in causes) + " |")
        print(lines[-1], flush=True)
    total = len(FAULTS) * arguments.seeds
    lines += ["", f"Right: {right} of {total}."]
    print(lines[-1])
    if not arguments.no_write:
        before, rest = PAGE.read_text(encoding="utf-8").split("<!-- verdicts: start -->\n")
        after = rest.split("<!-- verdicts: end -->")[1]
        text = "\n".join(lines)
        page = f"{before}<!-- verdicts: start -->\n{text}\n<!-- verdicts: end -->{after}"
        PAGE.write_text(page, encoding="utf-8")
    return 0 if right >= 0.9 * total else 1


if __name__ == "__main__":
    sys.exit(main())
