import pytest

from keras_stable.diagnosis.edit import Edit
from keras_stable.scripts.source_checking import Checked
from keras_stable.scripts.source_fix import ScriptSources, SourceRemedy, fix_sources
from keras_stable.source_edits.sites import ProgramSites, Site, Span

EPOCHS = SourceRemedy("too-few", (Edit("set_argument", "fit", "epochs", "9"),), "why")
SHUFFLE = SourceRemedy("unshuffled", (Edit("set_argument", "fit", "shuffle", "True"),), "why")
GONE = SourceRemedy("gone", (Edit("remove", "layer:gone"),), "why")


@pytest.fixture
def sources(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "train.py").write_text("m.fit(x)\n")
    return ScriptSources(ProgramSites({"fit": Site((Span("train.py", 1),), "fit")}))


def test_what_is_proven_is_made(sources):
    asked = []
    fixed = fix_sources(sources, [EPOCHS, GONE], lambda texts: asked.append(dict(texts)) or Checked({}))
    assert fixed.made == (EPOCHS,)
    assert asked == [{"train.py": "m.fit(x, epochs=9)\n"}]
    assert [remedy.edits for remedy in fixed.change.unplaced] == [GONE.edits]


def test_what_is_still_found_is_taken_back(sources):
    fixed = fix_sources(sources, [EPOCHS, SHUFFLE], lambda texts: Checked({"unshuffled": "error"}))
    assert fixed.made == (EPOCHS,)
    assert fixed.change.after["train.py"] == "m.fit(x, epochs=9)\n"
    assert "unshuffled still finds something" in fixed.change.unplaced[0].reason


def test_what_the_repair_itself_has_left_is_no_failure(sources):
    for rules, left in (({"too-few": "warning"}, {"too-few"}), ({"too-few": "advice"}, ())):
        fixed = fix_sources(sources, [EPOCHS], lambda texts, rules=rules: Checked(rules), left)
        assert fixed.made == (EPOCHS,)


def test_a_program_that_fails_is_left_alone(sources):
    fixed = fix_sources(sources, [EPOCHS], lambda texts: Checked({}, failure="ValueError: no"))
    assert (fixed.made, dict(fixed.change.after)) == ((), {})
    assert "failed: ValueError: no" in fixed.change.unplaced[0].reason
    assert fixed.change.unplaced[0].code == ("epochs=9  # in the call of `fit`",)
