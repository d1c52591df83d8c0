"""What an audit leaves as it was: random states, names, settings, and the model itself."""

import random
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from keras_stable.keras_private import (
    compiled_parts,
    flatten_layers,
    forget_keras_seed_generator,
    keras_trackers,
    own_metrics,
    set_keras_trackers,
    set_tensorflow_random_state,
    tensorflow_random_state,
    tracker_of,
)

# An eager random operation goes on where the last one with the same seeds stopped: no seed may be one in use.
_APART = 1_592_654_061


@contextmanager
def untouched(model: keras.Model | None = None) -> Iterator[None]:
    """Puts everything back afterwards that the caller's next lines could notice, also after an exception.

    That is: the random states of Python, NumPy (the global one), TensorFlow (seed, operation seeds, global
    generator) and Keras (global generator), Keras's counters of automatic names and its global settings, and of
    the model: variables, those of its optimizer and metrics, and the attributes of the model, its layers,
    optimizer, loss and metrics, with the contents of lists, dictionaries and sets among them.

    TensorFlow keeps the positions of its eager random operations in a cache that nobody can read. Inside, it has
    another seed, so that it uses none of the caller's; but `tf.random.set_seed`, and with it
    `keras.utils.set_random_seed`, empties the cache: seed with `seed_all` instead. A `tf.data.Dataset` that
    shuffles keeps the number of its passes, which nobody can set back either.

    Args:
        model: What is to stay as it is; None takes care of the global state alone.

    >>> random.seed(0)
    >>> with untouched():
    ...     seed_all(7)
    ...     inside = random.random(), keras.layers.Dense(1).name
    >>> before = random.random()
    >>> random.seed(0)
    >>> random.random() == before
    True
    """
    with ExitStack() as stack:
        for put_back in (_python(), _numpy(), _tensorflow(), _keras()):
            stack.callback(put_back)
        if model is not None:
            stack.callback(_model(model))
        yield


def seed_all(seed: int) -> None:
    """Seeds what `keras.utils.set_random_seed` does, and leaves TensorFlow's cache of operations alone.

    TensorFlow gets another seed than the caller's own, so that the caller's operations are not in use here. Its
    eager random operations alone are therefore not those of `keras.utils.set_random_seed`.

    Args:
        seed: int from 0 to 2 ** 32 - 1.
    """
    random.seed(seed)
    np.random.seed(seed)
    forget_keras_seed_generator()
    _seed_tensorflow(seed)


def _seed_tensorflow(seed: int) -> None:
    own, (_, _, generator) = (seed + _APART) % 2**31, tensorflow_random_state()
    set_tensorflow_random_state(own, random.Random(own), generator)


def _python() -> Callable[[], None]:
    state = random.getstate()
    return lambda: random.setstate(state)


def _numpy() -> Callable[[], None]:
    state = np.random.get_state(legacy=False)
    return lambda: np.random.set_state(state)


def _tensorflow() -> Callable[[], None]:
    seed, operations, generator = tensorflow_random_state()
    state = None if operations is None else operations.getstate()
    generator_state = None if generator is None else generator.state.read_value()
    eagerly = tf.config.functions_run_eagerly()
    _seed_tensorflow(seed or 0)

    def put_back() -> None:
        set_tensorflow_random_state(seed, operations, generator)
        if operations is not None:
            operations.setstate(state)
        if generator is not None:
            generator.state.assign(generator_state)
        tf.config.run_functions_eagerly(eagerly)

    return put_back


def _keras() -> Callable[[], None]:
    # `clear_session` replaces the trackers.
    trackers = keras_trackers()
    attributes = [_attributes(tracker) for tracker in trackers]
    generator = getattr(trackers[0], "global_seed_generator", None)
    position = None if generator is None else generator.state.value.read_value()
    floats = keras.config.floatx(), keras.config.epsilon(), keras.config.image_data_format()

    def put_back() -> None:
        set_keras_trackers(trackers)
        for restore in attributes:
            restore()
        if generator is not None:
            generator.state.assign(position)
        keras.config.set_floatx(floats[0])
        keras.config.set_epsilon(floats[1])
        keras.config.set_image_data_format(floats[2])

    return put_back


def _model(model: keras.Model) -> Callable[[], None]:
    owners = _owners(model)
    values = [(variable, variable.read_value()) for variable in _variables(owners)]
    # Keras keeps the ids of what it tracks in an object of its own, and freezes variables one by one.
    owners += [tracker for tracker in map(tracker_of, owners) if tracker is not None]
    owners += model.variables
    attributes = [_attributes(owner) for owner in owners]

    def put_back() -> None:
        for restore in attributes:
            restore()
        for variable, value in values:
            variable.assign(value)

    return put_back


def _owners(model: keras.Model) -> list[Any]:
    """Returns the objects whose attributes are kept, each once."""
    optimizer = getattr(model, "optimizer", None)
    metrics = [*model.metrics, *(metric for layer in flatten_layers(model) for metric in own_metrics(layer))]
    compiled = compiled_parts(model)
    owners = [*flatten_layers(model), optimizer, getattr(optimizer, "inner_optimizer", None), *metrics, *compiled]
    return list({id(owner): owner for owner in owners if owner is not None}.values())


def _variables(owners: list[Any]) -> list[tf.Variable]:
    held = [variable.value for owner in owners for variable in owner.variables]
    untracked = [value for owner in owners for value in vars(owner).values() if isinstance(value, tf.Variable)]
    return list({id(variable): variable for variable in [*held, *untracked]}.values())


def _attributes(owner: Any) -> Callable[[], None]:
    """Remembers an object's attributes, and what the containers among them hold."""
    before = dict(vars(owner))
    contents: dict[int, tuple[Any, Any]] = {}
    for value in before.values():
        _remember(value, contents)

    def put_back() -> None:
        for container, content in contents.values():
            _refill(container, content)
        vars(owner).clear()
        vars(owner).update(before)

    return put_back


def _remember(value: Any, contents: dict[int, tuple[Any, Any]]) -> None:
    # TensorFlow's tracking dictionaries are stand-ins for a plain one.
    value = getattr(value, "__wrapped__", value)
    if not isinstance(value, list | dict | set) or id(value) in contents:
        return
    content: Any = list(value.items() if isinstance(value, dict) else value)
    contents[id(value)] = value, content
    # TensorFlow's wrapper of a list holds another one in an attribute.
    held = vars(value).values() if hasattr(value, "__dict__") else ()
    for item in (*(value.values() if isinstance(value, dict) else content), *held):
        _remember(item, contents)


def _refill(container: Any, content: Any) -> None:
    # The plain methods: those of Keras's tracking containers would track what is put in.
    base: Any = next(base for base in (list, dict, set) if isinstance(container, base))
    base.clear(container)
    (list.extend if base is list else base.update)(container, content)
