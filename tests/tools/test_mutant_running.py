"""Tests run against a module in place of another, in a process that TensorFlow was imported in."""

import subprocess
import sys
from pathlib import Path

TOOLS = Path(__file__).parents[2] / "tools"

SCRIPT = """
import sys
from pathlib import Path

sys.path.insert(0, {tools!r})
from mutant_running import run

root, source = Path.cwd(), Path("pack/adding.py")
text = source.read_text()
tests = ["pack/adding.py", "tests/test_adding.py"]
print(run(root, tests, 60)[0])
for wrong in ("return a - b", "return a + b + 1j", "while True: pass", "return ("):
    print(run(root, tests, 3 if "while" in wrong else 60, source, text.replace("return a + b", wrong))[0])
outcome, said = run(root, tests[1:], 60, source, text.replace("return a + b", "return a * b"))
print(run(root, ["pack/__init__.py"], 60)[0])
print(outcome, "test_it_adds" in said, "pack" in sys.modules, source.read_text() == text)
"""


def test_a_mutant_fails_the_tests_that_the_module_passes(tmp_path):
    (tmp_path / "pack").mkdir()
    (tmp_path / "tests").mkdir()
    (tmp_path / "pack" / "__init__.py").write_text("from pack.adding import add\n")
    (tmp_path / "pack" / "adding.py").write_text('"""Adds."""\n\n\ndef add(a, b):\n    return a + b\n')
    (tmp_path / "tests" / "test_adding.py").write_text(
        "from pack import add\n\n\ndef test_it_adds():\n    assert add(2, 3) == 5\n"
    )
    (tmp_path / "pytest.ini").write_text("[pytest]\naddopts = --import-mode=importlib --doctest-modules\n")
    code = SCRIPT.format(tools=str(TOOLS))
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path)
    assert ended.stdout.split("\n")[:-1] == [
        "passed",
        "failed",
        "failed",
        "timeout",
        "failed",
        "no tests",
        "failed True False True",
    ], ended.stderr
