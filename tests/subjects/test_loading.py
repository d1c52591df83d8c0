"""Subjects of every kind; their parts have tests of their own."""

import csv
import shutil
import sys
from pathlib import Path

import keras
import numpy as np
import pytest

from keras_stable.config import dump_config, load_config
from keras_stable.data import load_data
from keras_stable.errors import InvalidArgumentError
from keras_stable.runs.composition import build_model
from keras_stable.runs.fitting import adapted_model
from keras_stable.subjects.loading import load_subject
from keras_stable.subjects.places import find_subject

CONFIG = "data: {kind: sklearn, name: iris}\nfit: {epochs: 7, batch_size: 10, class_weight: balanced}\n"
PROGRAM = """
import keras, numpy as np

@keras.saving.register_keras_serializable(package="{name}")
class Twice(keras.layers.Layer):
    def call(self, x):
        return 2 * x

def build():
    model = keras.Sequential([keras.Input((4,)), Twice(), keras.layers.Dense(3)])
    model.compile("sgd", "mse")
    fit = {{"epochs": 3, "sample_weight": np.ones(8), "validation_split": 0.5}}
    return model, np.ones((8, 4)), np.ones((8, 3)), fit

def data():
    return np.zeros((6, 4)), np.zeros((6, 3)), {{"batch_size": 2}}

def model_alone():
    return build()[0]
"""


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    (tmp_path / "c.yaml").write_text(CONFIG, encoding="utf-8")
    return tmp_path


@pytest.fixture
def program(here):
    name = f"own_{here.name}"
    (here / f"{name}.py").write_text(PROGRAM.format(name=name), encoding="utf-8")
    yield name
    sys.modules.pop(name, None)
    sys.modules.pop(f"{name}_moved", None)
    keras.saving.get_custom_objects().pop(f"{name}>Twice", None)


def load(model, data=None):
    return load_subject(*find_subject(str(model), data))


def test_a_config_gives_the_model_that_its_training_begins_with():
    subject = load("c.yaml")
    config = load_config("c.yaml")
    keras.utils.set_random_seed(config.seed)
    data = load_data(config.data, batch_size=10, seed=config.seed)
    for given, expected in zip(subject.model.weights, adapted_model(config, data).weights, strict=True):
        np.testing.assert_array_equal(given, expected)
    assert {name: subject.arguments[name] for name in ("epochs", "batch_size")} == {"epochs": 7, "batch_size": 10}
    np.testing.assert_array_equal(subject.arguments["x"], data.train.x)
    np.testing.assert_array_equal(subject.arguments["validation_data"][1], data.validation.y)
    assert sorted(subject.arguments["class_weight"]) == [0, 1, 2]


def test_a_run_directory_brings_its_history(here):
    config = load_config("c.yaml")
    (here / "run").mkdir()
    (here / "run" / "config.yaml").write_text(dump_config(config), encoding="utf-8")
    build_model(config, load_data(config.data, batch_size=10, seed=0)).save("run/model.keras")
    with open("run/history.csv", "w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([["epoch", "loss"], [0, 1.0]])
    subject = load("run")
    assert subject.arguments["history"] == Path("run")
    assert subject.arguments["x"].shape == (120, 4)
    assert "history" not in load("c.yaml", "run").arguments
    shutil.copy("c.yaml", "run/model.keras")
    with pytest.raises(InvalidArgumentError, match=r"^`model` must be a saved model that loads"):
        load("run")


def test_other_data_take_the_place_of_all_that_belongs_to_data(program):
    assert set(load(f"{program}:build").arguments) == {"x", "y", "epochs", "sample_weight", "validation_split"}
    other = load(f"{program}:build", f"{program}:data")
    assert set(other.arguments) == {"x", "y", "epochs", "batch_size"}
    assert len(other.arguments["x"]) == 6


def test_the_module_of_the_data_registers_the_classes_of_a_saved_model(program, here):
    load(f"{program}:build").model.save("m.keras")
    keras.saving.get_custom_objects().pop(f"{program}>Twice")
    sys.modules.pop(program)
    np.savez("d.npz", x=np.zeros((6, 4)), y=np.zeros((6, 3)))
    (here / f"{program}.py").rename(here / f"{program}_moved.py")
    with pytest.raises(InvalidArgumentError, match="'Twice'"):
        load("m.keras", "d.npz")
    assert load("m.keras", f"{program}_moved:data").model.layers[0].name.startswith("twice")


def test_a_model_without_data(program):
    with pytest.raises(InvalidArgumentError, match=r"^A model alone brings no data: `--data` must be "):
        load(f"{program}:model_alone")
    assert "x" in load(f"{program}:model_alone", f"{program}:data").arguments
