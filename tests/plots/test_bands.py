import numpy as np

from keras_stable.plots.bands import spread


def test_one_curve_is_its_own_spread():
    curve = np.array([3.0, 1.0, 2.0])
    drawn = spread([curve], most_points=3)
    np.testing.assert_array_equal(drawn.x, [1, 2, 3])
    for part in (drawn.middle, drawn.low, drawn.high):
        np.testing.assert_array_equal(part, curve)


def test_curves_of_different_length_and_with_gaps():
    drawn = spread([np.array([1.0, np.nan]), np.array([3.0, np.inf, 5.0]), np.array([8.0])], most_points=10)
    np.testing.assert_array_equal(drawn.middle, [3, np.nan, 5])
    np.testing.assert_array_equal(drawn.low, [1, np.nan, 5])
    np.testing.assert_array_equal(drawn.high, [8, np.nan, 5])


def test_long_curves_are_cut_into_stretches_that_lose_no_extreme():
    curves = np.random.default_rng(0).lognormal(0, 4, (2, 1003))
    drawn = spread(list(curves), most_points=10)
    edges = np.round(np.linspace(0, 1003, 11)).astype(int)
    for index in range(10):
        stretch = curves[:, edges[index] : edges[index + 1]]
        assert drawn.middle[index] == np.median(stretch)
        assert (drawn.low[index], drawn.high[index]) == (stretch.min(), stretch.max())
        assert drawn.x[index] == np.arange(edges[index] + 1, edges[index + 1] + 1).mean()


def test_nothing_to_draw():
    for curves in ([], [np.zeros(0)]):
        drawn = spread(curves, most_points=10)
        assert len(drawn.x) == len(drawn.middle) == len(drawn.low) == len(drawn.high) == 0
