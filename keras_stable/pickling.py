"""Pickles of models that load in a fresh process, where nothing was registered yet.

Keras pickles an object as the bytes of a `.keras` file, which names registered classes but does not say where they
come from. In a process that has not imported their modules, as a worker of joblib has not, such a pickle does not load.
"""

import functools
from collections.abc import Callable
from typing import Any

import keras

from keras_stable.keras_archive import registered_names

_OURS = "keras_stable>"


def carry_classes_in_pickles() -> None:
    """Lets the pickle of a Keras object that holds something of keras_stable carry its registered classes.

    They are carried by reference, as pickle does, which imports their modules. The pickle of any other object stays
    as it was. Keras has one `__reduce__` for all that it saves; this replaces it, and a second call does nothing.

    >>> carry_classes_in_pickles()
    """
    owner = next(base for base in keras.Model.__mro__ if "__reduce__" in vars(base))
    reduce = owner.__reduce__
    if getattr(reduce, "carries_classes", False):
        return

    @functools.wraps(reduce)
    def reduce_with_classes(self: Any) -> tuple:
        rebuild, arguments = reduce(self)
        objects = _registered_objects(arguments[0])
        if not any(name.startswith(_OURS) for name in objects):
            return rebuild, arguments
        return rebuild_with, (objects, rebuild, arguments)

    reduce_with_classes.carries_classes = True  # type: ignore[attr-defined]
    owner.__reduce__ = reduce_with_classes


def rebuild_with(objects: dict[str, Any], rebuild: Callable, arguments: tuple) -> Any:
    """Returns what Keras rebuilds, with these objects registered by their names: what a pickle calls."""
    with keras.saving.custom_object_scope(objects):
        return rebuild(*arguments)


def _registered_objects(file: Any) -> dict[str, Any]:
    objects = {name: keras.saving.get_registered_object(name) for name in registered_names(file)}
    return {name: value for name, value in objects.items() if value is not None}
