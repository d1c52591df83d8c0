from types import MappingProxyType

import numpy as np
import pytest

from keras_stable.config import Config, SklearnData, dump_config, load_config, read_config
from keras_stable.errors import ConfigError, InvalidArgumentError

IRIS = {"data": {"kind": "sklearn", "name": "iris"}}


def test_a_config_stays_the_same_object_without_changes():
    config = Config.model_validate(IRIS)
    assert read_config(config) is config


def test_a_path_a_mapping_and_a_config_become_equal_configs(tmp_path):
    path = tmp_path / "iris.yaml"
    path.write_text("data: {kind: sklearn, name: iris}\nfit: {epochs: 7}\nseed: 3\n")
    expected = load_config(path)
    mapping = {"name": "iris", **IRIS}
    for source in (path, str(path), mapping, MappingProxyType(mapping), Config.model_validate(mapping)):
        assert read_config(source, {"fit.epochs": 7}, seed=3) == expected


def test_values_of_python_become_those_of_yaml():
    config = read_config(
        {
            "data": SklearnData(kind="sklearn", name="iris"),
            "model": {"hidden_units": (np.int64(8), 4), "dropout": np.float32(0.5)},
            "fit": {"class_weight": {0: 1, 1: 2, 2: 3}},
        }
    )
    assert (config.model.hidden_units, config.model.dropout) == ((8, 4), 0.5)
    assert config.fit.class_weight == {0: 1, 1: 2, 2: 3}
    assert read_config(config, {"fit.epochs": 2}).fit.class_weight == {0: 1, 1: 2, 2: 3}


def test_the_mapping_is_left_as_it_was():
    mapping = {**IRIS, "fit": {"epochs": 7}}
    read_config(mapping, {"fit.epochs": 2, "data.name": "wine", "optimizer.clipvalue": None})
    assert mapping == {**IRIS, "fit": {"epochs": 7}}
    assert IRIS == {"data": {"kind": "sklearn", "name": "iris"}}


def test_overrides_do_what_they_do_on_the_command_line(tmp_path):
    path = tmp_path / "iris.yaml"
    path.write_text("name: iris\n" + dump_config(Config.model_validate(IRIS)).removeprefix("name: null\n"))
    texts = ["data.kind=npz", "data.path=a.npz", "optimizer.clipvalue=null", "fit.epochs=null"]
    values = {"data.kind": "npz", "data.path": "a.npz", "optimizer.clipvalue": None, "fit.epochs": None}
    expected = load_config(path, ["data.kind=npz", "data.path=a.npz", "optimizer.clipvalue=null", "fit.epochs=null"])
    assert load_config(path, texts) == expected
    assert read_config({"name": "iris", **IRIS}, values) == expected


def test_every_mistake_is_a_line_with_its_source():
    with pytest.raises(ConfigError) as caught:
        read_config({**IRIS, "model": {"encoder": "resnet"}}, {"fit.epoch": 3, "model.encoder.x": 1}, seed=2.5)
    lines = str(caught.value).splitlines()
    assert sorted(line.split(":")[0] for line in lines) == [
        "`model.encoder` must be mlp, conv or module. Received",
        "overrides['fit.epoch']",
        "overrides['model.encoder.x']",
        "seed=2.5",
    ]


@pytest.mark.parametrize("source", [3, None, [IRIS], 2.5])
def test_what_is_no_config(source):
    with pytest.raises(InvalidArgumentError, match="^`config` must be a Config, the path of a YAML file, or a mapping"):
        read_config(source)


@pytest.mark.parametrize("overrides", [["fit.epochs=3"], {3: 4}, {"": 4}, {"fit..epochs": 3}])
def test_what_are_no_overrides(overrides):
    with pytest.raises(InvalidArgumentError, match="^`overrides` must be a mapping of dotted keys such as"):
        read_config(IRIS, overrides)


def test_what_yaml_cannot_hold_is_refused():
    data = {"kind": "python", "target": "module:function", "arguments": {"x": np.zeros(3)}}
    with pytest.raises(ConfigError, match="`config` must hold numbers, text, .* Received: an object of type ndarray$"):
        read_config({"data": data})
