"""Keras losses."""

from keras_stable import keras_check  # noqa: F401  (it fails first, with one clear line)
from keras_stable.losses.sparse_crossentropy import SparseCrossentropy

__all__ = ["SparseCrossentropy"]
