import numpy as np

from keras_stable.callbacks.dashboard.gradient_spread import EDGES, log_counts


def test_counts_are_those_of_numpy():
    norms = np.random.default_rng(0).lognormal(sigma=5, size=(500, 3))
    counts = log_counts(norms)
    for column in range(3):
        np.testing.assert_array_equal(counts[column], np.histogram(np.log10(norms[:, column]), EDGES)[0])


def test_norms_beyond_the_bins_fall_into_the_outermost():
    counts = log_counts(np.array([[1e-30], [1e30], [np.inf], [0.0]]))
    assert (counts[0, 0], counts[0, -1], counts.sum()) == (1, 1, 2)


def test_every_step_of_an_epoch_is_in_its_histogram(shown):
    path = shown.model.trainable_variables[0].path
    histograms = shown.events().Histograms(f"layers/log10_gradient_norm/{path}")
    assert [event.step for event in histograms] == [6, 12, 18]
    assert [event.histogram_value.num for event in histograms] == [6, 6, 6]
    norms = np.log10([point.value for point in shown.scalars(f"gradients/{path}")][:6])
    first = histograms[0].histogram_value
    assert first.min <= norms.min() < first.min + 0.1
    assert first.max - 0.1 < norms.max() <= first.max
