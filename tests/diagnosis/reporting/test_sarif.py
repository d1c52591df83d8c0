import json
from dataclasses import replace

from keras_stable.diagnosis.reporting.code_location import CodeLocation
from keras_stable.diagnosis.reporting.finding import Finding
from keras_stable.diagnosis.reporting.sarif import sarif_text

ERROR = Finding("exploding-gradients", "KS401", "error", "dense", "It is 100.", {}, 10.0, "Clip.", "", 0.9)
ADVICE = Finding("noisy-gradient", "KS414", "advice", "training", "It is noisy.", {}, None, "Wait.", "", 0.9)


def test_every_finding_is_a_result_of_its_rule(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    located = replace(ERROR, location=CodeLocation("jobs/train it.py", 12, "model.fit(x)"))
    elsewhere = replace(ADVICE, location=CodeLocation("/other/train.py", 3))
    (run,) = json.loads(sarif_text([located, ADVICE, elsewhere]))["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert [(rule["id"], rule["name"]) for rule in rules] == [
        ("KS401", "exploding-gradients"),
        ("KS414", "noisy-gradient"),
    ]
    first, second, third = run["results"]
    assert [result["level"] for result in run["results"]] == ["error", "note", "note"]
    assert [rules[result["ruleIndex"]]["id"] for result in run["results"]] == ["KS401", "KS414", "KS414"]
    assert first["message"]["text"] == "dense: It is 100. Clip."
    place = first["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "jobs/train%20it.py"
    assert place["region"] == {"startLine": 12, "snippet": {"text": "model.fit(x)"}}
    assert "locations" not in second
    assert third["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "file:///other/train.py"
