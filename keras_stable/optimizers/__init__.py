"""Keras's optimizers with the gradient guard, and what it measured."""

from keras_stable import keras_check  # noqa: F401  (it fails first, with one clear line)
from keras_stable.optimizers.adam import Adam
from keras_stable.optimizers.adamw import AdamW
from keras_stable.optimizers.finite_state import keep_finite_state
from keras_stable.optimizers.gradient_guard import GradientGuard
from keras_stable.optimizers.guarded_classes import guard
from keras_stable.optimizers.history import GradientHistory, GradientHistoryReader, gradient_history
from keras_stable.optimizers.lion import Lion
from keras_stable.optimizers.muon import Muon
from keras_stable.optimizers.sgd import SGD
from keras_stable.pickling import carry_classes_in_pickles

__all__ = [
    "SGD",
    "Adam",
    "AdamW",
    "GradientGuard",
    "GradientHistory",
    "GradientHistoryReader",
    "Lion",
    "Muon",
    "gradient_history",
    "guard",
    "keep_finite_state",
]

carry_classes_in_pickles()
