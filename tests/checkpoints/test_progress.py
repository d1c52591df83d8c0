"""How far a `fit` has come; what it resumes is proven in test_checkpoint."""

import keras
import numpy as np
import pytest

from keras_stable.checkpoints.archive import Archive
from keras_stable.checkpoints.progress import Progress
from keras_stable.checkpoints.training_state import TrainingState
from keras_stable.errors import CheckpointError


def model():
    made = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    made.compile("sgd", "mse", run_eagerly=True)
    made.fit(np.ones((2, 1)), np.ones((2, 1)), verbose=0)
    return made


def progress(owner, archive=None):
    return Progress(owner, None, TrainingState(owner, []), 0, archive)


def test_a_fit_of_another_kind_is_counted_in_epochs():
    owner = model()
    first = progress(owner)
    assert first.obstacles == ["a `fit` that is not Keras's own"]
    first.begin_epoch(0)
    first.end_batch({"loss": 1.0})
    first.end_epoch(0)
    encoder = first._state.encoder()
    content = first.capture(encoder)
    archive = Archive(None, content, {name: np.asarray(value) for name, value in encoder.arrays.items()})
    second = progress(owner, archive)
    second.resume()
    assert (second.epoch, second.step, second.logs_of_finished_epoch()) == (1, 1, None)
    inside = {**content, "position": {**content["position"], "done": 1}}
    third = progress(owner, Archive(None, inside, archive.arrays))
    with pytest.raises(CheckpointError, match="from within an epoch"):
        third.resume()
