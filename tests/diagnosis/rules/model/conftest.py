import pytest

from keras_stable.diagnosis.facts import Learning


@pytest.fixture
def severities():
    """Runs a rule and returns the severities of what it finds, with the judgement given as a state."""

    def run(rule, state="learning", **evidence):
        if "learning" in (*rule.needs, *rule.uses):
            evidence.setdefault("learning", Learning(state=state))
        return [found.severity or rule.severity for found in rule.run(evidence)]

    return run
