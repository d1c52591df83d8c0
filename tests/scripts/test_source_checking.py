import json
from pathlib import Path

from keras_stable.scripts.source_checking import Checked, checked_source, main

QUICK = {"probe": False, "seconds": 5.0}


def test_a_changed_script_is_run_and_audited_in_a_process_of_its_own(program):
    script = program("model = build()\nmodel.fit(x, y)")
    text = Path(script.name).read_text()
    checked = checked_source(script, 1, {script.name: text.replace("model.fit(x, y)", "model.fit(x / 1000, y)")}, QUICK)
    assert (checked.failure, "unscaled-inputs" in checked.rules) == ("", False)
    assert Path(script.name).read_text() == text


def asked(program, tmp_path, text):
    """What the other process does, in this one."""
    order, answer = tmp_path / "order.json", tmp_path / "answer.json"
    named = {"name": program.name, "arguments": list(program.arguments), "is_module": False, "source": None}
    words = {"kind": "UserProgram", "program": named, "fit": 1, "texts": {program.name: text}, "options": QUICK}
    order.write_text(json.dumps(words))
    main(str(order), str(answer))
    return Checked(**json.loads(answer.read_text()))


def test_what_is_still_wrong_is_said(program, tmp_path):
    script = program("model = build()\nmodel.fit(x, y)")
    checked = asked(script, tmp_path, Path(script.name).read_text())
    assert checked.rules["unscaled-inputs"] == "warning"


def test_a_script_that_fails_says_how(program, tmp_path):
    script = program("model = build()\nmodel.fit(x, y)")
    assert asked(script, tmp_path, "1 / 0\n").failure == "ZeroDivisionError: division by zero"
    assert asked(script, tmp_path, "a = 1\n").failure == "it did not reach its `fit`"
