"""What `compile` was told."""

import keras
import pytest

from keras_stable.diagnosis.evidence.model.compile_arguments import compiled
from keras_stable.diagnosis.rule import Skip
from keras_stable.optimizers import AdamW, guard


def compiled_with(optimizer, policy=None, **arguments):
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1, dtype=policy)])
    model.compile(optimizer, "mse", **arguments)
    return compiled(model)


def test_plain_settings():
    found = compiled_with(keras.optimizers.SGD(0.1, momentum=0.9, clipnorm=2.0))
    assert (found.optimizer, found.learning_rate, found.momentum, found.clipnorm) == ("sgd", 0.1, 0.9, 2.0)
    assert (found.schedule, found.guarded, found.loss_scaling, found.replicas, found.jit_compile) == (
        "",
        False,
        False,
        1,
        False,
    )
    assert found.weight_decay is None


@pytest.mark.parametrize(
    ("optimizer", "name", "guarded"),
    [("rmsprop", "rmsprop", False), (AdamW(), "adamw", True), (guard(keras.optimizers.Nadam)(), "nadam", True)],
)
def test_the_class_that_updates(optimizer, name, guarded):
    found = compiled_with(optimizer)
    assert (found.optimizer, found.guarded) == (name, guarded)


def test_a_schedule_gives_the_rate_of_the_next_step():
    found = compiled_with(keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(0.01, 100)))
    assert (found.schedule, found.learning_rate) == ("CosineDecay", 0.01)


def test_through_the_scaling_of_the_loss():
    found = compiled_with(keras.optimizers.LossScaleOptimizer(keras.optimizers.Adam(0.003)), "mixed_float16")
    assert (found.optimizer, found.learning_rate, found.loss_scaling) == ("adam", 0.003, True)
    assert found.precision == "mixed_float16"


def test_xla_is_reported_and_an_optimizer_is_needed():
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
    model.compile("adam", "mse", jit_compile=True)
    # Keras itself leaves XLA out where TensorFlow was told to be deterministic.
    assert compiled(model).jit_compile is bool(model.jit_compile)
    with pytest.raises(Skip, match="no optimizer"):
        compiled(keras.Sequential([keras.layers.Dense(1)]))


def test_a_layer_in_half_precision_counts_whatever_the_model_says():
    layers = [keras.layers.Dense(4, dtype="float16"), keras.layers.Dense(1)]
    model = keras.Sequential([keras.Input((3,)), *layers])
    model.compile("sgd", "mse")
    assert compiled(model).precision == "float16"
