"""Graphs that are quick to build, for trainings that are over before a faster graph pays off."""

from collections.abc import Iterator
from contextlib import contextmanager

import tensorflow as tf

_OPTION = "disable_meta_optimizer"


@contextmanager
def light_graphs() -> Iterator[None]:
    """Makes TensorFlow run graphs as they are: rewriting that of a deep model takes longer than many of its steps.

    >>> with light_graphs():
    ...     tf.config.optimizer.get_experimental_options()["disable_meta_optimizer"]
    True
    >>> tf.config.optimizer.get_experimental_options().get("disable_meta_optimizer", False)
    False
    """
    before = tf.config.optimizer.get_experimental_options().get(_OPTION, False)
    tf.config.optimizer.set_experimental_options({_OPTION: True})
    try:
        yield
    finally:
        tf.config.optimizer.set_experimental_options({_OPTION: before})
