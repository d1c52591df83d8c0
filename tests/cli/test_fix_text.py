from pathlib import Path

from repair_stand_ins import EPOCHS, RATE, Repaired

from keras_stable.cli.fix_result import FixResult, source_remedies
from keras_stable.cli.fix_text import FixText
from keras_stable.diagnosis.reporting.finding import Finding
from keras_stable.diagnosis.reporting.report import Report
from keras_stable.source_edits.editing import Unplaced

DIFF = "--- a.py\n+++ a.py\n@@ -1 +1 @@\n-a\n+b\n"
PASTE = Unplaced((EPOCHS.edit,), "the line makes two", "a.py", 7, ("epochs=20  # in the call of `fit`",))


def test_all_that_a_user_wants_to_know():
    repair = Repaired((RATE, EPOCHS))
    result = FixResult(repair, DIFF, {"a.py": "b\n"}, source_remedies(repair)[:1], (PASTE,), "Proven: so.")
    assert FixText(result).whole().splitlines() == [
        "Repaired.",
        "It took 2.0 trainings of the program.",
        "",
        "learning-rate-too-high: It was wrong. (gain +0.250, p = 0.01)",
        "",
        *DIFF.splitlines(),
        "",
        "Proven: so.",
        "",
        "To paste by hand, at a.py:7, because the line makes two:",
        "    epochs=20  # in the call of `fit`",
        "",
        "Nothing was written: --write makes the change.",
    ]
    assert FixText(result).whole(["Written: a.py"]).endswith("\nWritten: a.py")
    assert FixText(result).diff() == DIFF
    data = FixText(result).as_data()
    assert (data["diff"], data["files"], data["by_hand"][0]["line"]) == (DIFF, ["a.py"], 7)
    assert data["changes"][0]["edits"] == [vars(RATE.edit)]


def test_what_was_found_where_nothing_helps():
    finding = Finding("dead-units", "KS1", "error", "dense", "All are dead.", {}, None, "Do.", "", 0.9)
    text = FixText(FixResult(Repaired((), "not repaired", Report((finding,))))).whole()
    assert "No change was proven" in text
    assert text.endswith("error dead-units at dense: All are dead.")


def test_a_saved_model_is_named():
    text = FixText(FixResult(Repaired((RATE,)), saved=Path("m.repaired.keras"))).whole()
    assert text.endswith("Nothing was written: --write saves the repaired model as m.repaired.keras.")
