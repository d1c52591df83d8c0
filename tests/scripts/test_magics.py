"""`%load_ext keras_stable` and `%%audit`, in a shell of IPython."""

import pytest

interactiveshell = pytest.importorskip("IPython.core.interactiveshell")

BUILD = """
import keras
import numpy as np
x = np.random.default_rng(0).normal(0, 1000, size=(64, 4)).astype("float32")
y = (x[:, 0] > 0).astype("int32")
model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(8, activation="relu"), keras.layers.Dense(2)])
model.compile("sgd", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
"""


@pytest.fixture
def shell():
    made = interactiveshell.InteractiveShell()
    made.run_line_magic("load_ext", "keras_stable")
    return made


def test_a_cell_is_audited_up_to_its_fit(shell, tmp_path, capsys):
    shell.run_cell(BUILD)
    page = tmp_path / "audit.html"
    report = shell.run_cell_magic(
        "audit", f"--seconds 5 --html {page}", "before = 1\nmodel.fit(x, y, verbose=0)\nafter = 1\n"
    )
    assert report.of("unscaled-inputs")
    assert page.is_file()
    assert shell.user_ns["before"] == 1
    assert "after" not in shell.user_ns
    assert "Page: " in capsys.readouterr().out


def test_a_cell_without_fit_and_a_wrong_option_are_said_in_a_line(shell, capsys):
    assert shell.run_cell_magic("audit", "", "a = 1\n") is None
    assert "called `fit` 0 times" in capsys.readouterr().out
    assert shell.run_cell_magic("audit", "--fits 2", "b = 1\n") is None
    assert "The line must be %%audit [--fit N]" in capsys.readouterr().out
    assert "b" not in shell.user_ns


def test_what_a_cell_raises_is_raised(shell):
    with pytest.raises(ZeroDivisionError):
        shell.run_cell_magic("audit", "", "1 / 0\n")
