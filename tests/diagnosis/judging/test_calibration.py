import math
from itertools import pairwise

import pytest

from keras_stable.diagnosis.judging import calibration
from keras_stable.diagnosis.judging.calibration import calibrated, share_right, standing
from keras_stable.diagnosis.judging.confidence_table import STEPS
from keras_stable.diagnosis.reporting.finding import Finding

SHARES = {
    "first cause": ((0.4, 0.8, 30), (0.9, 0.95, 40)),
    "further cause": ((0.3, 0.5, 25),),
    "explained": ((0.3, 0.2, 90),),
    "advice": ((0.3, 0.1, 90),),
}


def finding(rule, severity="warning", cause="", score=0.9):
    return Finding(rule, "KS1", severity, "data", "", {}, None, "", "", math.nan, cause, None, score)


@pytest.fixture
def shares(monkeypatch):
    monkeypatch.setattr(calibration, "STEPS", SHARES)


@pytest.mark.usefixtures("shares")
def test_it_depends_on_how_a_finding_stands_and_on_its_score():
    report = (
        finding("unscaled-inputs"),
        finding("dead-units", "error", "unscaled-inputs", 1.0),
        finding("unscaled-inputs", score=0.5),
        finding("overfitting", score=0.99),
        finding("unscaled-inputs", "advice"),
        finding("class-imbalance", "advice", score=0.1),
    )
    assert [one.confidence for one in calibrated(report)] == [0.95, 0.2, 0.8, 0.5, 0.1, 0.1]


@pytest.mark.usefixtures("shares")
def test_the_first_cause_is_the_first_that_is_no_advice():
    report = (finding("class-imbalance", "advice"), finding("overfitting"), finding("dead-units"))
    assert [one.confidence for one in calibrated(report)] == [0.1, 0.95, 0.5]
    assert calibrated(()) == ()


@pytest.mark.usefixtures("shares")
def test_order_and_scores_stay():
    report = (finding("overfitting", score=0.2), finding("dead-units", score=0.99), finding("bottleneck", score=0.5))
    assert [(one.rule, one.score) for one in calibrated(report)] == [(one.rule, one.score) for one in report]


@pytest.mark.usefixtures("shares")
def test_nobody_has_measured_a_rule_of_your_own():
    first, second = calibrated((finding("my-own"), finding("overfitting")))
    assert math.isnan(first.confidence)
    assert second.confidence == 0.5


@pytest.mark.usefixtures("shares")
@pytest.mark.parametrize(("score", "share"), [(0.1, 0.8), (0.4, 0.8), (0.899, 0.8), (0.9, 0.95), (1.0, 0.95)])
def test_a_step_begins_at_its_lowest_score(score, share):
    assert share_right("first cause", score) == share


@pytest.mark.parametrize(
    ("severity", "cause", "is_first", "expected"),
    [
        ("error", "", True, "first cause"),
        ("warning", "", False, "further cause"),
        ("error", "overfitting", True, "explained"),
        ("advice", "overfitting", False, "explained"),
        ("advice", "", True, "advice"),
    ],
)
def test_standings(severity, cause, is_first, expected):
    assert standing(severity, cause, is_first) == expected


@pytest.mark.parametrize("name", SHARES)
def test_the_shares_rise_with_the_score_and_none_is_certain(name):
    steps = STEPS[name]
    assert all(low[0] < high[0] and low[1] <= high[1] for low, high in pairwise(steps))
    assert all(0 < share < 1 and number > 0 for _, share, number in steps)
