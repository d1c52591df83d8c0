import numpy as np
import pytest

from keras_stable.diagnosis.evidence.program.moments_by_row import certain, figures_of, log_ratio, units_of

rng = np.random.default_rng(0)


@pytest.mark.parametrize(
    ("shape", "features"), [((50,), 1), ((50, 7), 7), ((50, 6, 5, 3), 3), ((50, 9, 2), 2), ((50, 4, 99), 1)]
)
def test_the_figures_are_those_of_all_values(shape, features):
    values = rng.normal(2.0, 3.0, shape).astype("float32")
    figures = figures_of(units_of(values))
    flat = values.reshape(-1, features)
    assert figures.mean == pytest.approx(flat.mean(axis=0), rel=1e-5)
    assert figures.std == pytest.approx(flat.std(axis=0), rel=1e-5)
    assert figures.rows == pytest.approx(50)


def test_standard_errors_hold_for_a_skewed_distribution():
    samples = [figures_of(units_of(rng.gamma(0.5, size=(200, 1)))) for _ in range(300)]
    for value, error in (("mean", "mean_error"), ("variance", "variance_error")):
        drawn = np.array([getattr(sample, value)[0] for sample in samples])
        said = np.median([getattr(sample, error)[0] for sample in samples])
        assert said == pytest.approx(drawn.std(), rel=0.35)


def test_pixels_of_one_row_are_not_observations():
    rows = np.repeat(rng.normal(size=(100, 1)), 400, axis=1)[..., None]
    assert figures_of(units_of(rows)).mean_error[0] == pytest.approx(0.1, rel=0.2)


def test_weights_count():
    values = np.array([[0.0], [1.0], [1.0], [1.0]])
    figures = figures_of(units_of(values), np.array([3.0, 1.0, 1.0, 1.0]))
    assert figures.mean[0] == 0.5
    assert figures.rows == pytest.approx(3.0)


def test_few_rows_ask_for_more():
    assert certain(10) > certain(30) > certain(1000) > 5
    assert log_ratio(np.array([2.0, 0.0]), np.array([1.0, 1.0]))[0] == pytest.approx(np.log(2))
    assert np.isfinite(log_ratio(np.array([0.0]), np.array([1.0]))).all()
