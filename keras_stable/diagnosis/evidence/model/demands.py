"""What a model demands of its batches, and what it carries from one to the next."""

from typing import Any
from weakref import WeakKeyDictionary

import keras

from keras_stable.keras_private import flatten_layers

_FOUND: WeakKeyDictionary[keras.Model, int] = WeakKeyDictionary()


def demanded_rows(model: keras.Model) -> int | None:
    """Returns the only number of rows that a model takes; None where it takes any.

    An input with a `batch_shape` demands one, and so does a recurrent layer that keeps its states from batch to batch.

    >>> demanded_rows(keras.Sequential([keras.Input(batch_shape=(20, 8, 2)), keras.layers.LSTM(4, stateful=True)]))
    20
    >>> demanded_rows(keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])) is None
    True
    """
    inputs = getattr(model, "inputs", None) or ()
    if model in _FOUND:
        return _FOUND[model]
    sizes = [tensor.shape[0] for tensor in keras.tree.flatten(inputs) if tensor.shape and tensor.shape[0] is not None]
    sizes += [keras.tree.flatten(layer.states)[0].shape[0] for layer in stateful_layers(model)]
    return int(sizes[0]) if sizes else None


def demand(model: keras.Model, rows: int | None) -> None:
    """Notes a number of rows that a model was found to demand, because its own code counts on it; None for none."""
    if rows is None:
        _FOUND.pop(model, None)
    else:
        _FOUND[model] = rows


def stateful_layers(model: keras.Model) -> list[Any]:
    """Returns the recurrent layers that are built and keep their states from one batch to the next."""
    stateful = [layer for layer in flatten_layers(model) if getattr(layer, "stateful", False)]
    # Before a layer is built it has none.
    return [layer for layer in stateful if getattr(layer, "states", None)]


def reset_states(model: keras.Model) -> None:
    """Sets the states of such layers to zero, as before the first batch."""
    for layer in stateful_layers(model):
        for state in keras.tree.flatten(layer.states):
            state.assign(keras.ops.zeros_like(state))


def whole_chunks(rows: int, demanded: int | None, wanted: int) -> list[slice]:
    """Returns the rows in chunks: of `wanted` rows each, or of exactly as many as are demanded, without the rest.

    >>> whole_chunks(50, None, 20), whole_chunks(50, 20, 8)
    ([slice(0, 20, None), slice(20, 40, None), slice(40, 50, None)], [slice(0, 20, None), slice(20, 40, None)])
    """
    size = demanded or wanted
    ends = rows if demanded is None or rows < demanded else rows - rows % demanded
    return [slice(start, min(start + size, ends)) for start in range(0, ends, size)]
