import numpy as np
import pytest

from keras_stable.callbacks.dashboard.gradient_curves import quantities_of, spread_of
from keras_stable.optimizers.history import GradientHistory


def history(**quantities):
    rows = np.array([[3.0, 4.0], [6.0, 8.0]])
    norm = np.array([5.0, 10.0])
    return GradientHistory(np.arange(2), norm, norm, rows, rows, norm > 0, ("a", "b"), 0, 0, **quantities)


def test_quantities_are_what_the_history_has():
    assert list(quantities_of(history())) == ["gradient_norm"]
    weights, updates = np.array([[2.0, 0.0], [4.0, 1.0]]), np.array([[1.0, 1.0], [1.0, 3.0]])
    quantities = quantities_of(history(weight_norm=weights, update_norm=updates))
    assert list(quantities) == ["gradient_norm", "weight_norm", "update_norm", "update_ratio"]
    np.testing.assert_array_equal(quantities["update_ratio"], [[0.5, np.nan], [0.25, 3.0]])


def test_every_variable_has_its_norms(shown):
    scalars = {tag: shown.scalars(tag) for tag in shown.events().Tags()["scalars"]}
    paths = [variable.path for variable in shown.model.trainable_variables]
    norms = np.array([[point.value for point in scalars[f"gradients/{path}"]] for path in paths])
    total = [point.value for point in scalars["gradients/global_norm"]]
    assert np.sqrt((norms**2).sum(axis=0)).tolist() == pytest.approx(total, rel=1e-5)
    for which, function in (("smallest", np.min), ("median", np.median), ("largest", np.max)):
        points = [point.value for point in scalars[f"layers/gradient_norm_{which}"]]
        assert points == pytest.approx(function(norms, axis=0).tolist(), rel=1e-6)
    for quantity in ("weight_norm", "update_norm", "update_ratio", "second_moment_norm"):
        assert {len(scalars[f"layers/{quantity}/{path}"]) for path in paths} == {18}
        assert len(scalars[f"layers/{quantity}_median"]) == 18


def test_weights_and_updates_are_those_of_the_training(shown):
    path = shown.model.trainable_variables[0].path
    weight, update, ratio = (
        np.array([point.value for point in shown.scalars(f"layers/{quantity}/{path}")])
        for quantity in ("weight_norm", "update_norm", "update_ratio")
    )
    np.testing.assert_allclose(ratio, update / weight, rtol=1e-5)
    assert (np.abs(np.diff(weight)) <= update[1:] + 1e-5).all()


def test_limits_are_lines(shown):
    assert {point.value for point in shown.scalars("gradients/limit/norm_10")} == {10.0}
    assert {point.value for point in shown.scalars("gradients/limit/global_clipnorm")} == {0.5}


def test_the_spread_is_that_of_numpy():
    values = np.random.default_rng(0).normal(size=(20, 3, 7))
    values[np.random.default_rng(1).random(values.shape) < 0.3] = np.nan
    values[4, 1] = 1.0
    for part, function in zip(spread_of(values), (np.nanmin, np.nanmedian, np.nanmax), strict=True):
        np.testing.assert_allclose(part, function(values, axis=-1))
