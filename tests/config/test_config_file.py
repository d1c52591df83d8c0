import subprocess
import sys

import pytest

from keras_stable.config import Config, dump_config, load_config
from keras_stable.errors import ConfigError

SMALL = "data: {kind: sklearn, name: digits}\n"
FULL = """
name: full run
seed: 7
deterministic: false
data: {kind: python, target: "pack.module:make", arguments: {no: on, rate: 1e-3, "3": [1, {a: null}]}, input_scale: 100}
model: {encoder: module, module: "pack.nets:net", module_arguments: {width: 3}, logit_scaling: false}
augmentation:
- {layer: RandomRotation, factor: 0.1}
- {layer: RandomTranslation, height_factor: [-0.1, 0.1], width_factor: 0.1}
loss: {label_smoothing: 0.1, focal_gamma: 2}
optimizer: {name: sgd, momentum: 0.9, learning_rate_schedule: cosine, warmup_epochs: 0.5, clipvalue: null}
fit: {class_weight: {0: 1, 1: 2.5}, early_stopping: {patience: 2}, mixed_precision: mixed_bfloat16}
"""


def test_a_small_config_takes_the_defaults(load):
    config = load(SMALL)
    assert config == Config.model_validate({"name": "c", "data": {"kind": "sklearn", "name": "digits"}})
    assert config.optimizer.clipvalue == 10.0
    assert config.optimizer.global_clipnorm == 0.5
    assert config.model.hidden_units == (128, 64)


def test_values_arrive_as_they_are_written(load):
    config = load(FULL)
    assert config.name == "full run"
    assert config.data.arguments == {"no": "on", "rate": 0.001, "3": [1, {"a": None}]}
    assert config.augmentation[1].arguments == {"height_factor": [-0.1, 0.1], "width_factor": 0.1}
    assert config.fit.class_weight == {0: 1.0, 1: 2.5}
    assert config.fit.early_stopping.monitor == "val_loss"
    assert config.optimizer.clipvalue is None


@pytest.mark.parametrize("text", [SMALL, FULL])
def test_a_dumped_config_loads_equal(text, load):
    config = load(text)
    assert load(dump_config(config)) == config


@pytest.mark.parametrize(
    ("file", "name"), [("a b.yaml", "a b"), ("(x).yaml", "_x_"), (".yaml", "yaml"), ("-.yaml", "config")]
)
def test_the_name_is_that_of_the_file(file, name, tmp_path):
    (tmp_path / file).write_text(SMALL)
    assert load_config(tmp_path / file).name == name


def test_a_byte_order_mark_is_no_mistake(tmp_path):
    (tmp_path / "c.yaml").write_text(SMALL, encoding="utf-8-sig")
    assert load_config(tmp_path / "c.yaml").data.name == "digits"


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (b"", "c.yaml: the config must be a mapping with the key `data`. Received: an empty file"),
        (b"# nothing\n", "c.yaml: the config must be a mapping with the key `data`. Received: an empty file"),
        (b"name: \xff\n", "c.yaml: the config must be UTF-8 text. Received: byte 0xff at 6"),
        (b"- 1\n", "c.yaml:1: the config must be a mapping with the key `data`. Received: [1]"),
        (b"a: 1\n\tb: 2\n", "c.yaml:2: the config must be valid YAML. Received: a tab where YAML wants spaces"),
    ],
)
def test_a_file_that_is_no_config_gets_one_line(content, line, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "c.yaml").write_bytes(content)
    with pytest.raises(ConfigError) as caught:
        load_config("c.yaml")
    assert str(caught.value) == line


def test_a_missing_file_and_a_directory_get_one_line(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(
        ConfigError, match=r"^no\.yaml: the config must be a file that exists\. Received: no such file$"
    ):
        load_config("no.yaml")
    with pytest.raises(ConfigError, match=r"the config must be a file\. Received: a directory$"):
        load_config(tmp_path)
    (tmp_path / "file").touch()
    with pytest.raises(ConfigError, match=r"the config must be a readable file\. Received: Not a directory$"):
        load_config("file/c.yaml")
    with pytest.raises(ConfigError, match=r"the config must be a readable file\. Received: embedded null byte$"):
        load_config("a\0b")


def test_every_mistake_is_reported_at_once_in_the_order_of_the_file(mistakes):
    text = """sed: 1
data:
  kind: npz
  validation_x: a
model: {encoder: mlp, module: "a:b", dropout: 1}
optimizer:
  momentum: 0.9
  clipvalue: 1
  clipvalue: 2
fit: {epochs: 1e-3}
"""
    assert [line.split(" must be")[0] for line in mistakes(text, "seed=x", "loss.gama=1")] == [
        "c.yaml:1: `sed`",
        "c.yaml:2: `data.path`",
        "c.yaml:5: `model.dropout`",
        "c.yaml:5: `model.module`",
        "c.yaml:7: `optimizer.momentum`",
        "c.yaml:9: `optimizer.clipvalue`",
        "c.yaml:10: `fit.epochs`",
        "--set loss.gama=1: `loss.gama`",
        "--set seed=x: `seed`",
    ]


def test_a_repeated_key_names_both_lines(mistakes):
    assert mistakes(f"seed: 1\n{SMALL}seed: 2\n") == ["c.yaml:3: `seed` must be given once. Received: lines 1 and 3"]


def test_configs_need_no_tensorflow():
    code = "import sys, keras_stable.config; print({'tensorflow', 'keras', 'numpy'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"
