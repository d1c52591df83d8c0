import pytest
from repair_stand_ins import EPOCHS, RATE, Repaired

from keras_stable.cli import fix_programs
from keras_stable.cli.fix_programs import fixed_program
from keras_stable.diagnosis.reporting.report import Report
from keras_stable.repairs import repairing
from keras_stable.scripts.programs import SubjectProgram, UserProgram
from keras_stable.scripts.source_checking import Checked

OPTIONS = {"budget": 1.0, "seconds": 5.0, "seed": 3}
TRAIN = """
import keras
import numpy as np

x = np.zeros((8, 4))
model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
model.compile(keras.optimizers.SGD(9.0), "mse")
"""


def only(texts):
    (text,) = texts.values()
    return text


@pytest.fixture
def repaired(tmp_path, monkeypatch):
    """Returns a function that fixes a program by given changes, and what was asked for on the way."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)

    def run(source, program, *changes):
        asked = {}

        def repair(model, **arguments):
            arguments.pop("progress")
            asked["repair"] = arguments
            return Repaired(changes, "repaired" if changes else "nothing to repair", Report())

        def check(program, fit, texts, options):
            asked["check"] = program, fit, dict(texts), options
            return Checked({})

        monkeypatch.setattr(repairing, "repair", repair)
        monkeypatch.setattr(fix_programs, "checked_source", check)
        (tmp_path / "fixed_train.py").write_text(source)
        return fixed_program(program, 1, OPTIONS), asked

    return run


def test_a_script(repaired):
    program = UserProgram("fixed_train.py")
    result, asked = repaired(f"{TRAIN}model.fit(x, x[:, :1], epochs=2)\n", program, RATE, EPOCHS)
    assert "SGD(0.01)" in only(result.texts)
    assert "epochs=20" in only(result.texts)
    assert {"epochs": 2, **OPTIONS}.items() <= asked["repair"].items()
    assert asked["check"] == (program, 1, dict(result.texts), {"seed": 3, "seconds": 5.0})
    assert result.proof.startswith("Proven: fixed_train.py was run up to its `fit` with this change, and an audit of")


def test_a_script_that_goes_elsewhere(repaired, tmp_path):
    source = f"{TRAIN}import os\nos.chdir('/')\nmodel.fit(x, x[:, :1], epochs=2)\n"
    result, _ = repaired(source, UserProgram("fixed_train.py"), EPOCHS)
    assert "epochs=20" in result.texts[str(tmp_path / "fixed_train.py")]
    assert result.diff.startswith("--- fixed_train.py\n")


def test_a_function_that_returns_a_program(repaired):
    source = f"{TRAIN}def build():\n    model.compile(keras.optimizers.SGD(8.0), 'mse')\n    return model, x, x\n"
    result, _ = repaired(source, SubjectProgram("fixed_train:build"), RATE, EPOCHS)
    assert "SGD(0.01)" in only(result.texts)
    assert [remedy.code for remedy in result.by_hand] == [("epochs=20  # in the call of `fit`",)]
    result, _ = repaired(
        source.replace("x, x\n", "x, x, dict(epochs=2)\n"), SubjectProgram("fixed_train:build"), EPOCHS
    )
    assert "dict(epochs=20)" in only(result.texts)


def test_a_healthy_program_is_not_tried_again(repaired):
    result, asked = repaired(f"{TRAIN}model.fit(x, x[:, :1])\n", UserProgram("fixed_train.py"))
    assert (result.is_wrong, result.changes_files, "check" in asked) == (False, False, False)


def test_a_script_without_a_fit(repaired, capsys):
    with pytest.raises(SystemExit) as ended:
        repaired(TRAIN, UserProgram("fixed_train.py"))
    assert ended.value.code == 2
    assert "did not call `fit`" in capsys.readouterr().err
