"""The optimizers of a model, and what lies in the middle of their wrappers."""

from typing import Any

import keras


def optimizers_of(model: keras.Model) -> list[Any]:
    """Returns the optimizer that a model was compiled with, and those that it holds as attributes, as a GAN does."""
    held = [value for value in vars(model).values() if isinstance(value, keras.optimizers.Optimizer)]
    own = [] if getattr(model, "optimizer", None) is None else [model.optimizer]
    return list({id(optimizer): optimizer for optimizer in (*own, *held)}.values())


def innermost(optimizer: Any) -> Any:
    """Returns the optimizer itself, or the one in the middle of its wrappers, such as `LossScaleOptimizer`."""
    while getattr(optimizer, "inner_optimizer", None) is not None:
        optimizer = optimizer.inner_optimizer
    return optimizer
