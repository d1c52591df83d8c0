import pytest
from repair_stand_ins import EPOCHS, RATE, Repaired, change

from keras_stable.cli.fix_result import FixResult, left_over, source_remedies
from keras_stable.errors import InvalidArgumentError
from keras_stable.scripts.source_checking import Checked
from keras_stable.scripts.source_fix import SourceFix
from keras_stable.source_edits.editing import SourceChange


def test_changes_of_one_rule_belong_together():
    other = change("learning-rate-too-high", "set_argument", "optimizer", "momentum", "0.9")
    remedies = source_remedies(Repaired((RATE, EPOCHS, other)))
    assert [remedy.rule for remedy in remedies] == ["learning-rate-too-high", "slow-convergence"]
    assert remedies[0].edits == (RATE.edit, other.edit)
    assert "p = 0.01" in remedies[0].why
    assert left_over(Repaired()) == frozenset()


def test_nothing_is_written_where_one_file_cannot_be(tmp_path):
    good, gone = tmp_path / "a.py", tmp_path / "gone.py"
    good.write_text("a = 1\n")
    with pytest.raises(InvalidArgumentError, match=r"gone\.py"):
        FixResult(Repaired(), texts={str(good): "a = 2\n", str(gone): "b\n"}).write()
    assert good.read_text() == "a = 1\n"
    assert FixResult(Repaired(), texts={str(good): "a = 2\n"}).write() == (f"Written: {good} (as it was: a.py.orig)",)
    assert good.read_text() == "a = 2\n"


def test_further_files_are_written(tmp_path):
    path = tmp_path / "config.repaired.yaml"
    result = FixResult(Repaired(), new={path: "a: 1\n"})
    assert result.changes_files
    assert result.write() == (f"Written: {path}",)
    assert path.read_text() == "a: 1\n"


def test_a_proof_names_what_is_no_longer_found():
    remedies = source_remedies(Repaired((RATE, EPOCHS)))
    made = SourceChange({"a.py": ""}, {"a.py": "a"}, tuple(remedy.edits for remedy in remedies), ())
    fixed = SourceFix(made, remedies, Checked({"slow-convergence": "advice"}))
    result = FixResult.of(Repaired(), fixed, "It was run")
    assert result.proof == "Proven: It was run, and an audit of it finds no learning-rate-too-high any more."
    assert FixResult.of(Repaired(), SourceFix(made, remedies, None), "").proof == ""
    both = Checked({"slow-convergence": "advice", "learning-rate-too-high": "warning"})
    assert FixResult.of(Repaired(), SourceFix(made, remedies, both), "It").proof.endswith("one of the repaired model.")
