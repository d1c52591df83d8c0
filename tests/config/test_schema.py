import json

import pytest

from keras_stable.config import config_schema
from keras_stable.config.schema import accepts_null, node_at


def test_the_schema_is_json_and_closed():
    schema = json.loads(json.dumps(config_schema()))
    assert schema["required"] == ["data"]
    closed = [name for name, node in schema["$defs"].items() if node.get("additionalProperties") is False]
    assert set(schema["$defs"]) - set(closed) == {"AugmentationLayer"}
    assert schema["$defs"]["FitConfig"]["properties"]["batch_size"]["minimum"] == 1


@pytest.mark.parametrize(
    ("path", "data", "null"),
    [
        (("data", "path"), {"data": {"kind": "npz"}}, False),
        (("data", "validation_x"), {"data": {"kind": "npz"}}, True),
        (("fit", "class_weight"), {}, True),
        (("fit", "early_stopping"), {}, True),
        (("fit", "epochs"), {}, False),
        (("data", "arguments", "x"), {"data": {"kind": "python"}}, True),
        (("augmentation", 0, "factor"), {"augmentation": [{}]}, True),
    ],
)
def test_whether_a_key_may_be_null(path, data, null):
    assert accepts_null(node_at(path, data)) == null


@pytest.mark.parametrize("path", [("zzz",), ("fit", "zzz"), ("data", "path"), ("seed", "x"), ("fit", "epochs", 0)])
def test_a_key_that_is_not_there_has_no_node(path):
    assert node_at(path, {"data": {"kind": "sklearn"}}) is None
