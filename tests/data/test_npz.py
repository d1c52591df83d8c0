import numpy as np
import pytest

X = np.arange(24, dtype=np.uint8).reshape(12, 2)
Y = np.arange(12) % 3


@pytest.mark.parametrize("pair", [("x_train", "y_train"), ("x", "y")])
def test_the_usual_names_are_found(pair, load):
    np.savez("a.npz", **dict(zip(pair, (X, Y), strict=True)))
    data = load("npz", path="a.npz", validation_split=0.25)
    assert (len(data.train.x), len(data.validation.x)) == (9, 3)
    assert data.train.x.dtype == np.uint8


def test_x_val_comes_before_x_test(load):
    np.savez("a.npz", x_train=X, y_train=Y, x_test=X[:5], y_test=Y[:5])
    assert len(load("npz", path="a.npz").validation.x) == 5
    np.savez("a.npz", x_train=X, y_train=Y, x_test=X[:5], y_test=Y[:5], x_val=X[:4], y_val=Y[:4])
    assert len(load("npz", path="a.npz").validation.x) == 4


def test_arrays_of_other_names_and_class_names(load):
    np.savez("a.npz", a=X, b=Y, c=X[:4], d=Y[:4], class_names=["p", "q", "r"])
    data = load("npz", path="a.npz", x="a", y="b", validation_x="c", validation_y="d", input_scale=2)
    assert data.class_names == ("p", "q", "r")
    np.testing.assert_array_equal(data.train.x, X.astype(np.float32) * 2)
    assert len(data.validation.x) == 4


@pytest.mark.parametrize(
    ("arrays", "keys", "words"),
    [
        (
            {"x_train": X, "labels": Y},
            {},
            "`data.y` must be an array of a.npz, which holds x_train, labels. Received: data.y='y_train'",
        ),
        ({"a": X}, {}, "`data.x` must be an array of a.npz, which holds a. Received: data.x='x'"),
        ({"a": X, "b": Y}, {"x": "a"}, "`data.y` must be an array of a.npz, which holds a, b. Received"),
        (
            {"x": X, "y": Y, "x_val": X},
            {},
            "`data.validation_y` must be an array of a.npz, which holds x, y, x_val. Received",
        ),
        ({}, {}, "`data.x` must be an array of a.npz, which holds no arrays. Received"),
        (
            {"x": X.astype(object), "y": Y},
            {},
            "`x` must be an array of numbers that can be read without pickle. Received: Object arrays cannot be loaded",
        ),
        ({"x": X, "y": Y[:-1]}, {}, "`x and y` must be of one length. Received: 12 inputs and 11 labels"),
        ({"x": X, "y": Y + 1}, {}, "`y` must be class ids 0 to 3 with a training sample for each;"),
        ({"x": X * np.nan, "y": Y}, {}, "`x` must be finite. Received: NaN or infinity in 12 of 12 rows"),
        ({"x": X, "y": Y, "class_names": ["a"]}, {}, "`class_names` must be one name for each of the 3 classes."),
    ],
)
def test_every_mistake_has_its_line(arrays, keys, words, load, refused):
    np.savez("a.npz", **arrays)
    assert refused(load, "npz", path="a.npz", **keys).startswith(words)


def test_a_file_that_is_no_npz_is_refused(load, refused, tmp_path):
    assert refused(load, "npz", path="no.npz").startswith("`data.path` must be a file that exists. Received: no.npz")
    (tmp_path / "text.npz").write_text("nothing")
    assert refused(load, "npz", path="text.npz").startswith("`data.path` must be an .npz file. Received: text.npz")
    (tmp_path / "empty.npz").touch()
    assert refused(load, "npz", path="empty.npz").startswith("`data.path` must be an .npz file. Received: empty.npz")
    np.save("one.npz.npy", X)
    assert refused(load, "npz", path="one.npz.npy").endswith("Received: one.npz.npy, a single array")


def test_a_broken_archive_is_refused(load, refused, tmp_path):
    np.savez_compressed("a.npz", x=np.random.default_rng(0).normal(size=[200, 50]), y=np.arange(200) % 2)
    content = bytearray((tmp_path / "a.npz").read_bytes())
    (tmp_path / "cut.npz").write_bytes(content[:-500])
    assert refused(load, "npz", path="cut.npz").startswith("`data.path` must be an .npz file. Received: cut.npz")
    content[5000:5100] = bytes(100)
    (tmp_path / "flipped.npz").write_bytes(content)
    assert refused(load, "npz", path="flipped.npz").startswith("`x` must be an array of numbers that can be read")
