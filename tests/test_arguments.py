import numpy as np
import pytest

from keras_stable.arguments import is_integer, try_to_make


@pytest.mark.parametrize("value", [1, 7, np.int64(1), np.uint8(200)])
def test_integers_of_python_and_numpy(value):
    assert is_integer(value, at_least=1)


@pytest.mark.parametrize("value", [0, -1, True, 1.0, "1", None, np.float32(1), np.int8(0)])
def test_what_is_no_integer_or_too_small(value):
    assert not is_integer(value, at_least=1)


def test_what_can_be_made_is_not_made(tmp_path):
    try_to_make(tmp_path / "a" / "b" / "c")
    assert list(tmp_path.iterdir()) == []


def test_what_cannot_be_made(tmp_path):
    (tmp_path / "file").write_text("kept")
    with pytest.raises(OSError, match="Not a directory"):
        try_to_make(tmp_path / "file" / "c")
    assert (tmp_path / "file").read_text() == "kept"
