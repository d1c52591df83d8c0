"""Scripts of different habits, edited: the diff is as small as it can be, and what it gives is Python."""

import ast

import pytest
from script_cases import SCRIPTS, Case, names


@pytest.mark.parametrize("name", names())
def test_the_diff_is_the_expected_one(name):
    case = Case.named(name)
    change = case.change
    assert change.diff() == case.diff
    for text in change.after.values():
        ast.parse(text)
    by_hand = [[remedy.reason, remedy.file, remedy.line, *remedy.code] for remedy in change.unplaced]
    assert by_hand == case.data.get("by_hand", [])


@pytest.mark.parametrize("name", names())
def test_newlines_and_the_other_lines_stay(name):
    case = Case.named(name)
    change = case.change
    for file, text in change.after.items():
        assert ("\r\n" in text) == ("\r\n" in case.read(file))
        assert "\r\n" not in text or "\n" not in text.replace("\r\n", "")
        changed = [line for line in change.diff().splitlines() if line[:1] == "-" and not line.startswith("---")]
        gone = set(case.read(file).splitlines()) - set(text.splitlines())
        assert gone <= {line[1:] for line in changed}


def test_there_are_scripts_of_many_habits():
    assert len(names()) >= 30
    assert {path.stem for path in SCRIPTS.glob("*.diff")} == set(names())
