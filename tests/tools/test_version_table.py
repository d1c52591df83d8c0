import runpy
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).parents[2]
TOOL = ROOT / "tools" / "version_table.py"
SMALL = """
import pytest

def test_passes():
    assert True

@pytest.mark.skip(reason="this Keras has no such layer")
def test_is_skipped():
    assert False

def test_fails():
    assert False

def test_has_an_error(missing_fixture):
    assert False
"""


def test_a_row_has_the_versions_and_the_counts(tmp_path):
    (tmp_path / "test_small.py").write_text(SMALL, encoding="utf-8")
    command = [sys.executable, str(TOOL), sys.executable, "--tests", str(tmp_path / "test_small.py")]
    result = subprocess.run(command, capture_output=True, text=True)
    row = [cell.strip() for cell in result.stdout.splitlines()[-1].strip("|").split("|")]
    own = [version(name) for name in ("keras", "tensorflow", "numpy", "tensorboard")]
    assert row == [*own, sys.version.split()[0], "1", "1", "2"]
    assert "this Keras has no such layer" in result.stderr
    assert result.returncode == 1


def test_the_contract_of_the_makefile_is_among_the_tests():
    tests = runpy.run_path(str(TOOL))["TESTS"]
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    contract = text.split("CONTRACT := ")[1].split("\n# ")[0].split("\n\n")[0].replace("\\\n", " ")
    named = [word.strip("'").replace("$(ZOO)", "tests/diagnosis/test_zoo.py") for word in contract.split()]
    named = [word for word in named if word.startswith("tests/")]
    assert len(named) == 12
    assert all(any(word == test or word.startswith(f"{test}/") for test in tests) for word in named)
    assert all((ROOT / word.split("::")[0]).exists() for word in named)
