"""Copies of the callbacks that steer a training, for trainings that nobody sees."""

import copy
from collections.abc import Sequence
from typing import Any

from keras_stable.diagnosis.evidence.program.stand_in import SETS_RATE, STOPS, is_of_keras

_STEERING = (*SETS_RATE, *STOPS, "SwapEMAWeights")


def acting_copies(callbacks: Sequence[Any]) -> list[Any]:
    """Returns copies of Keras's own callbacks that set the rate, the weights, or the end of a training.

    What writes files, and callbacks of the user's own, are left out: nothing but `fit` itself may run them.

    >>> import keras
    >>> stop, write = keras.callbacks.EarlyStopping(verbose=1), keras.callbacks.CSVLogger("log.csv")
    >>> [type(callback).__name__ for callback in acting_copies([stop, write])]
    ['EarlyStopping']
    """
    copies = []
    for callback in callbacks:
        if is_of_keras(callback) and type(callback).__name__ in _STEERING:
            copied = copy.copy(callback)
            copied.verbose = 0
            copies.append(copied)
    return copies
