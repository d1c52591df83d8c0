import re

import calibrate
import numpy as np
import pytest
from calibrate import ROOT, cases_of, generated, main
from reliability import calibration_error, predicted
from reliability_page import PRINTED
from zoo import verdicts
from zoo.verdicts import Statement, Verdict

from keras_stable.diagnosis.judging.confidence_table import STEPS


@pytest.fixture(scope="module")
def cases():
    return list(cases_of(verdicts.read()))


def test_the_package_and_the_page_hold_what_golden_says():
    for name, text in generated().items():
        assert (ROOT / name).read_text(encoding="utf-8") == text, f"{name}: run `python tools/calibrate.py`"


def test_a_stale_file_is_noticed_and_mended(tmp_path, monkeypatch, capsys):
    texts = {"a.py": "new\n", "b.md": "page\n"}
    monkeypatch.setattr(calibrate, "ROOT", tmp_path)
    monkeypatch.setattr(calibrate, "generated", lambda: texts)
    (tmp_path / "a.py").write_text("old\n")
    monkeypatch.setattr("sys.argv", ["calibrate.py", "--check"])
    assert main() == 1
    assert capsys.readouterr().err.splitlines() == [
        f"{name} is stale: run `python tools/calibrate.py`" for name in ("a.py", "b.md")
    ]
    assert (tmp_path / "a.py").read_text() == "old\n"
    monkeypatch.setattr("sys.argv", ["calibrate.py"])
    assert main() == 0
    monkeypatch.setattr("sys.argv", ["calibrate.py", "--check"])
    assert main() == 0
    assert {name: (tmp_path / name).read_text() for name in texts} == texts


def test_what_is_printed_is_calibrated(cases):
    own = np.array([case.standing in PRINTED for case in cases])
    right = np.array([case.right for case in cases])
    said = predicted(cases)
    assert own.sum() >= 100
    assert calibration_error(said[:, own], right[own]) <= 0.08
    assert calibration_error(said, right) <= 0.08


def test_a_finding_is_right_where_the_program_accepts_its_rule():
    def verdict(*texts):
        return Verdict("stuck", tuple(map(Statement.of, texts)))

    kept = {
        "labels_all_one before": verdict(
            "error constant-labels 0.98",
            "warning dead-units 0.8 by constant-labels",
            "error dead-units 0.7 by constant-labels",
            "warning class-imbalance 0.7",
            "advice constant-labels 0.5",
        ),
        "conv_net after": verdict("advice few-samples-per-class 0.5", "warning overfitting 0.7"),
    }
    assert [tuple(case) for case in cases_of(kept)] == [
        ("labels_all_one", "first cause", 0.98, True),
        ("labels_all_one", "explained", 0.8, False),
        ("labels_all_one", "further cause", 0.7, False),
        ("labels_all_one", "advice", 0.5, True),
        ("conv_net", "advice", 0.5, False),
        ("conv_net", "first cause", 0.7, False),
    ]


def test_the_sample_in_the_readme_is_as_sure_as_a_report_can_be():
    said = re.findall(r"\((\d+) % sure\)", (ROOT / "README.md").read_text(encoding="utf-8"))
    assert len(said) == 1
    assert int(said[0]) in {round(100 * share) for _, share, _ in STEPS["first cause"]}
