"""What a probe says of its trials."""

import math

import pytest

from keras_stable.diagnosis.facts import Evaluation, Probe, Trial


def probe(unchanged, changed, **more):
    trials = (Trial("unchanged", loss=unchanged), Trial("learning_rate*10", loss=changed))
    return Probe(trials=trials, **{"before": Evaluation(floor=0.0), **more})


def test_a_trial_is_found_by_its_name():
    both = probe(2.0, 1.0)
    assert both.trial("learning_rate*10").loss == 1.0
    assert both.trial("learning_rate/10") is None


def test_a_gain_is_a_share_of_what_the_unchanged_one_left():
    assert probe(2.0, 0.5).gain("learning_rate*10") == 0.75
    assert probe(2.0, 3.0).gain("learning_rate*10") == -0.5
    assert probe(2.0, 1.5, before=Evaluation(floor=1.0)).gain("learning_rate*10") == 0.5


def test_without_a_floor_the_noise_of_the_losses_is_the_unit():
    losses = tuple(1.0 + 0.1 * (-1) ** step for step in range(40))
    gain = probe(2.0, 1.0, before=Evaluation(floor=math.nan), loss=losses).gain("learning_rate*10")
    # Of second differences of +-0.4, as a standard deviation: 0.4 / 0.6745 / sqrt(6).
    assert gain == pytest.approx(1.0 / (30 * 0.4 / 0.6745 / math.sqrt(6)))


@pytest.mark.parametrize(
    ("unchanged", "changed", "gain"), [(math.inf, 1.0, 1.0), (1.0, math.inf, -1.0), (math.inf, math.inf, 0.0)]
)
def test_to_stay_finite_is_all_there_is_to_gain(unchanged, changed, gain):
    assert probe(unchanged, changed).gain("learning_rate*10") == gain


def test_without_both_trials_there_is_no_gain():
    assert math.isnan(probe(2.0, 1.0).gain("learning_rate/10"))
    assert math.isnan(Probe(trials=(Trial("learning_rate*10"),)).gain("learning_rate*10"))
    assert probe(2.0, 1.0).gain("unchanged") == 0.0
