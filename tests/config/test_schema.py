import json
import subprocess
import sys
from pathlib import Path

import pytest

from keras_stable.config import config_schema
from keras_stable.config.schema import accepts_null, node_at

TOOL = Path(__file__).parents[2] / "tools" / "make_schema.py"


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


def test_the_tool_writes_the_schema_and_notices_a_stale_one(tmp_path):
    file = tmp_path / "configs" / "schema.json"

    def run(*arguments):
        return subprocess.run([sys.executable, TOOL, "--to", file, *arguments], capture_output=True, text=True)

    assert run("--check").returncode == 1
    assert run().returncode == 0
    assert json.loads(file.read_text()) == config_schema()
    assert run("--check").returncode == 0
    file.write_text("{}")
    stale = run("--check")
    assert stale.returncode == 1
    assert stale.stderr == f"{file} is stale: run `python tools/make_schema.py`\n"
