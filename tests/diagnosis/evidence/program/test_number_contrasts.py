"""Targets of validation against those of training, by NumPy."""

import numpy as np
import pytest

from keras_stable.diagnosis.evidence.program.number_contrasts import target_contrasts

RNG = np.random.default_rng(0)
PLAIN = RNG.normal(size=(400, 1))


def test_figures_are_those_of_the_numbers():
    validation = RNG.normal(3, 2, size=(100, 1))
    [found] = target_contrasts([("price", 5 * PLAIN + 1, validation)])
    std = (5 * PLAIN).std()
    assert found.mean == pytest.approx((5 * PLAIN + 1).mean())
    assert found.std == pytest.approx(std)
    assert found.shift == pytest.approx((validation.mean() - (5 * PLAIN + 1).mean()) / std)
    assert found.scale == pytest.approx(validation.std() / std)
    assert found.error == pytest.approx(validation.std() / 10 / std)
    quarters = np.split(5 * PLAIN + 1, 4)
    assert found.usual_shift == pytest.approx(max(abs(part.mean() - found.mean) / std for part in quarters))


def test_few_large_values_make_the_spread_uncertain():
    heavy = np.exp(2 * RNG.normal(size=400))
    [plain], [tailed] = (target_contrasts([("y", rows, rows[:100])]) for rows in (PLAIN.ravel(), heavy))
    assert plain.scale_error == pytest.approx(np.sqrt(0.5 * (1 / 100 + 1 / 400)), rel=0.2)
    assert tailed.scale_error > 3 * plain.scale_error


def test_exchanged_outputs_name_each_other():
    height, width = RNG.normal(0, 1, size=400), RNG.normal(10, 3, size=400)
    columns = [("height", height[:300], width[300:]), ("width", width[:300], height[300:])]
    assert [item.exchanged_with for item in target_contrasts(columns)] == ["width", "height"]
    sound = [("height", height[:300], height[300:]), ("width", width[:300], width[300:])]
    assert [item.exchanged_with for item in target_contrasts(sound)] == ["", ""]


def test_outputs_that_are_alike_are_not_told_apart():
    one, other = RNG.normal(size=400), RNG.normal(size=400)
    columns = [("a", one[:300], other[300:]), ("b", other[:300], one[300:])]
    assert [item.exchanged_with for item in target_contrasts(columns)] == ["", ""]


@pytest.mark.parametrize(
    ("training", "validation"),
    [(PLAIN[:10], PLAIN), (PLAIN, PLAIN[:10]), (np.ones(50), PLAIN), (PLAIN, np.full(50, np.nan))],
)
def test_too_few_rows_constant_and_nan_targets_say_nothing(training, validation):
    assert target_contrasts([("y", training, validation)]) == ()
