"""What the tests of checkpoints have in common."""

import keras
import pytest
from tensorflow.python.framework import config

from keras_stable.keras_private import running_fit


def _iterator_of(x, **arguments):
    class Taking(keras.callbacks.Callback):
        def on_train_begin(self, logs=None):
            taken.append(running_fit()[1])
            raise StopIteration

    taken, model = [], keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    with pytest.raises(StopIteration):
        model.fit(x, callbacks=[Taking()], verbose=0, **arguments)
    return taken[0]


@pytest.fixture(scope="session")
def iterator_of():
    """Returns the epoch iterator that `fit` makes of some data."""
    return _iterator_of


@pytest.fixture(autouse=True)
def operations_as_they_are():
    """Another test of this process may have made them deterministic, which changes what can be replayed."""
    before = config.is_op_determinism_enabled()
    config.disable_op_determinism()
    yield
    if before:
        config.enable_op_determinism()
