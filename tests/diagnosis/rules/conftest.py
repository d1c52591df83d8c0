"""What the tests of every family of rules share."""

import pytest

from keras_stable.diagnosis.facts import Learning


@pytest.fixture
def found():
    """Returns the findings of a rule as (severity, confidence) pairs."""

    def run(rule, **evidence):
        return [(each.severity or rule.severity, each.confidence) for each in rule.run(evidence)]

    return run


@pytest.fixture
def severity(found):
    """Returns the severity of the one finding of a rule; None without any."""

    def run(rule, **evidence):
        findings = found(rule, **evidence)
        assert len(findings) <= 1
        return findings[0][0] if findings else None

    return run


@pytest.fixture
def learning():
    """Returns a judgement of a state."""

    def judged(state="learning", **more):
        return Learning(state=state, **more)

    return judged


@pytest.fixture
def severities():
    """Runs a rule and returns the severities of what it finds, with the judgement given as a state."""

    def run(rule, state="learning", **evidence):
        if "learning" in (*rule.needs, *rule.uses):
            evidence.setdefault("learning", Learning(state=state))
        return [found.severity or rule.severity for found in rule.run(evidence)]

    return run
