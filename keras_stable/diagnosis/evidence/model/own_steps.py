"""What of a training step is the user's own: the step, the loss, the optimizers."""

from collections.abc import Iterator
from typing import Any
from weakref import WeakSet

import keras
import numpy as np

from keras_stable.keras_private import flatten_layers

_IN_PARTS: WeakSet[keras.Model] = WeakSet()


def has_own_step(model: keras.Model) -> bool:
    """Returns whether a model trains by a `train_step` of its own.

    >>> has_own_step(keras.Sequential([keras.layers.Dense(1)]))
    False
    """
    return type(model).train_step is not keras.Model.train_step


def has_own_compute_loss(model: keras.Model) -> bool:
    """Returns whether a model computes its loss by a `compute_loss` of its own.

    >>> has_own_compute_loss(keras.Sequential([keras.layers.Dense(1)]))
    False
    """
    return type(model).compute_loss is not keras.Model.compute_loss


def loss_is_in_step(model: keras.Model) -> bool:
    """Returns whether only the model's own step knows its loss: `compile` was given none.

    >>> loss_is_in_step(keras.Sequential([keras.layers.Dense(1)]))
    False
    """
    return model.loss is None and has_own_step(model)


def needs_labels(model: keras.Model) -> bool:
    """Returns whether the step and the loss are Keras's own, so that each row needs its label.

    >>> model = keras.Sequential([keras.layers.Dense(1)])
    >>> model.compile("sgd", "mse")
    >>> needs_labels(model)
    True
    """
    return model.loss is not None and not has_own_step(model) and not has_own_compute_loss(model)


def has_call(model: keras.Model) -> bool:
    """Returns whether a model can be called; one that only holds what its step trains, such as a GAN, need not be."""
    return type(model).call is not keras.Model.call and model not in _IN_PARTS


def note_call(model: keras.Model, x: Any) -> None:
    """Notes a model whose own step must take inputs apart before it calls the model, since they have other axes.

    Args:
        model: with inputs that are known, or not.
        x: a batch of inputs.

    >>> class Pairs(keras.Model):
    ...     def train_step(self, data):
    ...         return {}
    >>> inputs = keras.Input((4,))
    >>> model = Pairs(inputs, keras.layers.Dense(1)(inputs))
    >>> note_call(model, np.ones((8, 4)))
    >>> has_call(model)
    True
    >>> note_call(model, np.ones((2, 8, 4)))
    >>> has_call(model)
    False
    """
    expected = [len(tensor.shape) for tensor in keras.tree.flatten(getattr(model, "inputs", None) or ())]
    given = [np.ndim(leaf) for leaf in keras.tree.flatten(x)]
    if has_own_step(model) and len(expected) == len(given) and expected != given and min(given) > 1:
        _IN_PARTS.add(model)
    else:
        _IN_PARTS.discard(model)


def inner(optimizer: Any) -> Any:
    """Returns the optimizer inside a `LossScaleOptimizer`, or the optimizer itself."""
    return getattr(optimizer, "inner_optimizer", optimizer)


def leading_optimizer(model: keras.Model) -> Any:
    """Returns the optimizer that trains: that of `compile`, or the first of the others that an own step has."""
    others = [optimizer for optimizer in own_optimizers(model) if optimizer is not model.optimizer]
    return others[0] if others and has_own_step(model) else model.optimizer


def own_optimizers(model: keras.Model) -> list[Any]:
    """Returns every optimizer that a model or one of its layers holds, that of `compile` first, each once."""
    optimizers = {id(optimizer): optimizer for optimizer in _optimizers(model)}
    inner = {id(getattr(optimizer, "inner_optimizer", None)) for optimizer in optimizers.values()}
    return [optimizer for key, optimizer in optimizers.items() if key not in inner]


def _optimizers(model: keras.Model) -> Iterator[Any]:
    if getattr(model, "optimizer", None) is not None:
        yield model.optimizer
    for layer in flatten_layers(model):
        for value in vars(layer).values():
            members = (
                value.values() if isinstance(value, dict) else value if isinstance(value, list | tuple) else [value]
            )
            yield from (member for member in members if isinstance(member, keras.optimizers.Optimizer))
