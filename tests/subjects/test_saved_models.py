"""Saved models, and those that do not load."""

import warnings
import zipfile

import keras
import numpy as np
import pytest

from keras_stable.errors import InvalidArgumentError
from keras_stable.subjects.saved_models import read_model


def save(path, *layers, loss="mse"):
    model = keras.Sequential([keras.Input((2,)), *layers, keras.layers.Dense(1)])
    model.compile("adam", loss)
    model.save(path)
    return model


class Doubled(keras.layers.Layer):
    def call(self, x):
        return 2 * x


def own_activation(x):
    return x


def own_loss(y_true, y_pred):
    return keras.ops.mean(keras.ops.abs(y_true - y_pred))


def test_a_model_that_took_no_step_loads_without_a_warning(tmp_path):
    model = save(tmp_path / "m.keras")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        loaded = read_model(tmp_path / "m.keras")
    assert loaded.compiled
    np.testing.assert_array_equal(loaded.layers[-1].kernel, model.layers[-1].kernel)


@pytest.mark.parametrize(
    ("layers", "loss", "words"),
    [
        ([Doubled()], "mse", "of registered classes and functions; .* with 'Doubled'$"),
        ([keras.layers.Dense(2, own_activation)], "mse", "of registered .* with 'own_activation'$"),
        ([], own_loss, "of registered .* with 'own_loss'$"),
        ([keras.layers.Lambda(lambda x: 2 * x)], "mse", "without Lambda layers, which Keras does not trust; "),
    ],
    ids=["layer", "function", "loss", "lambda"],
)
def test_what_keras_cannot_load_says_what_to_do_instead(layers, loss, words, tmp_path):
    save(tmp_path / "m.keras", *layers, loss=loss)
    with pytest.raises(InvalidArgumentError, match=f"^`model` must be a saved model {words}") as caught:
        read_model(tmp_path / "m.keras")
    assert "package.module:function can return (model, x, y) instead" in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(("name", "content"), [("metadata.json", "{"), ("other", "text")])
def test_an_archive_that_is_no_model(name, content, tmp_path):
    with zipfile.ZipFile(tmp_path / "m.keras", "w") as file:
        file.writestr(name, content)
    with pytest.raises(
        InvalidArgumentError, match=r"^`model` must be a saved model that loads. Received: model=.*Error"
    ):
        read_model(tmp_path / "m.keras")


def test_a_broken_hdf5_file(tmp_path):
    (tmp_path / "m.h5").write_text("text")
    with pytest.raises(InvalidArgumentError, match=r"^`model` must be a saved model that loads. .*\(OSError"):
        read_model(tmp_path / "m.h5")
