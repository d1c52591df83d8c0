"""Keras losses."""

from keras_stable.losses.sparse_crossentropy import SparseCrossentropy

__all__ = ["SparseCrossentropy"]
