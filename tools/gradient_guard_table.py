"""Checks the gradient guard in every setting against plain NumPy, and keeps the table of results in the docs.

    python tools/gradient_guard_table.py            check every setting, then write the table
    python tools/gradient_guard_table.py --check    fail when the table in the docs is not the current one

The settings, and what they are checked against, are in gradient_guard_settings.py.
"""

import argparse
import json
import subprocess
import sys
from collections.abc import Callable
from copy import deepcopy
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from gradient_guard_settings import (
    BETA_1,
    BETA_2,
    CLIPVALUE,
    DECAY_STEPS,
    GLOBAL_CLIPNORM,
    GRADIENT_NORMS,
    LAYER_NORMS,
    LOSS_SCALE,
    RATE,
    REFUSED,
    SETTINGS,
    STEPS,
    WEIGHT_DECAY,
    Reference,
    Setting,
    batches,
    build_model,
    relative_error,
    weights_of,
)

import keras_stable

PAGE = Path(__file__).resolve().parents[1] / "docs" / "gradient_guard.md"
TOLERANCE = 1e-6
# Weights of 1 are rounded by 6e-8, which is 6e-6 of an update of 0.01.
LAYER_TOLERANCE = 1e-5
START, END = "<!-- settings: start -->", "<!-- settings: end -->"


@dataclass(frozen=True)
class Result:
    """The largest relative errors of one setting: of any row in the history, and of the weights of any variable."""

    rows: int
    history_error: float
    layers_error: float
    weights_error: float


def check_setting(setting: Setting, strategy: tf.distribute.Strategy | None = None) -> Result:
    """Trains in the setting, with the reference beside it, and returns how far they are apart."""
    keras.utils.set_random_seed(11)
    keras.config.set_dtype_policy(setting.policy)
    try:
        twin = build_model(setting.model)
        with (strategy or tf.distribute.get_strategy()).scope():
            model = compiled_model(setting)
    finally:
        keras.config.set_dtype_policy("float32")
    twin.set_weights(model.get_weights())
    data = batches(setting.model)
    reference = Reference(twin, setting)
    if setting.policy == "float32":
        train(model, setting, data)
        for batch in data:
            reference.step(*batch)
        weights_error = relative_error(weights_of(model), reference.final_weights())
    else:
        # One rounding of a 16-bit weight is far above the tolerance, so each step starts from the same weights.
        weights_error = 0.0
        for batch in data:
            reference.take_weights(weights_of(model))
            model.train_on_batch(*batch)
            reference.step(*batch)
            weights_error = max(weights_error, relative_error(weights_of(model), reference.weights))
    history = keras_stable.optimizers.gradient_history(model.optimizer)
    errors = {
        name: relative_error(list(getattr(history, name)), [np.array(row) for row in rows])
        for name, rows in reference.rows.items()
        if len(history) == len(rows)
    }
    history_error, layers_error = (
        max(errors.get(name, float("inf")) for name in names) for names in (GRADIENT_NORMS, LAYER_NORMS)
    )
    return Result(len(history), history_error, layers_error, weights_error)


def compiled_model(setting: Setting) -> Any:
    """Returns the model of the setting with its optimizer."""
    model = build_model(setting.model)
    rate = keras.optimizers.schedules.CosineDecay(RATE, DECAY_STEPS) if setting.decays else RATE
    clips = {"clipvalue": CLIPVALUE, "global_clipnorm": GLOBAL_CLIPNORM}
    betas = {"beta_1": BETA_1, "beta_2": BETA_2}
    optimizer = keras_stable.optimizers.AdamW(rate, WEIGHT_DECAY, **betas, **clips, record="all", **setting.optimizer)
    arguments = {"jit_compile": False, **setting.compile}
    if setting.policy == "mixed_float16":
        optimizer = keras.optimizers.LossScaleOptimizer(optimizer, initial_scale=LOSS_SCALE)
    model.compile(optimizer, "mse", **arguments)
    return model


