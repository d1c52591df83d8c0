"""The settings in which the gradient guard is checked, and a reference for each in plain NumPy.

Each setting trains on 20 batches with `keras_stable.optimizers.AdamW`. The reference takes the gradients
with a plain `GradientTape` and does the rest, clips and AdamW and averages, in NumPy float64.
"""

from dataclasses import dataclass, field
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from keras import layers

STEPS, BATCH = 20, 8
# Twice the steps, so that no update is so small that the rounding of the weights shows in it.
DECAY_STEPS = 40
GRADIENT_NORMS = ("global_norm", "applied_norm", "variable_norm", "applied_variable_norm")
LAYER_NORMS = ("weight_norm", "update_norm", "second_moment_norm")
CLIPVALUE, GLOBAL_CLIPNORM, WEIGHT_DECAY, RATE = 2.0, 0.5, 0.01, 0.01
# Keras computes 1 - beta^t in float32, where the usual 0.999 leaves four correct digits; these are exact.
BETA_1, BETA_2 = 0.5, 0.75
# With Keras's 2**15 the larger of these gradients overflow in float16, and those steps are skipped.
LOSS_SCALE = 16.0
OVERWRITING = {"use_ema": True, "ema_momentum": 0.9, "ema_overwrite_frequency": 3}


@dataclass(frozen=True)
class Setting:
    """One way through Keras: what is trained, and how."""

    name: str
    model: str = "functional"
    how: str = "fit"
    compile: dict[str, Any] = field(default_factory=dict)
    optimizer: dict[str, Any] = field(default_factory=dict)
    policy: str = "float32"
    decays: bool = False
    replicas: int = 1


SETTINGS = (
    Setting("functional model, `fit`"),
    Setting("`Sequential` model", model="sequential"),
    Setting("subclassed model", model="subclassed"),
    Setting("two outputs with a loss each", model="two_outputs"),
    Setting("`Embedding` with repeated indices, whose rows are [summed](#embeddings)", model="embedding"),
    Setting("a frozen layer", model="frozen"),
    Setting("`train_on_batch`", how="train_on_batch"),
    Setting("custom loop with `optimizer.apply`", how="custom_loop"),
    Setting("`run_eagerly=True`", compile={"run_eagerly": True}),
    Setting("`jit_compile=True`", compile={"jit_compile": True}),
    Setting("`jit_compile=True`, `Embedding`", model="embedding", compile={"jit_compile": True}),
    Setting("`steps_per_execution=8`", compile={"steps_per_execution": 8}),
    Setting("`gradient_accumulation_steps=4`", optimizer={"gradient_accumulation_steps": 4}),
    Setting("`loss_scale_factor=1024`", optimizer={"loss_scale_factor": 1024.0}),
    Setting("`mixed_float16`", policy="mixed_float16", how="train_on_batch"),
    Setting("`mixed_bfloat16`", policy="mixed_bfloat16", how="train_on_batch"),
    Setting("`use_ema=True`", optimizer={"use_ema": True, "ema_momentum": 0.9}),
    Setting("`use_ema=True`, `ema_overwrite_frequency=3`", optimizer=OVERWRITING),
    Setting("a learning-rate schedule", decays=True),
    Setting("2 replicas", replicas=2),
    Setting("2 replicas, `steps_per_execution=8`", replicas=2, compile={"steps_per_execution": 8}),
    Setting("2 replicas, `gradient_accumulation_steps=4`", replicas=2, optimizer={"gradient_accumulation_steps": 4}),
    Setting("2 replicas, `use_ema=True`, `ema_overwrite_frequency=3`", replicas=2, optimizer=OVERWRITING),
    Setting(
        "2 replicas, the last two and `steps_per_execution=8`",
        replicas=2,
        optimizer={"gradient_accumulation_steps": 4, **OVERWRITING},
        compile={"steps_per_execution": 8},
    ),
)
# What is refused, and why.
REFUSED = (
    ("replicas on CPUs, `jit_compile=True`", "refused: XLA compiles for one device, and sums over no other CPU"),
)


