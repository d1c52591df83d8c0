"""Rows of what Keras takes as an array."""

import ml_dtypes
import numpy as np
import pytest
from scipy.sparse import coo_matrix

from keras_stable.diagnosis.evidence.data.row_access import array_rows, nested_rows
from keras_stable.errors import DataError


class Frame:
    """As a pandas DataFrame or Series."""

    __module__ = "pandas.core.frame"

    def __init__(self, values):
        self.values = np.asarray(values)
        self.ndim = self.values.ndim

    def to_numpy(self):
        return self.values


@pytest.mark.parametrize("dtype", [np.float64, np.float16, ml_dtypes.bfloat16])
def test_floats_come_as_fit_reads_them(dtype):
    rows = array_rows(np.array([[1.5], [2.5]], dtype), "x")
    assert rows[:].dtype == np.float32
    assert rows[:].tolist() == [[1.5], [2.5]]
    assert rows.dtype == dtype


def test_a_float64_that_float32_cannot_hold_is_infinite_as_in_fit():
    assert np.isinf(array_rows(np.array([1e300]), "x")[:]).all()


def test_integers_and_memory_maps_stay_what_they_are(tmp_path):
    np.save(tmp_path / "x.npy", np.arange(6, dtype=np.uint8).reshape(3, 2))
    rows = array_rows(np.load(tmp_path / "x.npy", mmap_mode="r"), "x")
    assert rows[np.array([0, 2])].tolist() == [[0, 1], [4, 5]]
    assert rows[:].dtype == np.uint8
    assert rows.row_bytes == 2


def test_a_part_is_a_view():
    array = np.arange(10)
    part = array_rows(array, "x").part(4, 8)
    array[5] = 50
    assert len(part) == 4
    assert part[:2].tolist() == [4, 50]
    assert part[3:100].tolist() == [7]
    assert part[np.array([3, 0])].tolist() == [7, 4]
    assert part.part(1, 3)[:].tolist() == [50, 6]


def test_a_data_frame_and_its_column():
    assert array_rows(Frame([[1, 2], [3, 4]]), "x")[:1].tolist() == [[1, 2]]
    assert array_rows(Frame([1, 2]), "y").shape == (2, 1)


def test_a_sparse_table_is_dense_row_by_row():
    rows = array_rows(coo_matrix(np.eye(4, dtype=np.float32)), "x")
    assert len(rows) == 4
    assert rows[np.array([1, 3])].tolist() == [[0, 1, 0, 0], [0, 0, 0, 1]]
    assert rows.part(2, 4)[:1].tolist() == [[0, 0, 1, 0]]


def test_lists_of_numbers_are_one_array_and_lists_of_arrays_are_many():
    assert nested_rows([[1, 2], [3, 4]], "x").shape == (2, 2)
    assert nested_rows([np.float32(1), np.float32(2)], "y").shape == (2,)
    both = nested_rows([np.zeros(3), {"a": [1, 2, 3]}], "x")
    assert both[0].shape == both[1]["a"].shape == (3,)
    assert isinstance(nested_rows((np.zeros(3), np.zeros(3)), "x"), tuple)
    assert nested_rows(None, "sample_weight") is None


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (5.0, "`x` must be an array with one row a sample. Received: a single value, 5.0"),
        ([[1, 2], [3]], "`x` must be an array with one row a sample. Received: list: setting an array"),
        (np.array([{}, {}]), "`x` must be an array of numbers or text. Received: dtype object, holding dict"),
        (np.array(["2020-01-01"], "datetime64[D]"), r"numbers or text. Received: dtype datetime64\[D\]"),
        (np.zeros((3, 0)), r"at least one value a sample. Received: shape \[3, 0\]"),
        (object(), "`x` must be an array, a tf.data.Dataset or a PyDataset. Received: object"),
    ],
)
def test_what_is_no_array(value, message):
    with pytest.raises(DataError, match=message):
        nested_rows(value, "x")


def test_a_message_names_the_place():
    with pytest.raises(DataError, match=r"`x\['a'\]\[1\]` must be"):
        nested_rows({"a": [np.zeros(2), 3]}, "x")
