"""Arrays come back in every bit, and a file that no checkpoint has written is refused."""

import io
import zipfile

import ml_dtypes
import numpy as np
import pytest

from keras_stable.checkpoints.arrays_file import read_arrays, write_arrays
from keras_stable.errors import CheckpointError

ARRAYS = {
    "float": np.float32([[1, np.nan], [-0.0, np.inf]]),
    "scalar": np.array(3, "int64"),
    "empty": np.zeros((0, 2), "float16"),
    "bool": np.array([True, False]),
    "half": np.arange(3).astype(ml_dtypes.bfloat16),
    "fortran": np.asfortranarray(np.arange(6).reshape(2, 3)),
}


def written(arrays):
    file = io.BytesIO()
    write_arrays(file, arrays)
    return file


def test_every_kind_comes_back():
    received = read_arrays(written(ARRAYS))
    assert list(received) == list(ARRAYS)
    for name, array in ARRAYS.items():
        assert received[name].dtype == array.dtype
        assert received[name].shape == array.shape
        assert received[name].tobytes() == array.tobytes()


def test_numpy_reads_the_file():
    file = written({"a": np.arange(3)})
    file.seek(0)
    assert np.load(file, allow_pickle=False)["a"].tolist() == [0, 1, 2]


def zipped(content, compression=zipfile.ZIP_STORED):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", compression) as archive:
        archive.writestr("a.npy", content)
    return file


def saved(array, **more):
    file = io.BytesIO()
    np.save(file, array, **more)
    return file.getvalue()


def claiming(shape):
    """Returns an array whose header says more than there is."""
    file = io.BytesIO()
    np.lib.format.write_array_header_1_0(file, {"descr": "<f8", "fortran_order": False, "shape": shape})
    return file.getvalue() + b"\0" * 8


@pytest.mark.parametrize(
    ("file", "reason"),
    [
        (zipped(saved(np.zeros(2**20)), zipfile.ZIP_DEFLATED), "compressed"),
        (zipped(saved(np.array([print], object), allow_pickle=True)), "Python objects"),
        (zipped(claiming((2**60, 2**60))), "cut off"),
        (zipped(claiming((-1,))), "cut off"),
        (zipped(b"no array"), "cannot be read"),
        (io.BytesIO(b"no zip"), "cannot be read"),
    ],
    ids=["bomb", "pickle", "huge", "negative", "no array", "no zip"],
)
def test_what_is_no_array_of_a_checkpoint_is_refused(file, reason):
    with pytest.raises(CheckpointError, match=reason):
        read_arrays(file)
