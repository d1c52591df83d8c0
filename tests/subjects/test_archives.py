"""The data of an .npz file."""

import numpy as np
import pytest

from keras_stable.errors import InvalidArgumentError
from keras_stable.subjects.archives import read_archive

X, Y = np.arange(6.0).reshape(3, 2), np.array([0.5, 1.5, 2.5])


@pytest.mark.parametrize(
    ("names", "validation"),
    [
        (("x", "y"), None),
        (("x_train", "y_train"), None),
        (("x_train", "y_train", "x_test", "y_test"), "test"),
        (("x", "y", "x_val", "y_val", "x_test", "y_test"), "val"),
    ],
)
def test_names(names, validation, tmp_path):
    held = {name: (X if name[0] == "x" else Y) + len(name) for name in names}
    np.savez(tmp_path / "d.npz", **held)
    found = read_archive(tmp_path / "d.npz")
    np.testing.assert_array_equal(found.pop("x"), held[names[0]])
    np.testing.assert_array_equal(found.pop("y"), held[names[1]])
    assert set(found) == ({"validation_data"} if validation else set())
    if validation:
        np.testing.assert_array_equal(found["validation_data"][1], held[f"y_{validation}"])


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"images": X}, "with x_train and y_train, or x and y. Received: data=.*d.npz', which holds images$"),
        ({}, "with .*, which holds no arrays$"),
        ({"x": np.array([1, None]), "y": Y}, "of arrays that need no pickle. Received: data='.*d.npz' "),
    ],
)
def test_arrays_that_are_missing_or_pickled(arrays, message, tmp_path):
    np.savez(tmp_path / "d.npz", **arrays)
    with pytest.raises(InvalidArgumentError, match=rf"^`data` must be an .npz file {message}"):
        read_archive(tmp_path / "d.npz")


def test_a_broken_file(tmp_path):
    path = tmp_path / "d.npz"
    np.savez(path, x=X, y=Y)
    content = bytearray(path.read_bytes())
    content[100:140] = bytes(40)
    path.write_bytes(content)
    with pytest.raises(InvalidArgumentError, match=r"^`data` must be an .npz file.*BadZipFile"):
        read_archive(path)
