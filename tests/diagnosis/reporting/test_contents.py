"""What an audit found, as data."""

import json
import math
from dataclasses import replace

import pytest

from keras_stable.diagnosis.reporting.contents import SCHEMA_VERSION, ReportContents


def test_it_is_ok_without_error_warning_or_crash(make_finding):
    assert ReportContents().ok
    assert ReportContents((make_finding(severity="advice"),), skipped={"dead-units": "no relu"}).ok
    assert not ReportContents((make_finding(severity="warning"),)).ok
    assert not ReportContents((make_finding(severity="error"),)).ok
    assert not ReportContents(crashed={"dead-units": "KeyError: 'x'"}).ok
    assert ReportContents().ok is True


@pytest.mark.parametrize(("severity", "count"), [("error", 1), ("warning", 2), ("advice", 3)])
def test_findings_of_a_severity_and_above(make_finding, severity, count):
    report = ReportContents(tuple(make_finding(severity=each) for each in ("advice", "error", "warning")))
    assert len(report.at_least(severity)) == count


def test_findings_of_a_rule_by_slug_or_id(make_finding):
    first, second = make_finding(), make_finding("dead-units", "KS405")
    report = ReportContents((first, second, replace(second, where="elsewhere")))
    assert report.of("KS102") == report.of("unscaled-inputs") == (first,)
    assert [each.where for each in report.of("dead-units")] == ["pixels", "elsewhere"]
    assert report.of("KS4") == ()


def test_as_plain_data(sample_report):
    data = sample_report.to_dict()
    assert data["schema_version"] == SCHEMA_VERSION == 1
    assert data["ok"] is False
    assert [each["rule"] for each in data["findings"]] == [each.rule for each in sample_report.findings]
    assert data["passed"] == list(sample_report.passed)
    assert data["facts"]["plan"]["batch_size"] == 32


def test_json_has_no_numbers_that_json_lacks(make_finding):
    finding = make_finding(evidence={"a": math.nan, "b": 1.5}, threshold=math.inf)
    text = ReportContents((finding,), about={"seconds": -math.inf}).to_json()
    content = json.loads(text, parse_constant=pytest.fail)
    assert content["findings"][0]["evidence"] == {"a": None, "b": 1.5}
    assert content["findings"][0]["threshold"] is None
    assert content["about"] == {"seconds": None}
    # Indented, for whoever reads it.
    assert text.startswith('{\n  "schema_version"')


def test_everything_is_in_the_data_and_empty_without_findings():
    assert ReportContents().to_dict() == {
        "schema_version": 1,
        "ok": True,
        "verdict": "",
        "about": {},
        "findings": [],
        "skipped": {},
        "crashed": {},
        "unexamined": {},
        "passed": [],
        "facts": {},
    }


def test_sarif_has_the_findings(make_finding):
    [run] = json.loads(ReportContents((make_finding(), make_finding("dead-units", "KS405"))).to_sarif())["runs"]
    assert [result["ruleId"] for result in run["results"]] == ["KS102", "KS405"]


def test_two_reports_do_not_share_what_they_hold():
    first, second = ReportContents(), ReportContents()
    first.skipped["a"] = "b"
    assert second.skipped == {}
