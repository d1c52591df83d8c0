from dataclasses import replace

import pytest

from keras_stable.diagnosis.judging.causes import grouped
from keras_stable.diagnosis.reporting.finding import Finding
from keras_stable.diagnosis.rule import rule

GRAPH = {"scale": ("gradient",), "rate": ("gradient", "loss"), "gradient": ("loss",), "loss": (), "other": ()}
IDS = {slug: f"MY{place}" for place, slug in enumerate(GRAPH)}
RULES = [rule(IDS[slug], slug, remedy="", explains=explains)(lambda: None) for slug, explains in GRAPH.items()]


def found(slug, severity="warning", score=0.9, where="data"):
    # What orders is the score; that all have one confidence changes nothing.
    return Finding(slug, IDS[slug], severity, where, "", {}, None, "", "", 0.5, score=score)


def tree(*findings):
    return [(each.rule, each.cause) for each in grouped(findings, RULES)]


def test_the_root_comes_first_with_what_it_leads_to():
    assert tree(found("loss", "error"), found("gradient", "error"), found("scale")) == [
        ("scale", ""),
        ("gradient", "scale"),
        ("loss", "scale"),
    ]


def test_it_explains_through_rules_that_found_nothing():
    assert tree(found("loss", "error"), found("scale")) == [("scale", ""), ("loss", "scale")]


def test_what_nothing_explains_stands_by_itself():
    assert tree(found("loss"), found("other")) == [("loss", ""), ("other", "")]


@pytest.mark.parametrize(
    ("scale", "rate", "cause"),
    [
        (("warning", 0.8), ("warning", 0.9), "rate"),
        (("warning", 0.9), ("warning", 0.8), "scale"),
        (("error", 0.5), ("warning", 0.9), "scale"),
    ],
)
def test_of_several_causes_the_graver_and_then_the_surer(scale, rate, cause):
    assert ("gradient", cause) in tree(found("gradient"), found("scale", *scale), found("rate", *rate))


def test_advice_explains_nothing_but_advice():
    assert tree(found("scale", "advice"), found("gradient")) == [("gradient", ""), ("scale", "")]
    assert tree(found("scale", "advice"), found("gradient", "advice")) == [("scale", ""), ("gradient", "scale")]
    assert tree(found("scale", "advice"), found("gradient"), found("loss", "advice")) == [
        ("gradient", ""),
        ("loss", "gradient"),
        ("scale", ""),
    ]


def test_roots_are_ordered_by_severity_then_score_then_what_they_explain():
    order = grouped(
        [found("other", score=0.8), found("rate", score=0.8), found("loss"), found("scale", "error", 0.1)],
        RULES,
    )
    assert [each.rule for each in order if not each.cause] == ["scale", "rate", "other"]


@pytest.mark.parametrize(("rate", "other"), [(0.5, 0.9), (0.9, 0.5)])
def test_of_roots_of_one_severity_the_higher_score_comes_first(rate, other):
    roots = [slug for slug, _ in tree(found("rate", score=rate), found("other", score=other))]
    assert roots == (["rate", "other"] if rate > other else ["other", "rate"])


def test_a_cause_is_as_grave_as_what_it_explains():
    """Whatever it is itself; among equally grave ones the score decides, and then how much they explain."""
    explaining = [found("scale", score=0.5), found("gradient", "error", 0.2)]
    assert tree(found("other", score=0.9), *explaining)[0] == ("scale", "")
    assert tree(found("other", "error", 0.4), *explaining)[0] == ("scale", "")
    assert tree(found("other", "error", 0.6), *explaining)[0] == ("other", "")
    alone = replace(found("scale"), explains=())
    assert tree(alone, found("rate"), found("loss"))[0] == ("rate", "")


def test_findings_of_one_rule_stay_side_by_side():
    first, second = grouped([found("scale", where="a"), found("scale", where="b")], RULES)
    assert (first.where, second.where, first.cause, second.cause) == ("a", "b", "", "")


def test_a_rule_may_name_what_no_rule_here_is():
    alone = rule("MY9", "alone", remedy="", explains=["left-out"])(lambda: None)
    finding = Finding("alone", "MY9", "error", "data", "", {}, None, "", "", 0.9)
    assert [each.cause for each in grouped([finding], [alone])] == [""]
    assert grouped([], RULES) == ()


def test_a_finding_may_explain_less_than_its_rule():
    alone = replace(found("scale"), explains=())
    assert tree(alone, found("gradient")) == [("scale", ""), ("gradient", "")]
    some = replace(found("rate"), explains=("gradient",))
    assert tree(some, found("gradient"), found("loss")) == [("rate", ""), ("gradient", "rate"), ("loss", "rate")]


def test_a_finding_may_explain_more_than_its_rule_does_while_something_explains_it():
    more = replace(found("gradient"), explains=("other",))
    assert tree(found("scale"), more, found("other")) == [("scale", ""), ("gradient", "scale"), ("other", "scale")]


def test_findings_that_explain_each_other_stand_under_the_gravest():
    one, other = replace(found("scale"), explains=("other",)), replace(found("other", "error"), explains=("scale",))
    assert tree(one, other, found("gradient")) == [("other", ""), ("scale", "other"), ("gradient", "other")]


def test_what_leads_into_a_circle_is_its_cause():
    circle = [replace(found(slug), explains=(to,)) for slug, to in (("gradient", "other"), ("other", "gradient"))]
    assert tree(*circle, found("scale", score=0.1)) == [("scale", ""), ("gradient", "scale"), ("other", "scale")]


def test_of_equal_findings_the_id_decides():
    assert tree(found("other"), found("loss")) == [("loss", ""), ("other", "")]
    assert [finding.where for finding in grouped([found("scale", where="b"), found("scale", where="a")], RULES)] == [
        "b",
        "a",
    ]


def test_of_equal_roots_the_one_that_explains_more_comes_first():
    # By id, "scale" would come before "other".
    none, one = replace(found("scale"), explains=()), replace(found("other"), explains=("loss",))
    assert tree(none, one, found("loss")) == [("other", ""), ("loss", "other"), ("scale", "")]
