"""What `compile` was told."""

from typing import Any

import keras
import numpy as np

from keras_stable.diagnosis.evidence.model.rates import learning_rate
from keras_stable.diagnosis.facts import Compiled
from keras_stable.diagnosis.rule import Skip
from keras_stable.keras_private import flatten_layers, home_in_keras, learning_rate_source
from keras_stable.optimizers import GradientGuard


def compiled(model: keras.Model) -> Compiled:
    """Returns the optimizer's settings and the precision, looking through a `LossScaleOptimizer`.

    The learning rate is that of the next step, so of the first one for a model that was not trained.

    Raises:
        Skip: the model has no optimizer.

    >>> model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    >>> model.compile(keras.optimizers.SGD(0.5, momentum=0.9), "mse")
    >>> compiled(model).optimizer, compiled(model).learning_rate, compiled(model).momentum
    ('sgd', 0.5, 0.9)
    """
    outer: Any = getattr(model, "optimizer", None)
    if outer is None:
        raise Skip("the model has no optimizer")
    optimizer = getattr(outer, "inner_optimizer", outer)
    schedule = learning_rate_source(optimizer)
    scheduled = isinstance(schedule, keras.optimizers.schedules.LearningRateSchedule)
    return Compiled(
        optimizer=_name(optimizer),
        learning_rate=_rate(optimizer),
        schedule=type(schedule).__name__ if scheduled else "",
        momentum=float(getattr(optimizer, "momentum", None) or 0.0),
        weight_decay=_number(optimizer.weight_decay),
        clipnorm=_number(optimizer.clipnorm),
        clipvalue=_number(optimizer.clipvalue),
        global_clipnorm=_number(optimizer.global_clipnorm),
        guarded=isinstance(optimizer, GradientGuard),
        loss_scaling=outer is not optimizer or bool(getattr(optimizer, "loss_scale_factor", None)),
        precision=_precision(model),
        replicas=int(model.distribute_strategy.num_replicas_in_sync),
        jit_compile=bool(model.jit_compile),
    )


def _name(optimizer: Any) -> str:
    """Returns Keras's name of the class that updates, also for a class of a user or of this package on top of it."""
    updating = [base.__name__ for base in type(optimizer).__mro__ if home_in_keras(base)[:1] == ["optimizers"]]
    named = [name for name in updating if name not in ("Optimizer", "TFOptimizer", "BaseOptimizer")]
    return (named or [type(optimizer).__name__])[0].lower()


def _rate(optimizer: Any) -> float:
    """Returns the rate as it was written, 0.001, and not as the nearest number of 32 bits, 0.001000000047."""
    return float(str(np.float32(learning_rate(optimizer))))


def _number(value: Any) -> float | None:
    return None if value is None or value is False else float(value)


def _precision(model: keras.Model) -> str:
    """Returns the dtype policy: one with 16 bits, where the model or one of its layers has one."""
    names = [str(layer.dtype_policy.name) for layer in flatten_layers(model)]
    return next((name for name in names if name.endswith("16")), names[0])