class Reference:
    """AdamW with both clips, in NumPy float64, on gradients from a plain tape."""

    def __init__(self, model: Any, setting: Setting) -> None:
        self.model = model
        self.decays = setting.decays
        self.accumulation = setting.optimizer.get("gradient_accumulation_steps", 1)
        self.ema_momentum = setting.optimizer.get("ema_momentum")
        self.overwrite_frequency = setting.optimizer.get("ema_overwrite_frequency")
        self.loss_scale = LOSS_SCALE if setting.policy == "mixed_float16" else 1.0
        self.weights = weights_of(model)
        zeros = [0.0 * weight for weight in self.weights]
        self.first, self.second, self.average = zeros, zeros, zeros
        # In a graph, where processors with 16-bit matrix units fuse a layer and round it once less than its ops do.
        self.compiled = tf.function(self.taped)
        self.waiting: list[list] = []
        self.batches = 0
        self.rows: dict[str, list] = {name: [] for name in (*GRADIENT_NORMS, *LAYER_NORMS)}

    def take_weights(self, weights: list) -> None:
        """Goes on from these weights."""
        self.weights = weights
        for variable, weight in zip(self.model.trainable_variables, weights, strict=True):
            variable.assign(weight)

    def step(self, x: Any, y: Any) -> None:
        """Takes in one batch."""
        self.waiting.append(self.gradients(x, y))
        before, due = self.weights, len(self.waiting) == self.accumulation
        if due:
            self.update([sum(parts) / self.accumulation for parts in zip(*self.waiting, strict=True)])
            self.waiting = []
        # With every batch, also with those that are only accumulated.
        self.average_weights(self.batches // self.accumulation)
        self.batches += 1
        self.take_weights(self.weights)
        if due:
            moves = [new - old for new, old in zip(self.weights, before, strict=True)]
            for name, arrays in zip(LAYER_NORMS, (self.weights, moves, self.second), strict=True):
                self.rows[name].append([norm([array]) for array in arrays])

    def average_weights(self, updates: int) -> None:
        """Takes the weights into their averages, after so many earlier updates, and overwrites them when it is time."""
        momentum = self.ema_momentum if self.ema_momentum is not None and updates else 0.0
        self.average = [momentum * a + (1 - momentum) * w for a, w in zip(self.average, self.weights, strict=True)]
        if self.overwrite_frequency and (updates + 1) % self.overwrite_frequency == 0:
            self.weights = self.average

    def taped(self, x: Any, y: Any) -> list:
        """Returns the gradients of the scaled loss on one batch, from a plain tape."""
        with tf.GradientTape() as tape:
            outputs = tf.nest.flatten(self.model(x, training=True))
            losses = [tf.reduce_mean(tf.square(o - t)) for o, t in zip(outputs, tf.nest.flatten(y), strict=True)]
            loss = tf.add_n(losses) * self.loss_scale
        return tape.gradient(loss, self.model.trainable_variables)

    def gradients(self, x: Any, y: Any) -> list:
        """Returns the gradients of the loss on one batch, unscaled, as float64."""
        found = self.compiled(tf.constant(x), tf.nest.map_structure(tf.constant, y))
        dense = [np.zeros(variable.shape) for variable in self.model.trainable_variables]
        for total, gradient in zip(dense, found, strict=True):
            if isinstance(gradient, tf.IndexedSlices):
                np.add.at(total, gradient.indices.numpy(), gradient.values.numpy().astype("float64"))
            else:
                total += gradient.numpy()
        return [gradient / self.loss_scale for gradient in dense]

    def update(self, gradients: list) -> None:
        """Clips, records and applies the gradients of one step."""
        clipped = [np.clip(gradient, -CLIPVALUE, CLIPVALUE) for gradient in gradients]
        factor = min(1.0, GLOBAL_CLIPNORM / norm(clipped))
        applied = [gradient * factor for gradient in clipped]
        self.rows["global_norm"].append(norm(gradients))
        self.rows["applied_norm"].append(norm(applied))
        self.rows["variable_norm"].append([norm([gradient]) for gradient in gradients])
        self.rows["applied_variable_norm"].append([norm([gradient]) for gradient in applied])
        t = len(self.rows["global_norm"])
        rate = RATE * (1 + np.cos(np.pi * (t - 1) / DECAY_STEPS)) / 2 if self.decays else RATE
        self.first = [BETA_1 * m + (1 - BETA_1) * g for m, g in zip(self.first, applied, strict=True)]
        self.second = [BETA_2 * v + (1 - BETA_2) * g * g for v, g in zip(self.second, applied, strict=True)]
        length = rate * np.sqrt(1 - BETA_2**t) / (1 - BETA_1**t)
        self.weights = [
            w - rate * WEIGHT_DECAY * w - length * m / (np.sqrt(v) + 1e-7)
            for w, m, v in zip(self.weights, self.first, self.second, strict=True)
        ]

    def final_weights(self) -> list:
        """Returns what training leaves in the model: the averages, when they are kept."""
        return self.weights if self.ema_momentum is None else self.average


def build_model(kind: str) -> Any:
    """Returns a small model of the kind that the setting names."""
    if kind == "embedding":
        hidden = [layers.Embedding(6, 4), layers.Flatten()]
        return keras.Sequential([keras.Input((5,), dtype="int32"), *hidden, layers.Dense(3)])
    hidden, output = layers.Dense(7, activation="tanh"), layers.Dense(3, dtype="float32")
    if kind == "sequential":
        return keras.Sequential([keras.Input((5,)), hidden, output])
    if kind == "subclassed":

        class Subclassed(keras.Model):
            def __init__(self) -> None:
                super().__init__()
                self.hidden, self.readout = hidden, output

            def call(self, x: Any) -> Any:
                return self.readout(self.hidden(x))

        model = Subclassed()
        model(keras.ops.zeros((1, 5)))
        return model
    inputs = keras.Input((5,))
    if kind == "frozen":
        frozen = layers.Dense(6)
        frozen.trainable = False
        return keras.Model(inputs, output(hidden(frozen(inputs))))
    features = hidden(inputs)
    if kind == "two_outputs":
        return keras.Model(inputs, [output(features), layers.Dense(2)(features)])
    return keras.Model(inputs, output(features))


def batches(kind: str) -> list:
    """Returns 20 batches, some of which make gradients that only one, or both, of the clips change."""
    rng = np.random.default_rng(7)
    result = []
    for step in range(STEPS):
        # 0.1, 1 or 100: neither clip acts, the clip of the norm, and both.
        scale = (0.1, 1.0, 100.0)[step % 3]
        x = rng.normal(size=(BATCH, 5)) if kind != "embedding" else rng.integers(0, 6, size=(BATCH, 5))
        y = (scale * rng.normal(size=(BATCH, 3))).astype("float32")
        x = x.astype("float32" if kind != "embedding" else "int32")
        result.append((x, (y, y[:, :2])) if kind == "two_outputs" else (x, y))
    return result


def weights_of(model: Any) -> list:
    """Returns the trainable weights as float64."""
    return [variable.numpy().astype("float64") for variable in model.trainable_variables]


def norm(arrays: list) -> float:
    """Returns the Euclidean norm over all the arrays."""
    return float(sum((array**2).sum() for array in arrays)) ** 0.5


def relative_error(actual: list, expected: list) -> float:
    """Returns the largest norm of a difference, over the norm of what was expected."""
    errors = [norm([a - e]) / norm([e]) for a, e in zip(actual, expected, strict=True)]
    return max(errors) if all(error == error for error in errors) else float("inf")