def train(model: Any, setting: Setting, data: list) -> None:
    """Trains on every batch once, in the way that the setting names."""
    if setting.how == "train_on_batch":
        for x, y in data:
            model.train_on_batch(x, y)
    elif setting.how == "custom_loop":

        @tf.function
        def step(x: tf.Tensor, y: tf.Tensor) -> None:
            with tf.GradientTape() as tape:
                loss = tf.reduce_mean(tf.square(model(x, training=True) - y))
            model.optimizer.apply(tape.gradient(loss, model.trainable_variables), model.trainable_variables)

        for x, y in data:
            step(tf.constant(x), tf.constant(y))
    else:
        spec = tf.nest.map_structure(lambda array: tf.TensorSpec(array.shape, array.dtype), data[0])
        # TensorFlow takes the memory of an array for its own, and may write results into it.
        dataset = tf.data.Dataset.from_generator(lambda: iter(deepcopy(data)), output_signature=spec)
        model.fit(dataset.apply(tf.data.experimental.assert_cardinality(len(data))), verbose=0)


def table(settings: tuple[Setting, ...] = SETTINGS, check: Callable[[Setting], Result] | None = None) -> str:
    """Returns the table, one line a setting. Without a check, every setting is taken to be within the tolerance."""
    of_replicas = {} if check is None else results_of_replicas()
    lines = [
        "| setting | rows for 20 batches | gradient norms | layer norms | weights after 20 batches |",
        "| --- | --- | --- | --- | --- |",
    ]
    for setting in settings:
        rows = STEPS // setting.optimizer.get("gradient_accumulation_steps", 1)
        history = weights = f"within {TOLERANCE:.0e}"
        layers = f"within {LAYER_TOLERANCE:.0e}"
        if check is not None:
            result = check(setting) if setting.replicas == 1 else of_replicas[setting.name]
            print(f"{setting.name:45} {result}", flush=True)
            rows = result.rows
            history = _judged(result.history_error, TOLERANCE)
            layers = _judged(result.layers_error, LAYER_TOLERANCE)
            weights = _judged(result.weights_error, TOLERANCE)
        lines.append(f"| {setting.name} | {rows} | {history} | {layers} | {weights} |")
    lines += [f"| {name} | {reason} | | | |" for name, reason in REFUSED]
    return "\n".join(lines)


def check_replicas(strategy: tf.distribute.Strategy) -> dict[str, Result]:
    """Returns the results of the settings with replicas.

    Args:
        strategy: The only one of the process: TensorFlow numbers what they exchange alike, and mixes it up.
    """
    return {setting.name: check_setting(setting, strategy) for setting in SETTINGS if setting.replicas > 1}


def results_of_replicas() -> dict[str, Result]:
    """Returns the same from a process of their own: a split CPU takes other ways, also with one replica."""
    command = [sys.executable, __file__, "--replicas"]
    lines = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines()
    return {name: Result(**values) for name, values in json.loads(lines[-1]).items()}


def split_cpu(parts: int) -> None:
    """Splits the CPU into logical ones, before TensorFlow has used it."""
    cpu = tf.config.list_physical_devices("CPU")[0]
    tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * parts)


def _judged(error: float, tolerance: float) -> str:
    return f"within {tolerance:.0e}" if error <= tolerance else f"off by {error:.1e}"


def with_table(page: str, content: str) -> str:
    """Returns the page with the content between the marks."""
    before, rest = page.split(START)
    return f"{before}{START}\n{content}\n{END}{rest.split(END)[1]}"


def main() -> int:
    """Writes the table, or checks that it is current."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="only compare the page with the list of settings")
    parser.add_argument("--replicas", action="store_true", help="only print the results of the settings with replicas")
    options = parser.parse_args()
    if options.replicas:
        replicas = max(setting.replicas for setting in SETTINGS)
        split_cpu(replicas)
        strategy = tf.distribute.MirroredStrategy([f"CPU:{index}" for index in range(replicas)])
        print(json.dumps({name: asdict(result) for name, result in check_replicas(strategy).items()}))
        return 0
    page = PAGE.read_text(encoding="utf-8")
    if options.check:
        if page == with_table(page, table()):
            return 0
        print(f"{PAGE}: the table is not current, or a setting is off. Run: python tools/gradient_guard_table.py")
        return 1
    PAGE.write_text(with_table(page, table(check=check_setting)), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
