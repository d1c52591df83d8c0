"""`keras-stable export`, with a proof in a fresh process, and `--verify`."""

import json

import keras
import numpy as np
import pytest


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    x = np.random.default_rng(0).normal(size=(40, 3)).astype("float32")
    model = keras.Sequential([keras.Input((3,), name="row"), keras.layers.Dense(2, activation="softmax")])
    model.save("model.keras")
    np.savez("data.npz", x=x, y=model.predict(x, verbose=0).argmax(1))
    return tmp_path


def test_an_export_is_written_proven_and_verified(run, here):
    result = run("export", "model.keras", "--to", "served", "--class-names", "no, yes")
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith("SavedModel: served/1 (agrees with the model to ")
    assert json.loads((here / "served" / "1" / "card.json").read_text())["class_names"] == ["no", "yes"]
    result = run("export", "--verify", "served")
    assert result.exit_code == 0, result.output
    assert "served/1: 7 files as exported, proof repeated, largest difference" in result.stdout
    (here / "served" / "1" / "card.md").write_text("other")
    result = run("export", "--verify", "served")
    assert result.exit_code == 1
    assert "card.md was altered" in result.stderr


def test_int8_says_what_it_costs(run, here):
    arguments = ["--format", "onnx", "--quantize", "int8", "--data", "data.npz", "--no-audit"]
    result = run("export", "model.keras", "--to", "small", *arguments)
    assert result.exit_code == 0, result.output
    assert "ONNX: small/1 (int8 on 40 samples: largest difference " in result.stdout
    assert "float 1.0000)" in result.stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["model.keras"], "`--to` must be given, or --verify"),
        (["--to", "x"], "`RUN` must be given"),
        (["model.keras", "--verify", "x"], "`--verify` must be given alone"),
        (["--verify", "x"], "`path` must be the directory of an export"),
        (["model.keras", "--to", "x", "--format", "pmml"], "'pmml'"),
        (["model.keras", "--to", "x", "--encoder", "nose"], "`encoder` must be a layer of the model"),
        (["model.keras", "--to", "x", "--quantize", "int8"], "`samples` must be given, to quantize by"),
    ],
)
def test_a_mistake_has_exit_code_2_and_writes_nothing(arguments, message, run, here):
    result = run("export", *arguments)
    assert result.exit_code == 2, result.output
    assert message in result.stderr
    assert not (here / "x").exists()
