import math

import pytest

from keras_stable.diagnosis.facts import Input, Learning, Probe, Trial
from keras_stable.diagnosis.rules.data.unscaled_inputs import unscaled_inputs

PIXELS = Input(entering_mean=33.0, entering_std=79.0, entering_max=255.0)
LARGE = Input(entering_mean=0.0, entering_std=20.0, entering_max=60.0)
SMALL = Input(entering_mean=0.001, entering_std=0.001, entering_max=0.003)
ONE_HOT = Input(entering_mean=0.0005, entering_std=0.022, entering_max=1.0)


@pytest.mark.parametrize(
    ("given", "state", "expected"),
    [
        (Input(), "stuck", []),
        (PIXELS, "stuck", ["warning"]),
        (PIXELS, "unknown", ["warning"]),
        (PIXELS, "learning", ["advice"]),
        (LARGE, "stuck", ["warning"]),
        (LARGE, "unknown", ["advice"]),
        (LARGE, "learning", ["advice"]),
        (SMALL, "slow", ["warning"]),
        (SMALL, "learning", ["advice"]),
        (ONE_HOT, "stuck", []),
        (Input(entering_mean=math.nan, entering_std=math.nan), "stuck", []),
        (Input(entering_std=300.0, consumer="Embedding"), "stuck", []),
        (Input(entering_std=300.0, normalized_by="normalization"), "stuck", []),
    ],
)
def test_the_scale_counts_by_what_training_made_of_it(severities, given, state, expected):
    assert severities(unscaled_inputs, state, inputs=(given,)) == expected


def test_a_loss_that_only_fell_from_a_huge_one_is_not_learnt(severities):
    learning = Learning(first=80.0, last=2.29, constant_loss=2.3026)
    assert severities(unscaled_inputs, inputs=(PIXELS,), learning=learning) == ["warning"]


def test_a_first_loss_of_many_guesses_is_harm_done_though_it_learns(severities):
    learning = Learning(first=80.0, last=0.8, constant_loss=2.3026)
    assert severities(unscaled_inputs, inputs=(PIXELS,), learning=learning) == ["warning"]
    assert severities(unscaled_inputs, inputs=(LARGE,), learning=learning) == ["advice"]


def tried(loss):
    return Probe(trials=(Trial("unchanged", loss=2.0), Trial("standardized_inputs", loss=loss)))


def test_a_trial_confirms_or_refutes():
    def found(loss, given=LARGE):
        evidence = {"inputs": (given,), "learning": Learning("stuck"), "probe": tried(loss)}
        return next(unscaled_inputs.run(evidence))

    assert found(0.4).confidence == 0.95
    assert found(2.0).severity == "advice"
    assert found(2.0, PIXELS).severity == "warning"
    assert found(2.0, PIXELS).confidence < 0.5
