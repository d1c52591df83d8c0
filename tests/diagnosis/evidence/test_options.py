"""Every kind of evidence is named once, provided once, and what rules ask for is among them."""

import dataclasses

import pytest

from keras_stable.diagnosis.evidence.options import EVIDENCE, Options
from keras_stable.diagnosis.evidence.own_programs import OwnPrograms
from keras_stable.diagnosis.rules import all_rules

PROVIDED = {
    name
    for attribute in dir(OwnPrograms)
    if (name := getattr(getattr(OwnPrograms, attribute), "provides", None)) is not None
}


def test_no_kind_is_named_twice():
    assert len(set(EVIDENCE)) == len(EVIDENCE)


def test_every_kind_is_provided():
    assert set(EVIDENCE) <= PROVIDED


@pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.slug)
def test_a_rule_asks_for_nothing_else(rule):
    assert {*rule.needs, *rule.uses} <= set(EVIDENCE)


def test_an_audit_takes_a_minute_unless_told_otherwise_and_does_nothing_dear():
    options = Options()
    assert (options.seconds, options.probe_seconds, options.probe_steps) == (60.0, 60.0, 300)
    assert (options.probe, options.curvature) == (None, None)
    assert (options.gradient_noise, options.rate_range) == (False, False)
    assert options.fit.callbacks == ()


def test_options_cannot_be_changed():
    with pytest.raises(dataclasses.FrozenInstanceError):
        Options().probe = True
