"""The weights of a layer that was made anew: what still fits is kept."""

from collections.abc import Collection

import keras


def keep_weights(old: keras.layers.Layer, new: keras.layers.Layer, changed: Collection[str] = ()) -> None:
    """Gives a layer the weights of the one that it replaces, as far as names and shapes agree.

    Args:
        old: built.
        new: of the same layer, made with some other arguments; built.
        changed: names of these arguments. A weight whose initializer is among them begins anew.

    >>> old, new = keras.layers.Dense(2), keras.layers.Dense(2, activation="relu")
    >>> for layer in (old, new):
    ...     layer.build((None, 3))
    >>> keep_weights(old, new)
    >>> bool(keras.ops.all(old.kernel == new.kernel))
    True
    """
    waiting = list(old.weights)
    for weight in new.weights:
        if f"{weight.name}_initializer" in changed:
            continue
        fits = (index for index, one in enumerate(waiting) if one.name == weight.name and one.shape == weight.shape)
        if (index := next(fits, None)) is not None:
            weight.assign(waiting.pop(index))
