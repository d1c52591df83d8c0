import subprocess
import sys

import pytest

from keras_stable.errors import InvalidArgumentError
from keras_stable.scripts.programs import UserProgram, command_line

SOURCE = """
import os, sys
import helper
print([__name__, __file__, sys.argv, os.path.basename(sys.path[0]), helper.NAME, __spec__ is None])
print(sys.modules["__main__"].__dict__ is globals())
"""


@pytest.fixture
def jobs(tmp_path, monkeypatch):
    (tmp_path / "jobs").mkdir()
    (tmp_path / "jobs" / "train.py").write_text(SOURCE)
    (tmp_path / "jobs" / "helper.py").write_text("NAME = 'helper'\n")
    (tmp_path / "jobs" / "__init__.py").write_text("")
    monkeypatch.chdir(tmp_path)
    yield tmp_path
    for name in ("helper", "jobs", "jobs.module"):
        sys.modules.pop(name, None)


def test_a_script_sees_what_python_shows_it(jobs, capfd):
    before = sys.argv, list(sys.path), sys.modules["__main__"]
    UserProgram("jobs/train.py", ("--lr", "0.1")).run()
    own = capfd.readouterr().out
    subprocess.run([sys.executable, "jobs/train.py", "--lr", "0.1"], check=True)
    assert own == capfd.readouterr().out
    assert (sys.argv, sys.path, sys.modules["__main__"]) == before


def test_a_module_is_run_as_with_m(jobs, capfd):
    (jobs / "jobs" / "module.py").write_text(
        "import sys\nfrom jobs import helper\nprint(__name__, sys.argv[1:], helper.NAME)"
    )
    program = UserProgram("jobs.module", ("a",), is_module=True)
    program.check()
    program.run()
    assert capfd.readouterr().out == "__main__ ['a'] helper\n"
    assert command_line(program) == "python -m jobs.module a"


@pytest.mark.parametrize(
    ("program", "words"),
    [
        (UserProgram("nothere.py"), "there is no such file"),
        (UserProgram("jobs/text.txt"), r"\.ipynb"),
        (UserProgram("jobs.nothere", is_module=True), "can be imported"),
        (UserProgram("no..module", is_module=True), "can be imported"),
    ],
)
def test_what_is_not_there_is_said_before_anything_runs(jobs, program, words):
    (jobs / "jobs" / "text.txt").write_text("")
    with pytest.raises(InvalidArgumentError, match=words):
        program.check()
