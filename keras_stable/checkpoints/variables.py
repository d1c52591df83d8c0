"""All variables of a training, and their values at one moment."""

from typing import Any

import keras
import numpy as np
import tensorflow as tf

from keras_stable.checkpoints.plain_values import Decoder, Encoder
from keras_stable.errors import CheckpointError
from keras_stable.keras_private import keras_seed_state
from keras_stable.optimizers.guard_state import state_variables
from keras_stable.optimizers.of_models import optimizers_of


def training_variables(model: Any) -> list[Any]:
    """Returns each variable that a step of `fit` reads or writes, once.

    These are the weights, the moving statistics and the random states of the layers; the optimizers' with their rings
    and loss scales; the metrics'; and Keras's own random state, where one was drawn from. The order depends on the
    model alone.
    """
    groups = [
        model.variables,
        *(_of_optimizer(optimizer) for optimizer in optimizers_of(model)),
        model.metrics_variables,
    ]
    seed = keras_seed_state()
    groups += [] if seed is None else [[seed]]
    return list({id(variable): variable for group in groups for variable in group}.values())


def _of_optimizer(optimizer: Any) -> list[Any]:
    variables, inner = state_variables(optimizer), optimizer
    while inner is not None:
        ring = getattr(inner, "gradient_ring", None)
        variables += [] if ring is None else [ring.counts, ring.rows]
        inner = getattr(inner, "inner_optimizer", None)
    return variables


def capture_variables(variables: list[Any], encoder: Encoder) -> list[Any]:
    """Returns the values as JSON, the arrays of which the encoder keeps.

    Nothing is copied here: what is read of a variable stays as it is, and the next update of the variable makes the
    copy. A variable of several replicas is read on each.
    """
    return [
        {"shape": list(variable.shape), "replicas": [encoder.keep(part.read_value()) for part in _parts(variable)]}
        for variable in variables
    ]


def restore_variables(variables: list[Any], content: Any, decoder: Decoder) -> None:
    """Sets all variables.

    Raises:
        CheckpointError: they are other ones than those that were captured; none was set.
    """
    if not fits(variables, content):
        raise CheckpointError(_difference(variables, content))
    values = [[decoder.array(name) for name in kept["replicas"]] for kept in content]
    for variable, replicas in zip(variables, values, strict=True):
        for array in replicas:
            if array.shape != tuple(variable.shape):
                raise CheckpointError(f"The checkpoint has shape {array.shape} for {_name(variable)}")
    for variable, replicas in zip(variables, values, strict=True):
        for part, array in zip(_parts(variable), replicas, strict=True):
            part.assign(tf.cast(array, part.dtype) if array.dtype != part.dtype.as_numpy_dtype else array)


def fits(variables: list[Any], content: Any) -> bool:
    """Returns whether captured values are of such variables."""
    try:
        return [list(variable.shape) for variable in variables] == [kept["shape"] for kept in content] and all(
            len(_parts(variable)) == len(kept["replicas"]) for variable, kept in zip(variables, content, strict=True)
        )
    except (TypeError, KeyError) as error:
        raise CheckpointError("The checkpoint holds variables in a form that cannot be read") from error


def _parts(variable: Any) -> tuple[Any, ...]:
    value = variable.value if isinstance(variable, keras.Variable) else variable
    if isinstance(value, tf.distribute.DistributedValues):
        # Its own strategy: most scripts call `fit` outside of the scope, where a sum over replicas is all one sees.
        return tuple(value.distribute_strategy.experimental_local_results(value))
    return (value,)


def _difference(variables: list[Any], content: list[Any]) -> str:
    message = "The checkpoint must be of this model and optimizer, in the same order."
    if len(variables) != len(content):
        return f"{message} Received: one of {len(content)} variables, and the training has {len(variables)}"
    for variable, kept in zip(variables, content, strict=True):
        if list(variable.shape) != kept["shape"]:
            return f"{message} Received: shape {kept['shape']} for {_name(variable)}, which has {list(variable.shape)}"
    return f"{message} Received: one of another number of replicas"


def _name(variable: Any) -> str:
    return str(getattr(variable, "path", variable.name))


def same_values(first: np.ndarray, second: np.ndarray) -> bool:
    """Returns whether two arrays are equal in every bit.

    >>> same_values(np.float32([np.nan, 0.0]), np.float32([np.nan, 0.0])), same_values(np.zeros(1), -np.zeros(1))
    (True, False)
    """
    return first.dtype == second.dtype and first.shape == second.shape and first.tobytes() == second.tobytes()
