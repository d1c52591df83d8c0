import numpy as np
import pytest

from keras_stable.diagnosis.edit import Edit
from keras_stable.repairs.target_scaling import scaling

PRICES = 5e4 + 4e2 * np.arange(50.0) ** 2 + 0.5


def edit(value, target="data:output"):
    return Edit("transform_data", target, "y", value)


def test_a_scaling_of_real_targets_is_undone():
    number, scale, offset = scaling(edit("(y - 300000) / 100000"), PRICES)
    assert number == 0
    assert (scale, offset) == (pytest.approx(1e-5), pytest.approx(-3.0))


@pytest.mark.parametrize("value", ["y - 1", "y[::-1]", "np.log(y)", "y[:, None]", "y[1:]"])
def test_other_edits_are_of_the_data(value):
    y = np.arange(40) % 3 if value == "y - 1" else PRICES
    assert scaling(edit(value), y) is None


def test_one_of_several_outputs_is_told_by_its_name():
    y = {"mood": np.arange(50) % 2, "price": PRICES}
    number, scale, _ = scaling(edit("y / 10", "data:price"), y)
    assert (number, scale) == (1, pytest.approx(0.1))


def test_targets_that_are_not_finite_do_not_count():
    assert scaling(edit("y / 10"), np.append(PRICES, np.nan))[1] == pytest.approx(0.1)


def test_inputs_have_no_such_scaling():
    assert scaling(Edit("transform_data", "data", "x", "x / 255"), PRICES) is None
