"""What all commands share."""

import subprocess
import sys

import pytest

from keras_stable.errors import ExportError, InvalidArgumentError

COMMANDS = (
    *("--help", "--version", "train --help", "audit --help", "explain KS401", "explain unknown", "schema"),
    *("audit nope", "audit nope.keras --data nope.npz", "audit a:b --select KS9", "audit a:b --html ."),
    *("fix --help", "fix nope.py", "fix nope.keras --data nope.npz", "fix a:b --force"),
)
LIGHT = """
import sys
{statement}
heavy = [m for m in ("tensorflow", "keras", "sklearn", "matplotlib") if m in sys.modules]
assert not heavy, heavy
"""
RUN_ALL = f"""
from click.testing import CliRunner
from keras_stable.cli import main
for command in {COMMANDS!r}:
    result = CliRunner().invoke(main, command.split())
    assert result.exit_code in (0, 2) and result.output, command
"""


@pytest.mark.parametrize("statement", ["import keras_stable", RUN_ALL], ids=["import", "commands"])
def test_what_needs_no_tensorflow_loads_none(statement):
    script = LIGHT.format(statement=statement)
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("error", "code", "message"),
    [
        (InvalidArgumentError("`x` must be y."), 2, "`x` must be y.\n"),
        (ExportError("It disagrees."), 1, "It disagrees.\n"),
        (KeyboardInterrupt(), 130, "Interrupted.\n"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, BaseException) else "",
)
def test_exceptions_become_one_line_and_an_exit_code(error, code, message, run, monkeypatch):
    def fail(*_):
        raise error

    monkeypatch.setattr("keras_stable.subjects.places.find_subject", fail)
    result = run("audit", "program:build")
    assert (result.exit_code, result.stdout, result.stderr) == (code, "", message)


def test_an_unknown_command(run):
    result = run("trian", "small.yaml")
    assert result.exit_code == 2
    assert "trian" in result.stderr
