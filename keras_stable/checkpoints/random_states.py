"""The states of the random numbers outside of Keras's layers: Python's, NumPy's and TensorFlow's."""

import random
from typing import Any

import numpy as np
import tensorflow as tf

from keras_stable.checkpoints.plain_values import Decoder, Encoder
from keras_stable.errors import CheckpointError
from keras_stable.keras_private import tensorflow_random_state


def host_states() -> tuple[Any, Any]:
    """Returns the states of `random` and of `numpy.random`, which data is often read with."""
    return random.getstate(), np.random.get_state()


def capture_host_states(states: tuple[Any, Any], encoder: Encoder) -> Any:
    """Returns such states as JSON."""
    return encoder.encode(states)


def restore_host_states(content: Any, decoder: Decoder) -> None:
    """Sets the states of `random` and `numpy.random`.

    Raises:
        CheckpointError: these are no such states.
    """
    try:
        python, numpy = decoder.decode(content)
        random.setstate(python)
        np.random.set_state(numpy)
    except (TypeError, ValueError, IndexError, KeyError, OverflowError) as error:
        raise CheckpointError(f"The checkpoint holds no state of random numbers ({error})") from error


def capture_tensorflow_states(encoder: Encoder) -> Any:
    """Returns the states of `tf.random` as JSON: of the seeds of its operations, and of its global generator."""
    seed, operation_seeds, generator = tensorflow_random_state()
    seeds = None if operation_seeds is None else operation_seeds.getstate()
    state = None if generator is None else generator.state.read_value()
    return encoder.encode({"seed": seed, "operation_seeds": seeds, "generator": state})


def restore_tensorflow_states(content: Any, decoder: Decoder) -> None:
    """Sets the states of `tf.random`, as far as this process draws from them too.

    Raises:
        CheckpointError: these are no such states.
    """
    kept = decoder.decode(content)
    try:
        if type(kept["seed"]) is int:
            # Operations that have drawn in this process already forget how far they were.
            tf.random.set_seed(kept["seed"])
        _, operation_seeds, generator = tensorflow_random_state()
        if kept["operation_seeds"] is not None and operation_seeds is not None:
            operation_seeds.setstate(kept["operation_seeds"])
        if kept["generator"] is not None and generator is not None:
            generator.state.assign(kept["generator"])
    except (TypeError, ValueError, IndexError, KeyError, OverflowError) as error:
        raise CheckpointError(f"The checkpoint holds no state of random numbers ({error})") from error
