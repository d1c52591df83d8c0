"""Counts the all-reduces of a training step, with and without recording: none more, and no byte more.

python tools/collective_ops.py

Two replicas on this machine's CPU; what is counted are the collective operations of the traced step, and the bytes
that one replica hands to them. Exits 1 where recording needs more than the plain Keras optimizer does.
"""

import os
import sys
from collections.abc import Callable
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import tensorflow as tf

from keras_stable.optimizers import AdamW
from keras_stable.optimizers.passive_recorder import recorded_gradients

REPLICAS = 2
VARIANTS: dict[str, Callable[[], Any]] = {
    "keras.optimizers.AdamW": keras.optimizers.AdamW,
    "the same, recorded": keras.optimizers.AdamW,
    "the same with a clip, recorded": lambda: keras.optimizers.AdamW(global_clipnorm=0.5),
    "keras_stable.optimizers.AdamW": AdamW,
    'the same, record="all"': lambda: AdamW(record="all"),
    "the same, all clips": lambda: AdamW(clipnorm=1.0, agc_clipping=0.01, zclip=2.5, adagc=1.05),
    "the same, skip_spikes": lambda: AdamW(skip_spikes=6.0),
}


def counted(name: str, strategy: Any) -> tuple[int, int]:
    """Returns how many collective operations a step has on each replica, and how many bytes they take in."""
    with strategy.scope():
        keras.utils.set_random_seed(0)
        model = keras.Sequential([keras.Input((8,)), keras.layers.Dense(16), keras.layers.Dense(3)])
        model.compile(VARIANTS[name](), "mse", jit_compile=False)
        model.optimizer.build(model.trainable_variables)
    batch = (tf.TensorSpec([4, 8]), tf.TensorSpec([4, 3]))

    def step(x: tf.Tensor, y: tf.Tensor) -> Any:
        return strategy.run(model.train_step, ((x, y),))

    if name.endswith("recorded"):
        with recorded_gradients(model.optimizer):
            function = tf.function(step, autograph=False).get_concrete_function(*batch)
    else:
        function = tf.function(step, autograph=False).get_concrete_function(*batch)
    inside = [node for called in function.graph.as_graph_def().library.function for node in called.node_def]
    if any(node.op.startswith("Collective") for node in inside):
        raise RuntimeError("A branch of the step holds collective operations, which this does not count.")
    collective = [op for op in function.graph.get_operations() if op.type.startswith("CollectiveReduce")]
    size = sum(op.inputs[0].shape.num_elements() * op.inputs[0].dtype.size for op in collective)
    return len(collective) // REPLICAS, size // REPLICAS


def counts(strategy: Any) -> dict[str, tuple[int, int]]:
    """Returns the same for every variant under a strategy of so many replicas."""
    return {name: counted(name, strategy) for name in VARIANTS}


def main() -> int:
    cpu = tf.config.list_physical_devices("CPU")[0]
    tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * REPLICAS)
    rows = counts(tf.distribute.MirroredStrategy([f"CPU:{index}" for index in range(REPLICAS)]))
    print("| step | collective operations | bytes |\n| --- | ---: | ---: |")
    for name, (operations, size) in rows.items():
        print(f"| `{name}` | {operations} | {size:,} |" if "." in name else f"| {name} | {operations} | {size:,} |")
    plain = rows["keras.optimizers.AdamW"]
    same = ("the same, recorded", "keras_stable.optimizers.AdamW", 'the same, record="all"', "the same, all clips")
    return any(rows[name] != plain for name in same)


if __name__ == "__main__":
    sys.exit(main())
