"""Variables of TensorFlow in a layer, which Keras does not know of."""

from collections.abc import Iterator, Mapping
from typing import Any

import keras
import tensorflow as tf

from keras_stable.diagnosis.evidence.model.names import layer_paths
from keras_stable.diagnosis.facts import UntrackedVariable
from keras_stable.keras_private import flatten_layers


def untracked_variables(model: keras.Model) -> tuple[UntrackedVariable, ...]:
    """Returns the `tf.Variable`s meant to be trained that layers hold and that are none of the model's variables.

    A single number, such as a weight of a loss that is turned up over time, is left alone.

    >>> layer = keras.layers.Dense(1, name="readout")
    >>> layer.scale = tf.Variable([1.0, 2.0])
    >>> model = keras.Sequential([keras.Input((2,)), layer])
    >>> [(variable.layer, variable.attribute, variable.shape) for variable in untracked_variables(model)]
    [('readout', 'scale', (2,))]
    """
    own = {id(variable.value) for variable in model.variables}
    paths = layer_paths(model)
    seen: set[int] = set()
    found = []
    for layer in flatten_layers(model):
        # Attributes under their own name before those in which a tracker keeps all of them.
        attributes = sorted(vars(layer).items(), key=lambda item: item[0].startswith("_"))
        for attribute, value in attributes:
            for variable in _variables(value):
                if id(variable) in own or id(variable) in seen or not _is_meant_to_train(variable):
                    continue
                seen.add(id(variable))
                path = paths.get(id(layer), layer.name)
                found.append(UntrackedVariable(path, attribute, tuple(variable.shape.as_list())))
    return tuple(found)


def _variables(value: Any) -> Iterator[tf.Variable]:
    if isinstance(value, tf.Variable):
        yield value
    elif isinstance(value, Mapping):
        yield from (item for item in value.values() if isinstance(item, tf.Variable))
    elif isinstance(value, list | tuple):
        yield from (item for item in value if isinstance(item, tf.Variable))


def _is_meant_to_train(variable: tf.Variable) -> bool:
    return variable.trainable and variable.dtype.is_floating and variable.shape.rank != 0
