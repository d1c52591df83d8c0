import pytest
from pydantic import ValidationError

from keras_stable.config import Config, ModelConfig, NpzData, OptimizerConfig
from keras_stable.config.section import Conflict


def test_a_section_cannot_be_changed():
    optimizer = OptimizerConfig()
    with pytest.raises(ValidationError, match="frozen"):
        optimizer.learning_rate = 1.0


def test_a_conflict_reads_like_every_error():
    conflict = Conflict(("optimizer", "momentum"), "0", 0.9)
    assert str(conflict) == "`optimizer.momentum` must be 0. Received: optimizer.momentum=0.9"


def test_a_conflict_is_refused_without_the_loader_too():
    with pytest.raises(ValidationError, match=r"`optimizer.momentum` must be 0 \(momentum is for sgd"):
        OptimizerConfig(name="adam", momentum=0.9)
    with pytest.raises(ValidationError, match=r"`model.module` must be of the form"):
        ModelConfig(encoder="module")


def test_equal_configs_are_equal():
    data = NpzData(kind="npz", path="a.npz")
    assert Config(data=data) == Config.model_validate({"data": {"kind": "npz", "path": "a.npz"}})
