import keras
import numpy as np
import pytest

from keras_stable.losses import ScaledTargets

Y, ANSWERS = np.array([[300.0], [500.0]], "float32"), np.array([[310.0], [450.0]], "float32")


def test_it_is_the_inner_loss_of_scaled_values():
    loss = ScaledTargets("mean_squared_error", 0.01, -3.0)
    assert float(loss(Y, ANSWERS)) == pytest.approx(np.mean((0.01 * (Y - ANSWERS)) ** 2))


def test_the_offset_counts_where_the_loss_is_no_difference():
    loss = ScaledTargets(keras.losses.MeanAbsolutePercentageError(), 0.01, -2.0)
    scaled, answers = 0.01 * Y - 2, 0.01 * ANSWERS - 2
    assert float(loss(Y, ANSWERS)) == pytest.approx(100 * np.mean(np.abs(scaled - answers) / np.abs(scaled)), rel=1e-5)


def test_it_comes_back_from_its_config():
    loss = ScaledTargets(keras.losses.LogCosh(), 0.01, -3.0)
    again = keras.losses.deserialize(keras.losses.serialize(loss))
    assert isinstance(again, ScaledTargets)
    assert float(again(Y, ANSWERS)) == pytest.approx(float(loss(Y, ANSWERS)))


@pytest.mark.parametrize("scale", [0.0, float("inf"), float("nan")])
def test_a_scale_that_loses_the_targets_is_refused(scale):
    with pytest.raises(ValueError, match="`scale` must be a finite number other than 0"):
        ScaledTargets("mse", scale)
