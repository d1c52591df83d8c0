"""What a report says in words."""

import math

import pytest

from keras_stable.diagnosis.reporting.contents import ReportContents
from keras_stable.diagnosis.reporting.grouping import Entry
from keras_stable.diagnosis.reporting.wording import (
    about,
    about_line,
    by_reason,
    counts,
    figure,
    rules,
    sureness,
    title,
    unexamined,
    verdict,
)


def test_the_verdict_is_the_audits_or_what_weighs_most(make_finding):
    lost, crashed = {"a": "no step"}, {"b": "KeyError"}
    warned, advised = (make_finding(severity="warning"),), (make_finding(severity="advice"),)
    assert verdict(ReportContents(warned, verdict="It learns.")) == "It learns."
    assert verdict(ReportContents(warned, crashed=crashed)) == "Something is wrong with this model."
    crash = verdict(ReportContents(advised, crashed=crashed, unexamined=lost))
    assert crash == "A rule crashed, so this is not the whole picture."
    assert verdict(ReportContents(advised, unexamined=lost)).startswith("Not everything was examined: 1 rule")
    assert verdict(ReportContents(advised)) == "Nothing wrong was found."


def test_of_several_reasons_the_commonest_is_told_and_all_rules_are_counted():
    lost = {"a": "no labels.", "b": "the step fails.", "c": "the step fails."}
    assert unexamined(ReportContents(unexamined=lost)) == (
        "Not everything was examined: 3 rules could not look, because the step fails."
    )
    assert unexamined(ReportContents()) == ""


@pytest.mark.parametrize(
    ("severities", "text"),
    [
        ((), "No errors, no warnings, no advice."),
        (("error",), "1 error, no warnings, no advice."),
        (("error", "warning", "error"), "2 errors, 1 warning, no advice."),
        (("advice",), "No errors, no warnings, 1 piece of advice."),
        (("advice", "advice", "warning", "warning"), "No errors, 2 warnings, 2 pieces of advice."),
    ],
)
def test_findings_are_counted(make_finding, severities, text):
    findings = tuple(make_finding(severity=severity) for severity in severities)
    assert counts(ReportContents(findings)) == text
    assert counts(ReportContents(findings, unexamined={"a": "x", "b": "x"})) == f"{text} Not examined: 2 rules."


def test_what_is_unknown_is_left_out_and_zero_is_not():
    report = ReportContents(about={"a": None, "b": "", "samples": 0, "probe_steps": 1200, "python": "3.12"})
    assert about(report) == [("samples", "0"), ("probe steps", "1,200"), ("Python", "3.12")]
    assert about_line(report) == "0 samples, 1,200 probe steps, Python 3.12"


def test_names_of_libraries_have_their_capitals():
    assert [title(key) for key in ("tensorflow", "numpy", "keras", "batch_size")] == [
        "TensorFlow",
        "NumPy",
        "Keras",
        "batch size",
    ]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (False, "no"),
        (-1234567, "-1,234,567"),
        (0, "0"),
        (2.5, "2.50"),
        (1e15, "1.00e+15"),
        (math.inf, "infinite"),
        ("3.0", "3.0"),
        (None, "None"),
        ((1, 2), "(1, 2)"),
    ],
)
def test_figures(value, text):
    assert figure(value) == text


def entry(make_finding, **finding):
    return Entry((make_finding(**finding),))


def test_how_sure_it_is_is_told_of_root_causes_alone(make_finding):
    assert sureness(entry(make_finding, confidence=0.5)) == "50 % sure"
    assert sureness(entry(make_finding, confidence=0.994)) == "99 % sure"
    for silent in ({"severity": "advice"}, {"cause": "dead-units"}, {"confidence": math.nan}):
        assert sureness(entry(make_finding, **silent)) == ""


def test_reasons_are_in_the_order_of_their_number_and_then_of_their_rules():
    reasons = by_reason({"a": "x", "b": "y", "c": "z", "d": "y", "e": "z"})
    assert list(reasons.items()) == [("y", ["b", "d"]), ("z", ["c", "e"]), ("x", ["a"])]
    assert by_reason({}) == {}


@pytest.mark.parametrize(("number", "text"), [(0, "0 rules"), (1, "1 rule"), (2, "2 rules"), (1000, "1,000 rules")])
def test_rules_are_counted(number, text):
    assert rules(number) == text
