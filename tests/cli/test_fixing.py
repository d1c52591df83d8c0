import json

import pytest
from repair_stand_ins import EPOCHS, RATE, Repaired

from keras_stable.cli import fix_programs
from keras_stable.cli.fix_result import FixResult, source_remedies
from keras_stable.source_edits.editing import Unplaced

DIFF = "--- train.py\n+++ train.py\n@@ -1 +1 @@\n-a = 1\n+a = 2\n"
REMEDIES = source_remedies(Repaired((RATE,)))
HAND = Unplaced((EPOCHS.edit,), "so", "train.py", 1, ("epochs=20",))
HEALTHY = FixResult(Repaired(verdict="nothing to repair"))
OFFERED = FixResult(Repaired((RATE,)), DIFF, {"train.py": "a = 2\n"}, REMEDIES)
BY_HAND = FixResult(Repaired((RATE, EPOCHS)), DIFF, {"train.py": "a = 2\n"}, REMEDIES, (HAND,))
NOTHING = FixResult(Repaired(verdict="not repaired"))


@pytest.fixture
def fix(run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "train.py").write_text("a = 1\n")

    def command(result, *arguments):
        monkeypatch.setattr(fix_programs, "fixed_program", lambda program, fit, options: result)
        return run("fix", "train.py", *arguments)

    return command


@pytest.mark.parametrize(
    ("result", "words", "code"),
    [
        (HEALTHY, (), 0),
        (HEALTHY, ("--write",), 0),
        (OFFERED, (), 1),
        (OFFERED, ("--write",), 0),
        (BY_HAND, (), 3),
        (BY_HAND, ("--write",), 3),
        (NOTHING, (), 3),
    ],
    ids=["healthy", "healthy, write", "offered", "written", "by hand", "by hand, write", "nothing helps"],
)
def test_exit_codes_and_what_is_written(fix, tmp_path, result, words, code):
    done = fix(result, *words)
    assert done.exit_code == code
    written = bool(words) and result.changes_files
    assert (tmp_path / "train.py").read_text() == ("a = 2\n" if written else "a = 1\n")
    assert (tmp_path / "train.py.orig").exists() == written
    assert (DIFF in done.stdout) == bool(result.diff)


def test_the_diff_alone_and_the_files(fix, tmp_path):
    done = fix(OFFERED, "--diff", "--json", "out/a.json", "--html", "a.html")
    assert done.stdout == DIFF
    assert json.loads((tmp_path / "out" / "a.json").read_text())["diff"] == DIFF
    assert (tmp_path / "a.html").exists()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--force",), "`force` must be given with --write"),
        (("--budget", "0"), "--budget"),
        (("--seed", "-1"), "--seed"),
        (("--fit", "0"), "--fit"),
        (("--data", "d.npz"), "`data` must be left out for a script"),
        (("--html", "."), "`html` must be a path for a file"),
    ],
)
def test_what_cannot_be_right(fix, words, message):
    done = fix(OFFERED, *words)
    assert done.exit_code == 2
    assert message in done.stderr


def test_a_script_that_cannot_be_written_is_not_run(fix, tmp_path, run, monkeypatch):
    monkeypatch.setattr("os.access", lambda path, mode: "train.py" not in str(path))
    done = fix(None, "--write")
    assert (done.exit_code, "train.py, which cannot be written" in done.stderr) == (2, True)
    assert run("fix", "gone.py").exit_code == 2
    assert run("fix").exit_code == 2
