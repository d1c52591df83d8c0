import gzip
import urllib.error

import keras
import numpy as np
import pytest
from keras.src.utils import file_utils


def idx(array, magic):
    """Returns an array as the gzipped IDX file that fashion_mnist comes in."""
    header = np.array([magic, *array.shape], dtype=">i4").tobytes()
    return gzip.compress(header + array.tobytes())


def test_files_of_the_cache_are_loaded_with_the_test_set_as_validation(load, tmp_path, monkeypatch):
    monkeypatch.setattr(file_utils.config, "keras_home", lambda: str(tmp_path))
    cache = tmp_path / "datasets" / "fashion-mnist"
    cache.mkdir(parents=True)
    x = np.random.default_rng(0).integers(0, 256, [20, 28, 28], dtype=np.uint8)
    y = (np.arange(20) % 10).astype(np.uint8)
    for part, count in (("train", 20), ("t10k", 10)):
        (cache / f"{part}-images-idx3-ubyte.gz").write_bytes(idx(x[:count], 2051))
        (cache / f"{part}-labels-idx1-ubyte.gz").write_bytes(idx(y[:count], 2049))
    data = load("keras", name="fashion_mnist")
    assert (data.input_shape, data.num_classes) == ((28, 28, 1), 10)
    assert (data.train.x.dtype, data.train.y.dtype) == (np.uint8, np.int64)
    np.testing.assert_array_equal(data.train.x[..., 0], x)
    assert len(data.validation.x) == 10


def test_color_images_and_columns_of_labels(load, monkeypatch):
    x, y = np.zeros([10, 4, 4, 3], np.uint8), (np.arange(10) % 2)[:, None]
    monkeypatch.setattr(keras.datasets.cifar10, "load_data", lambda: ((x, y), (x[:2], y[:2])))
    data = load("keras", name="cifar10", input_scale=0.5)
    assert data.input_shape == (4, 4, 3)
    assert data.train.y.tolist() == [0, 1] * 5
    assert data.train.x.dtype == np.float32


@pytest.mark.parametrize("name", ["mnist", "cifar100"])
def test_without_a_network_the_message_says_what_is_needed(name, load, refused, tmp_path, monkeypatch):
    def fail(*_arguments, **_keywords):
        raise urllib.error.URLError("no route to host")

    monkeypatch.setattr(file_utils.config, "keras_home", lambda: str(tmp_path))
    monkeypatch.setattr(file_utils, "urlretrieve", fail)
    line = refused(load, "keras", name=name)
    assert line.startswith("`data.name` must be a data set that Keras has in its cache ($KERAS_HOME/datasets or")
    assert f"data.name='{name}', which raised Exception: URL fetch failure on" in line
    assert "no route to host" in line
