"""The names in a `.keras` file are those that loading it needs."""

import io
import zipfile

import keras
import numpy as np
import pytest

import keras_stable
from keras_stable.keras_archive import registered_names

GUARDED = keras.optimizers.RMSprop


@pytest.fixture
def model():
    layers = [keras_stable.layers.FeatureNormalization(), keras.layers.Dense(1)]
    model = keras.Sequential([keras.Input((2,)), *layers, keras_stable.layers.FeatureNormalization()])
    optimizer = keras_stable.optimizers.guard(GUARDED)(0.1)
    model.compile(optimizer, "mse")
    model.fit(np.ones((4, 2)), np.ones((4, 1)), verbose=0)
    return model


def test_every_registered_object_is_named_once(model, tmp_path):
    model.save(tmp_path / "model.keras")
    names = registered_names(tmp_path / "model.keras")
    ours = [name for name in names if name.startswith("keras_stable>")]
    assert sorted(ours) == ["keras_stable>FeatureNormalization", f"keras_stable>Guarded.{GUARDED.__module__}.RMSprop"]
    assert len(set(names)) == len(names)
    assert registered_names(io.BytesIO((tmp_path / "model.keras").read_bytes())) == names


def test_what_is_no_keras_file_holds_no_name(tmp_path):
    (tmp_path / "text.keras").write_text('{"registered_name": "keras_stable>AdamW"}')
    with zipfile.ZipFile(tmp_path / "empty.keras", "w") as archive:
        archive.writestr("other.json", "{}")
    with zipfile.ZipFile(tmp_path / "broken.keras", "w") as archive:
        archive.writestr("config.json", "[" * 100_000)
    for path in (
        tmp_path / "broken.keras",
        tmp_path / "text.keras",
        tmp_path / "empty.keras",
        tmp_path,
        tmp_path / "missing.keras",
    ):
        assert registered_names(path) == []
