import sys
import types

import keras
import numpy as np
import pytest
import tensorflow as tf

X = np.arange(24.0).reshape(12, 2)
Y = np.arange(12) % 3


def dataset(x=X, y=Y, batch=5):
    return tf.data.Dataset.from_tensor_slices((x, y)).batch(batch)


class Batches(keras.utils.PyDataset):
    """All samples in one batch."""

    def __init__(self, x=X, y=Y):
        super().__init__()
        self.x, self.y = x, y

    def __len__(self):
        return 1

    def __getitem__(self, index):
        return self.x, self.y


class Endless(Batches):
    @property
    def num_batches(self):
        return None


@pytest.fixture
def returned(load, monkeypatch):
    """Loads what a function returns."""

    def loaded(make, arguments=None, **keys):
        module = types.ModuleType("users_own")
        module.make = make
        monkeypatch.setitem(sys.modules, "users_own", module)
        return load("python", target="users_own:make", arguments=arguments or {}, **keys)

    return loaded


@pytest.mark.parametrize(
    ("value", "validates"),
    [
        ((X, Y), 3),
        ((X.tolist(), Y.tolist()), 3),
        ((tf.constant(X), tf.constant(np.eye(3)[Y])), 3),
        ((X, Y, (X[:5], Y[:5])), 5),
        ((X, Y, None), 3),
        (((X, Y), (X[:5], Y[:5])), 5),
        ({"x": X, "y": Y}, 3),
        ({"x": X, "y": Y, "validation_data": (X[:5], Y[:5])}, 5),
    ],
)
def test_arrays_in_every_form(value, validates, returned):
    data = returned(lambda: value)
    assert data.train.is_arrays
    assert (data.input_shape, data.num_classes) == ((2,), 3)
    assert len(data.validation.x) == validates
    assert (data.train.x[:, 0] // 2 % 3 == data.train.y).all()


@pytest.mark.parametrize(
    "value",
    [
        (dataset(), dataset(X[:5], Y[:5])),
        (dataset(), None, dataset(X[:5], Y[:5])),
        {"x": dataset(), "validation_data": Batches(X[:5], Y[:5])},
        (Batches(), Batches(X[:5], Y[:5])),
    ],
)
def test_datasets_in_every_form(value, returned):
    if isinstance(value, tuple) and len(value) == 3:
        value = {"x": value[0], "y": value[1], "validation_data": value[2]}
    data = returned(lambda: value)
    assert not data.train.is_arrays
    assert data.class_counts.tolist() == [4, 4, 4]


def test_the_function_gets_its_arguments(returned):
    data = returned(lambda scale, classes: (X * scale, Y % classes), {"scale": 2, "classes": 2})
    assert data.num_classes == 2
    assert data.train.x.max() == 46


def fail():
    raise ValueError("no such table")


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (X, "`data.target` must be a function that returns (x, y), (x, y, (x_val, y_val)),"),
        (X, "users_own:make, which returned ndarray"),
        (None, "users_own:make, which returned NoneType"),
        ((X, Y, X, Y), "users_own:make, which returned a tuple of 4: ndarray, ndarray, ndarray, ndarray"),
        ((X, Y, X), "users_own:make, which returned a tuple of 3: ndarray, ndarray, ndarray"),
        ({"x": X, "labels": Y}, "users_own:make, which returned a dict with the keys x, labels"),
        ({"x": X}, "users_own:make, which returned dict"),
        (
            dataset(),
            "(dataset, validation_dataset): a dataset is not split. Received: users_own:make, which returned a",
        ),
        (
            Batches(),
            "(dataset, validation_dataset): a dataset is not split. Received: users_own:make, which returned a",
        ),
        (
            {"x": dataset(), "validation_data": (X, Y)},
            "which returned a dataset for training and arrays for validation",
        ),
        ((X, Y, dataset()), "which returned arrays for training and a dataset for validation"),
        ((dataset(), Y), "users_own:make, which returned a tuple of 2"),
        (
            (dataset().unbatch(), dataset()),
            "`the training dataset` must be batched: call `.batch(...)` on it. Received",
        ),
        ((dataset(), dataset().repeat()), "`the validation dataset` must be finite: leave `.repeat()` out. Received"),
        ((Endless(), Batches()), "`the training dataset` must be finite. Received: a PyDataset whose num_batches is"),
        (
            (tf.data.Dataset.from_tensors((X, Y, Y)), dataset()),
            "`the training dataset` must be batches of (inputs, labels), one tensor each. Received: elements of",
        ),
        (
            (tf.data.Dataset.from_tensors(({"a": X}, Y)), dataset()),
            "`the training dataset` must be batches of (inputs, labels), one tensor each. Received: elements of",
        ),
        ((X, Y + 1), "`y` must be class ids 0 to 3 with a training sample for each;"),
        ((X, np.full(12, None)), "`y` must be an array of real numbers. Received: dtype object"),
        ((X, Y, (X, Y * np.nan)), "`y_val` must be finite. Received: NaN or infinity in 12 of 12 rows"),
        (
            (dataset(X + np.inf), dataset()),
            "`inputs of the training dataset` must be finite. Received: NaN or infinity in 12 of 12 rows",
        ),
    ],
)
def test_every_mistake_has_its_line(value, words, returned, refused):
    assert words in refused(returned, lambda: value)


def test_the_functions_own_exception_is_named(returned, refused):
    line = refused(returned, fail)
    assert line == (
        "`data.target` must be a callable that returns. Received: data.target='users_own:make', "
        "which raised ValueError: no such table"
    )
    assert "unexpected keyword argument 'a'" in refused(returned, lambda: (X, Y), {"a": 1})


def test_a_batch_above_the_number_of_samples_is_refused_for_arrays_alone(returned, refused):
    assert refused(returned, lambda: (X, Y), batch_size=10).startswith("`fit.batch_size` must be at most the number of")
    assert returned(lambda: (dataset(), dataset()), batch_size=10).num_classes == 3
