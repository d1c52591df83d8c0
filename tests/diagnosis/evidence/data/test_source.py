"""Everything that `fit` takes."""

import subprocess
import sys

import numpy as np
import pytest

from keras_stable.diagnosis.evidence.data.source import Source
from keras_stable.errors import InvalidArgumentError

X = np.arange(40, dtype=np.float32).reshape(20, 2)
Y = np.arange(20) % 2


class Batches:
    """Works like a `PyDataset`."""

    num_batches = 5

    def __getitem__(self, index):
        return X[index * 4 : index * 4 + 4], Y[index * 4 : index * 4 + 4]


def test_several_inputs_and_outputs_keep_their_nesting():
    source = Source({"a": X, "b": [X, Y]}, (Y, X), batch_size=8, shuffle=False)
    first, *_ = source.batches()
    assert first.x["b"][1].tolist() == Y[:8].tolist()
    assert isinstance(first.y, tuple)
    assert first.rows == 8
    assert source.kind == "arrays"
    assert source.samples == 20


def test_the_sample_is_the_same_every_time_and_follows_the_seed():
    source, other = (Source(X, Y, seed=seed) for seed in (0, 1))
    assert source.sample(5).rows == 5
    assert (source.sample(5).x == source.sample(5).x).all()
    assert (source.sample(5).x != other.sample(5).x).any()
    assert (source.sample().x == X).all()


def test_class_weights_are_in_the_batches_and_not_in_the_sample():
    source = Source(X, Y, class_weight={1: 3.0}, validation_split=0.5)
    batch = next(source.batches())
    assert (batch.sample_weight == np.where(batch.y == 1, 3.0, 1.0)).all()
    assert source.sample().sample_weight is None
    assert source.validation_sample().sample_weight is None
    assert source.plan().class_weight


def test_validation_data_of_every_form():
    assert Source(X, Y).validation_sample() is None
    assert Source(X, Y, validation_data=(X[:3], Y[:3])).validation_sample().rows == 3
    weighted = Source(X, Y, validation_data=(X[:3], Y[:3], [1, 2, 3])).validation_sample(2)
    assert weighted.sample_weight.shape == (2,)
    streamed = Source(X, Y, validation_data=Batches())
    assert streamed.validation.kind == "pydataset"
    assert streamed.validation_sample(7).rows == 7
    split = Source(X, Y, validation_split=0.3)
    assert (split.validation_sample().x == X[14:]).all()
    assert split.samples == 14
    assert (Source(X, Y, validation_split=0.3, validation_data=(X[:3], Y[:3])).samples) == 20


def test_shuffle_batch_keeps_the_batches_as_they_are():
    source = Source(X, Y, batch_size=4, shuffle="batch")
    assert (next(source.batches(3)).x == X[:4]).all()
    assert source.plan().shuffle is False


def test_the_plan_says_what_it_was_told():
    plan = Source(X, Y, batch_size=None, epochs=7).plan(trained=True)
    assert (plan.epochs, plan.trained, plan.batch_size, plan.steps, plan.shuffle) == (7, True, 32, 7, True)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"batch_size": 0}, "`batch_size` must be a positive integer or None. Received: batch_size=0"),
        ({"epochs": 1.5}, "`epochs` must be a positive integer or None"),
        ({"steps_per_epoch": -1}, "`steps_per_epoch` must be a positive integer or None"),
        ({"validation_split": 1.0}, "`validation_split` must be a number from 0 to below 1"),
        ({"class_weight": "balanced"}, "`class_weight` must be a dict"),
        ({"validation_data": X}, r"`validation_data` must be \(x, y\), .* Received: ndarray"),
        ({"validation_data": (X,)}, r"`validation_data` must be \(x, y\), .* Received: a tuple of 1"),
        ({"validation_data": (X, Y[:3])}, r"20 rows of `validation_data`, 3 rows of `validation_data\[1\]`"),
        (
            {"x": None},
            "`x` must be arrays, a tf.data.Dataset, a PyDataset, a generator or a loader, .* Received: NoneType",
        ),
        ({"x": iter(X), "y": None}, "a generator or a loader, as `fit` takes them. Received: (array_)?iterator"),
        ({"x": (row for row in X)}, "`y` must be None, since `x` brings its own. Received: ndarray"),
        ({"x": Batches()}, "`y` must be None, since `x` brings its own. Received: ndarray"),
        ({"x": Batches(), "y": None, "validation_split": 0.2}, "`validation_split` must be 0 for a dataset"),
    ],
)
def test_bad_arguments(arguments, message):
    with pytest.raises(InvalidArgumentError, match=message):
        Source(**{"x": X, "y": Y, **arguments})


def test_arrays_need_no_tensorflow():
    code = (
        "import sys; from keras_stable.diagnosis.evidence.data import data_facts;"
        "s = data_facts.Source([[1], [2]], [0, 1]);"
        "data_facts.inputs(s), data_facts.labels(s), data_facts.duplicates(s), s.plan(), next(s.batches());"
        "sys.exit('keras' in sys.modules or 'tensorflow' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
