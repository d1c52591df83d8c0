"""`keras-stable run`, and `keras-stable audit` of a script, as a user runs them."""

import json
import subprocess
import sys

import pytest

from keras_stable.cli.programs import user_program
from keras_stable.errors import InvalidArgumentError
from keras_stable.scripts.programs import UserProgram

TRAIN = """
import sys
import keras, numpy as np
print(sys.argv)
x = np.random.default_rng(0).normal(0, 1000, size=(64, 4)).astype("float32")
model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
model.compile("sgd", "mse")
model.fit(x, x[:, :1], epochs=2, verbose=0)
sys.exit(5)
"""


def keras_stable(*arguments, cwd):
    command = [sys.executable, "-m", "keras_stable", *arguments]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, stdin=subprocess.DEVNULL)


def test_audit_of_a_script(tmp_path):
    (tmp_path / "train.py").write_text(TRAIN)
    done = keras_stable("audit", "train.py", "--quick", "--sarif", "a.sarif", "--", "--lr", "0.1", cwd=tmp_path)
    assert done.returncode == 1
    first, *report = done.stdout.splitlines()
    assert first == "['train.py', '--lr', '0.1']"
    assert any("KS102 unscaled-inputs" in line for line in report)
    assert any("train.py:8  model.fit(" in line for line in report)
    results = json.loads((tmp_path / "a.sarif").read_text())["runs"][0]["results"]
    assert results[0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "train.py"


def test_a_recorded_run(tmp_path):
    (tmp_path / "train.py").write_text(TRAIN)
    done = keras_stable("run", "--run-dir", "out", "--seconds", "5", "train.py", "--lr", "0.1", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (5, "['train.py', '--lr', '0.1']\n")
    assert "KS102 unscaled-inputs" in done.stderr
    assert json.loads((tmp_path / "out" / "environment.json").read_text())["program"] == "python train.py --lr 0.1"
    assert sorted(path.name for path in (tmp_path / "out" / "reports").iterdir()) == ["1.html", "1.json", "1.sarif"]
    assert list((tmp_path / "out" / "tensorboard" / "fit_1").iterdir())


@pytest.mark.parametrize(
    ("source", "code", "line"),
    [
        (
            "import sys\nsys.exit(7)",
            7,
            "train.py ended with exit code 7 and did not call `fit`. It did not import keras.",
        ),
        ("import keras", 2, "train.py ended with exit code 0 and did not call `fit`."),
        ("print(input())", 1, "train.py raised an exception and did not call `fit`. It did not import keras."),
    ],
)
def test_a_script_without_fit_gets_one_clear_line(tmp_path, source, code, line):
    (tmp_path / "train.py").write_text(source)
    done = keras_stable("audit", "train.py", cwd=tmp_path)
    assert done.returncode == code
    assert done.stderr.splitlines()[-1] == line


@pytest.mark.parametrize(
    ("name", "arguments", "module", "data", "words"),
    [
        (None, (), None, None, "neither"),
        ("model.keras", ("--lr",), None, None, "given with a script"),
        ("train.py", (), None, "data.npz", "which has its own"),
        ("train.py", (), None, None, "there is no such file"),
        (None, (), "no_such_module", None, "-m"),
    ],
)
def test_what_cannot_be_right_is_said(tmp_path, monkeypatch, name, arguments, module, data, words):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InvalidArgumentError, match=words):
        user_program(name, arguments, module, data)


def test_a_module_takes_all_words_as_its_own():
    program = user_program("--lr", ("0.1",), "json.tool")
    assert program == UserProgram("json.tool", ("--lr", "0.1"), is_module=True)
    assert user_program("model.keras", (), None) is None
