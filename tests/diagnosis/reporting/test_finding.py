"""What a finding is without what it does not say."""

import dataclasses
import math

import pytest

from keras_stable.diagnosis.reporting.finding import Finding

FINDING = Finding("unscaled-inputs", "KS102", "error", "data", "Bad.", {"a": 1.0}, None, "Change it.", "", math.nan)


def test_a_new_finding_is_a_root_cause_of_all_that_its_rule_explains():
    assert (FINDING.cause, FINDING.explains, FINDING.score) == ("", None, 0.9)
    assert (FINDING.edits, FINDING.location) == ((), None)


def test_it_cannot_be_changed_after_it_was_reported():
    with pytest.raises(dataclasses.FrozenInstanceError):
        FINDING.severity = "advice"
    graver = dataclasses.replace(FINDING, cause="other")
    assert (graver.cause, FINDING.cause) == ("other", "")


def test_equal_findings_are_equal():
    assert dataclasses.replace(FINDING, confidence=0.5) == dataclasses.replace(FINDING, confidence=0.5)
    assert dataclasses.replace(FINDING, confidence=0.5) != dataclasses.replace(FINDING, confidence=0.5, where="x")
