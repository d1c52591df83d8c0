"""What the tests of checkpoints have in common."""

import keras
import pytest

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
def _as_they_are(operations_as_they_are):
    """For every test of checkpoints."""
