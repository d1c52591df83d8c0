import math

import pytest

from keras_stable.diagnosis.facts import Learning, Probe, Trial
from keras_stable.diagnosis.rules.compile._rates import best_gain, kernel_update, reaches_beyond_constant


def test_biases_say_nothing_of_the_step():
    probe = Probe(update_ratio={"a/kernel": 0.1, "b/kernel": 0.3, "a/bias": 9.0, "c/kernel": math.nan})
    assert kernel_update(probe) == pytest.approx(0.2)
    assert math.isnan(kernel_update(None))


def test_the_best_of_the_trials_that_were_run():
    probe = Probe(trials=(Trial(loss=2.0), Trial("learning_rate/10", loss=1.0), Trial("learning_rate/100", loss=0.5)))
    assert best_gain(probe, ("learning_rate/10", "learning_rate/100", "adam")) == (0.75, "learning_rate/100")
    assert best_gain(None, ("adam",))[1] == ""
    assert math.isnan(best_gain(probe, ("adam",))[0])


@pytest.mark.parametrize(("loss", "constant", "expected"), [(1.0, 2.0, True), (2.0, 2.0, False), (5.0, math.nan, True)])
def test_a_trial_must_beat_a_constant_answer(loss, constant, expected):
    probe = Probe(trials=(Trial("adam", loss=loss),))
    assert reaches_beyond_constant(probe, "adam", Learning(constant_loss=constant)) == expected
