from dataclasses import replace

import pytest

from keras_stable.diagnosis.reporting.report import Report


def test_it_is_ok_without_error_warning_or_crash(make_finding):
    assert Report().ok
    assert Report((make_finding(severity="advice"),), skipped={"dead-units": "no relu"}).ok
    assert not Report((make_finding(severity="warning"),)).ok
    assert not Report((make_finding(severity="error"),)).ok
    assert not Report(crashed={"dead-units": "KeyError: 'x'"}).ok
    assert Report().ok is True


def test_what_was_not_examined_is_not_healthy(make_finding):
    lost = {"dead-units": "the training step cannot be run: KeyError: 'x'"}
    assert Report(unexamined=lost).ok is None
    assert Report((make_finding(severity="advice"),), unexamined=lost).ok is None
    assert Report((make_finding(severity="warning"),), unexamined=lost).ok is False
    assert Report(crashed={"frozen-model": "KeyError"}, unexamined=lost).ok is False
    text = str(Report(unexamined=lost, passed=("frozen-model",)))
    assert text.startswith(
        "Not everything was examined: 1 rule could not look, because the training step cannot be run"
    )
    assert "NOT EXAMINED: 1 rule." in text
    assert "No errors, no warnings, no advice. Not examined: 1 rule." in text


@pytest.mark.parametrize(("severity", "count"), [("error", 1), ("warning", 2), ("advice", 3)])
def test_findings_of_a_severity_and_above(make_finding, severity, count):
    report = Report(tuple(make_finding(severity=each) for each in ("advice", "error", "warning")))
    assert len(report.at_least(severity)) == count


def test_findings_of_a_rule_by_slug_or_id(make_finding):
    first, second = make_finding(), make_finding("dead-units", "KS405")
    report = Report((first, second, replace(second, where="elsewhere")))
    assert report.of("KS102") == report.of("unscaled-inputs") == (first,)
    assert [each.where for each in report.of("dead-units")] == ["pixels", "elsewhere"]
    assert report.of("KS4") == ()


def test_as_plain_data(sample_report):
    data = sample_report.to_dict()
    assert data["schema_version"] == 1
    assert data["ok"] is False
    assert [each["rule"] for each in data["findings"]] == [each.rule for each in sample_report.findings]
    assert data["passed"] == list(sample_report.passed)
    assert data["facts"]["plan"]["batch_size"] == 32
