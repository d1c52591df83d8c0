"""Trains healthy models of many kinds with the guard and without it: nothing may be done, and no bit may differ.

    python tools/healthy_runs.py            all of them, about 4 minutes on 2 cores
    python tools/healthy_runs.py GAN XLA    some of them, by name

The exit code is 1 when there was an event or a weight differs.
"""

import os
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
import tensorflow as tf

tf.config.set_logical_device_configuration(
    tf.config.list_physical_devices("CPU")[0], [tf.config.LogicalDeviceConfiguration()] * 2
)

import keras  # noqa: E402
from healthy_digits import DIGITS  # noqa: E402
from healthy_tasks import TASKS  # noqa: E402

from keras_stable.callbacks import StabilityGuard  # noqa: E402

TRAININGS = {**DIGITS, **TASKS}


def trained(name: str, callbacks: list[keras.callbacks.Callback]) -> tuple[keras.Model, dict[str, list[float]]]:
    """Runs one of them from its seed; returns the model and the history of its last `fit`."""
    keras.utils.set_random_seed(7)
    training = TRAININGS[name]()
    arguments = {"verbose": 0, "callbacks": callbacks, **training.arguments}
    history = training.model.fit(training.x, training.y, **arguments).history
    if training.second is not None:
        for layer in training.model.layers:
            layer.trainable = True
        training.model.compile(**training.second)
        history = training.model.fit(training.x, training.y, **arguments).history
    return training.model, history


class CountingGuard(StabilityGuard):
    """A guard that remembers the events of several `fit`."""

    seen = 0

    def on_train_end(self, logs: dict | None = None) -> None:
        super().on_train_end(logs)
        self.seen += len(self.events)
        for event in self.events:
            print("   ", event.message)


def main(names: list[str]) -> int:
    """Runs them, prints a row for each, and returns the exit code."""
    failures = 0
    for name in names or TRAININGS:
        guard = CountingGuard()
        (bare, _), (watched, history) = trained(name, []), trained(name, [guard])
        same = all(
            np.array_equal(np.asarray(one), np.asarray(other), equal_nan=True)
            for one, other in zip(bare.variables, watched.variables, strict=True)
        )
        failures += guard.seen > 0 or not same
        last = {key: round(values[-1], 3) for key, values in history.items() if "loss" in key}
        print(f"| {name} | {guard.seen} | {'yes' if same else '**no**'} | {last}", flush=True)
    print(f"{failures} of {len(names or TRAININGS)} failed")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
