import math
from pathlib import Path

import pytest

from keras_stable.diagnosis.judging.calibration import share_right
from keras_stable.diagnosis.judging.runner import Evidence, run_rules
from keras_stable.diagnosis.rule import Found, Lost, Skip, rule


def made(slug, check, id="MY1", **more):
    return rule(id, slug, **{"remedy": "Change it.", **more})(check)


@rule("MY1", "wide", remedy="Change it.", severity="error")
def wide(plan):
    """Finds."""
    yield Found("data", "It is wide.", {"width": 3}, threshold=2.0)
    yield Found("model", "It is wider.", severity="advice", remedy="Leave it.", confidence=0.4)


@rule("MY2", "narrow", remedy="Change it.")
def narrow(plan):
    """Finds nothing."""


@rule("MY3", "broken", remedy="Change it.")
def broken(plan):
    """Crashes after its first finding."""
    yield Found("data", "Half of the truth.")
    raise ZeroDivisionError("by zero\nand more")


@rule("MY4", "elsewhere", remedy="Change it.")
def elsewhere(plan, weather):
    """Needs what there is not."""


@rule("MY5", "modest", remedy="Change it.")
def modest(plan, weather=None, probe=None):
    """Does without."""
    yield Found("data", f"{plan} {weather} {probe}")


@rule("MY6", "doubtful", remedy="Change it.")
def doubtful(plan):
    """Does not apply."""
    yield Found("data", "This is not said.")
    raise Skip("it is raining")


def no_probe():
    raise Skip("the probe was left out")


EVIDENCE = {"plan": lambda: "PLAN", "probe": no_probe}


def test_one_rule_that_fails_hides_no_other():
    report = run_rules([broken, elsewhere, doubtful, wide, narrow], Evidence(EVIDENCE))
    assert [each.rule for each in report.findings] == ["wide", "wide"]
    assert report.crashed == {"broken": "ZeroDivisionError: by zero"}
    assert report.skipped == {"elsewhere": "there is no evidence named 'weather'", "doubtful": "it is raining"}
    assert report.passed == ("narrow",)
    assert not report.ok


def test_a_rule_that_lost_evidence_has_not_passed():
    """Neither one that needs it, nor one that looked without it and found nothing; one that found has looked enough."""

    def lost():
        raise Lost("the training step cannot be run: KeyError")

    found = made("found", lambda plan, probe=None: [Found("data", "Bad.")], id="MY7")
    silent = made("silent", lambda plan, probe=None: None, id="MY8")
    needing = made("needing", lambda probe: None, id="MY9")
    report = run_rules([found, silent, needing, narrow], Evidence({"plan": lambda: "PLAN", "probe": lost}))
    assert set(report.unexamined) == {"silent", "needing"}
    assert report.passed == ("narrow",)
    assert not report.skipped
    assert [finding.rule for finding in report.findings] == ["found"]
    left_out = run_rules([silent, needing], Evidence(EVIDENCE))
    assert not left_out.unexamined
    assert left_out.ok is True


def test_a_finding_takes_from_its_rule_what_it_does_not_say():
    first, second = run_rules([wide], Evidence(EVIDENCE)).findings
    assert (first.id, first.severity, first.remedy, first.score) == ("MY1", "error", "Change it.", 0.9)
    assert (first.where, first.evidence, first.threshold) == ("data", {"width": 3}, 2.0)
    assert first.url == Path(__file__).resolve().as_uri()
    assert (second.severity, second.remedy, second.score) == ("advice", "Leave it.", 0.4)


def test_how_sure_a_finding_is_was_measured_for_the_packages_rules_alone():
    """It follows from how a finding stands under its causes, so only the whole report can say it."""
    cause = made("unscaled-inputs", lambda plan: [Found("data", "Large.", confidence=0.6)], explains=["dead-units"])
    symptom = made("dead-units", lambda plan: [Found("data", "Dead.", confidence=0.6)], id="MY2")
    findings = run_rules([wide, symptom, cause], Evidence(EVIDENCE)).findings
    assert [finding.rule for finding in findings] == ["wide", "unscaled-inputs", "dead-units", "wide"]
    own, further, explained, advice = (finding.confidence for finding in findings)
    assert math.isnan(own)
    assert math.isnan(advice)
    assert further == share_right("further cause", 0.6)
    assert explained == share_right("explained", 0.6)


def test_optional_evidence_that_is_not_to_be_had_takes_its_default():
    (only,) = run_rules([modest], Evidence(EVIDENCE)).findings
    assert only.message == "PLAN None None"


def test_a_provider_that_breaks_is_a_crash_of_the_rules_that_ask():
    def full():
        raise OSError("disk full")

    report = run_rules([modest, wide], Evidence({"plan": lambda: "PLAN", "weather": full}))
    assert report.crashed == {"modest": "OSError: disk full"}
    assert len(report.findings) == 2


def test_evidence_is_gathered_when_asked_for_and_once():
    asked = []

    def plan():
        asked.append("plan")
        return "PLAN"

    def probe():
        asked.append("probe")
        raise Skip("no time")

    evidence = Evidence({"plan": plan, "probe": probe, "weather": lambda: asked.append("weather")})
    for _ in range(2):
        assert evidence["plan"] == "PLAN"
        with pytest.raises(Skip, match="no time"):
            evidence["probe"]
    assert asked == ["plan", "probe"]
    assert evidence.gathered == {"plan": "PLAN"}
    assert (len(evidence), list(evidence)) == (3, ["plan", "probe", "weather"])


def test_progress_names_each_rule_before_it_runs():
    said = []
    run_rules([wide, broken, narrow], Evidence(EVIDENCE), said.append)
    assert said == ["wide", "broken", "narrow"]


def test_findings_are_put_under_their_cause():
    cause = made("scale", lambda plan: [Found("data", "Large.")], id="MY7", explains=["wide"])
    report = run_rules([wide, cause], Evidence(EVIDENCE))
    assert [(each.rule, each.cause) for each in report.findings] == [
        ("scale", ""),
        ("wide", "scale"),
        ("wide", "scale"),
    ]


def test_why_evidence_cannot_be_had():
    evidence = Evidence({"answer": lambda: 42, "broken": lambda: 1 // 0})
    assert evidence.failure("answer") is None
    assert isinstance(evidence.failure("broken"), ZeroDivisionError)
    assert isinstance(evidence.failure("unknown"), Skip)
    assert list(evidence.failures) == ["broken"]
