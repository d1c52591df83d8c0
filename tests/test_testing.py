"""assert_resumes_everywhere passes what resumes, and names what does not."""

import keras
import numpy as np
import pytest

from keras_stable.errors import InvalidArgumentError
from keras_stable.testing import assert_resumes_everywhere

X, Y = np.arange(8.0)[:, None], np.ones((8, 1))


def build():
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dropout(0.5), keras.layers.Dense(1)])
    model.compile("adam", "mse", run_eagerly=True)
    return model


@pytest.mark.filterwarnings("ignore:The training in")
def test_a_training_that_resumes():
    assert assert_resumes_everywhere(build, X, Y, batch_size=4, epochs=2) == 6
    assert assert_resumes_everywhere(lambda: (build(), {"x": X, "y": Y}), at={1}) == 2


class Nudge(keras.callbacks.Callback):
    """Its state is in no attribute of its own."""

    def __init__(self):
        super().__init__()
        self.calls = iter(range(100))

    def on_train_batch_end(self, batch, logs=None):
        self.model.layers[-1].bias.assign_add([float(next(self.calls))])


def test_a_training_that_does_not_is_named():
    with pytest.raises(AssertionError, match="from step-0000000001 on"):
        assert_resumes_everywhere(lambda: (build(), {"callbacks": [Nudge()]}), X, Y, batch_size=4, at={1})


def test_something_else_than_a_model_is_refused():
    with pytest.raises(InvalidArgumentError, match="`build` must be"):
        assert_resumes_everywhere(lambda: None, X, Y)
