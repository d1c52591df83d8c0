import pytest

from keras_stable.config.schema import all_paths, node_at
from keras_stable.config.wording import closest, did_you_mean, must_be, shown


@pytest.mark.parametrize(
    ("node", "text"),
    [
        ({"type": "number", "exclusiveMinimum": 0, "maximum": 0.5}, "a number > 0 and <= 0.5"),
        ({"type": "string"}, "a string"),
        ({"type": "boolean"}, "true or false"),
        ({"const": "balanced"}, "balanced"),
        ({"anyOf": [{"type": "string"}, {"type": "integer"}, {"type": "null"}]}, "a string or an integer, or null"),
        ({"type": "array", "items": {"type": "integer"}}, "a list of integers"),
        ({"type": "object"}, "a mapping"),
    ],
)
def test_must_be(node, text):
    assert must_be(node) == text


def test_every_key_of_a_config_can_be_described():
    texts = {path: must_be(node_at(tuple(path.split(".")), {})) for path in all_paths()}
    assert len(texts) > 40
    assert all(texts.values())
    assert texts["fit.batch_size"] == "an integer >= 1"


def test_suggestions():
    assert closest("batchsize", ["batch_size", "epochs"]) == "batch_size"
    assert closest("zzz", ["batch_size", "epochs"]) is None
    assert did_you_mean("zzz", ["batch_size"]) == ""


def test_shown():
    assert shown(1.5) == "1.5"
    assert shown(False) == "false"
    assert len(shown("x" * 100)) == 80
