import tracemalloc

import numpy as np
import pytest

from keras_stable.data.scanning import array_chunks, scan

X = np.arange(12.0).reshape(6, 2)
Y = np.array([0, 1, 2, 0, 1, 2])


def chunks(x, y, rows=4):
    return [(x[start : start + rows], y[start : start + rows]) for start in range(0, len(x), rows)]


@pytest.mark.parametrize(
    "y", [Y, Y.astype(float), Y.astype(np.uint8), Y[:, None], np.eye(3)[Y], np.eye(3, dtype=bool)[Y], Y.tolist()]
)
def test_labels_of_every_form_become_class_ids(y):
    found = scan(chunks(X, y), "x", "y")
    assert found.labels.tolist() == Y.tolist()
    assert found.labels.dtype == np.int64
    assert (found.samples, found.input_shape) == (6, (2,))


def changed(array, row, value):
    array = array.astype(float)
    array[row] = value
    return array


@pytest.mark.parametrize(
    ("x", "y", "line"),
    [
        (
            changed(X, [4, 5], np.nan),
            Y,
            "`x` must be finite. Received: NaN or infinity in 2 of 6 rows, the first is row 4",
        ),
        (changed(X, 1, -np.inf), Y, "`x` must be finite. Received: NaN or infinity in 1 of 6 rows, the first is row 1"),
        (X, changed(Y, 5, np.nan), "`y` must be finite. Received: NaN or infinity in 1 of 6 rows, the first is row 5"),
        (
            X,
            changed(Y, [0, 5], 1.5),
            "`y` must be class ids, which are integers. Received: values between integers in 2 of 6 rows, "
            "the first is row 0",
        ),
        (
            X,
            Y - 1,
            "`y` must be class ids >= 0 and < 2147483648. Received: other values in 2 of 6 rows, the first is row 0",
        ),
        (
            X,
            changed(Y, 3, 1e300),
            "`y` must be class ids >= 0 and < 2147483648. Received: other values in 1 of 6 rows, the first is row 3",
        ),
        (
            X,
            changed(np.eye(3)[Y], 4, [1, 1, 0]),
            "`y` must be one-hot rows, each with exactly one 1 and else 0. Received: other rows in 1 of 6 rows, "
            "the first is row 4",
        ),
        (
            X,
            changed(np.eye(3)[Y], [2, 3], [0.5, 0.5, 0]),
            "`y` must be one-hot rows, each with exactly one 1 and else 0. Received: other rows in 2 of 6 rows, "
            "the first is row 2",
        ),
        (X, np.zeros([6, 2, 2]), "`y` must be class ids [n] or one-hot rows [n, classes]. Received: shape [4, 2, 2]"),
        (X, np.zeros([6, 0]), "`y` must be class ids [n] or one-hot rows [n, classes]. Received: shape [4, 0]"),
        (
            X[:, 0],
            Y,
            "`x` must be of shape [samples, ...] with at least one value a sample. Received: shape [4]",
        ),
        (
            X[:, :0],
            Y,
            "`x` must be of shape [samples, ...] with at least one value a sample. Received: shape [4, 0]",
        ),
        (X[:0], Y[:0], "`x` must be a set with samples. Received: an empty set"),
        (X.astype(object), Y, "`x` must be an array of real numbers. Received: dtype object"),
        (X, Y.astype(str), "`y` must be an array of real numbers. Received: dtype <U21"),
        (X, Y[:5], "`x and y` must be of one length. Received: 2 inputs and 1 labels"),
    ],
)
def test_every_mistake_has_its_line(x, y, line, refused):
    assert refused(scan, chunks(x, y), "x", "y") == line


def test_batches_of_different_shapes_are_refused(refused):
    batches = [(np.ones([2, 3]), np.zeros(2)), (np.ones([2, 4]), np.zeros(2))]
    assert refused(scan, batches, "x", "y") == "`x` must be inputs of one shape, [3]. Received: shape [4] from row 2"
    batches = [(np.ones([2, 3]), np.zeros(2)), (np.ones([2, 3]), np.eye(2))]
    assert "class ids [n] or one-hot rows" in refused(scan, batches, "x", "y")


def test_an_empty_batch_is_no_mistake():
    batches = [(X[:0], Y[:0]), (X, Y), (X[:0], Y[:0])]
    assert scan(batches, "x", "y").samples == 6


def test_what_float32_cannot_hold_after_scaling_is_refused(refused):
    scan(chunks(X, Y), "x", "y", scale=1e36)
    assert refused(scan, chunks(X, Y), "x", "y", scale=5e37) == (
        "`x` must be inputs that float32 holds after `data.input_scale`=5e+37. "
        "Received: larger values in 3 of 6 rows, the first is row 3"
    )
    assert "larger values in 1 of 6 rows, the first is row 2" in refused(
        scan, chunks(changed(X, 2, [0, -1e39]), Y), "x", "y"
    )


def test_the_pass_holds_one_chunk_at_a_time():
    def stream():
        for _ in range(50):
            yield np.zeros([100, 2500]), np.arange(100) % 2

    tracemalloc.start()
    found = scan(stream(), "x", "y")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert found.samples == 5000
    # One chunk is 2 MB and all of them are 100 MB.
    assert peak < 10e6


def test_array_chunks_cover_the_array_once():
    x, y = np.zeros([5000, 10000], np.uint8), np.arange(5000)
    parts = list(array_chunks(x, y))
    assert len(parts) > 2
    assert np.concatenate([part for _, part in parts]).tolist() == y.tolist()
    assert all(len(a) == len(b) for a, b in parts)
