import numpy as np
import pytest

from keras_stable.config import DataSection
from keras_stable.data.in_memory import from_arrays, inputs
from keras_stable.data.structures import Arrays, ArraySource

X = np.arange(40.0).reshape(20, 2)
Y = np.arange(20) % 4


def build(x=X, y=Y, validation=None, batch_size=2, seed=0, names=None, **keys):
    other = None if validation is None else Arrays(*validation, "x_val", "y_val")
    return from_arrays(
        ArraySource(Arrays(x, y, "x", "y"), other, names), DataSection(**keys), batch_size=batch_size, seed=seed
    )


def test_arrays_are_split_in_classes_and_keep_their_pairs():
    data = build(validation_split=0.4)
    assert (len(data.train.x), len(data.validation.x)) == (12, 8)
    assert data.class_counts.tolist() == [3, 3, 3, 3]
    assert (data.input_shape, data.num_classes, data.class_names) == ((2,), 4, None)
    for split in (data.train, data.validation):
        assert split.is_arrays
        assert (split.x.dtype, split.y.dtype) == (np.float32, np.int64)
        assert ((split.x[:, 0] // 2) % 4 == split.y).all()
    both = np.concatenate([data.train.x, data.validation.x])
    assert sorted(both[:, 0].tolist()) == X[:, 0].tolist()


def test_samples_that_are_split_off_are_not_sorted_by_class():
    data = build(np.arange(200.0)[:, None], np.repeat(np.arange(4), 50))
    assert len(set(data.validation.y[:10])) > 1
    np.testing.assert_array_equal(data.validation.x[:, 0] // 50, data.validation.y)


def test_a_validation_set_is_taken_whole():
    data = build(validation=(X[:3], np.eye(4)[Y[:3]]), names=("a", "b", "c", "d"))
    assert (len(data.train.x), len(data.validation.x)) == (20, 3)
    assert sorted(data.validation.y.tolist()) == [0, 1, 2]
    # In another order, so that the first few are a fair sample; each input keeps its label.
    assert data.validation.y.tolist() != [0, 1, 2]
    for x, y in zip(data.validation.x, data.validation.y, strict=True):
        np.testing.assert_array_equal(x, X[:3][Y[:3] == y][0].astype("float32"))
    assert data.class_names == ("a", "b", "c", "d")


@pytest.mark.parametrize("scale", [0.5, 1e4])
def test_inputs_are_multiplied(scale):
    plain, scaled = build(), build(input_scale=scale)
    np.testing.assert_allclose(scaled.train.x, plain.train.x * scale, rtol=1e-6)
    np.testing.assert_allclose(scaled.validation.x, plain.validation.x * scale, rtol=1e-6)
    assert scaled.train.x.dtype == np.float32


@pytest.mark.parametrize(
    ("dtype", "scale", "result"),
    [
        (np.uint8, 1, np.uint8),
        (np.uint8, 2, np.float32),
        (np.int64, 1, np.float32),
        (bool, 1, np.float32),
        (np.float64, 1, np.float32),
        (np.float16, 100, np.float32),
    ],
)
def test_dtypes_of_inputs(dtype, scale, result):
    x = inputs(np.full([2, 2], 200, dtype=dtype), scale)
    assert x.dtype == result
    assert (x == (1 if dtype is bool else 200) * scale).all()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"y": Y[:-1]}, "`x and y` must be of one length. Received: 20 inputs and 19 labels"),
        ({"x": X[:0], "y": Y[:0]}, "`x` must be a set with samples"),
        ({"x": 3}, "`x` must be an array with one row a sample. Received: a single number"),
        ({"x": [[1, 2], [3]], "y": [0, 1]}, "`x` must be an array, with rows of one length. Received:"),
        ({"x": X.astype(str)}, "`x` must be an array of real numbers. Received: dtype <U"),
        ({"y": Y * 0}, "`y` must be of at least two classes. Received: class 0 in all 20 rows"),
        ({"batch_size": 17}, "`fit.batch_size` must be at most the number of training samples, 16. Received"),
        ({"names": ("a",)}, "`class_names` must be one name for each of the 4 classes. Received: 1 names"),
        ({"validation": (X[:, :1], Y)}, "`x_val` must be inputs of the shape of the training inputs, [2]. Received"),
        ({"validation": (X, Y + 1)}, "`y_val` must be class ids from 0 to 3, the classes of training. Received: other"),
        ({"validation": (X * np.nan, Y)}, "`x_val` must be finite. Received: NaN or infinity in 20 of 20 rows"),
        ({"validation": (X[:0], Y[:0])}, "`x_val` must be a set with samples. Received: an empty set"),
        ({"input_scale": 1e300}, "`x` must be inputs that float32 holds after `data.input_scale`=1e+300. Received"),
    ],
)
def test_every_mistake_has_its_line(change, words, refused):
    assert refused(build, **change).startswith(words)
