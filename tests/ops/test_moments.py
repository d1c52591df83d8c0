import ml_dtypes
import numpy as np
import pytest

from keras_stable.ops.moments import RunningMoments, relative_rounding


@pytest.mark.parametrize("sizes", [(100,), (1, 99), (33, 33, 34), (50, 0, 50)])
@pytest.mark.parametrize("keep_axis", [(1,), (2,), (1, 2), ()])
def test_batches_together_have_the_moments_of_the_whole(sizes, keep_axis):
    x = np.random.default_rng(0).normal(1e6, 3, size=(100, 4, 5)).astype("float32")
    moments = RunningMoments(keep_axis)
    for batch in np.split(x, np.cumsum(sizes)[:-1]):
        moments.update(batch)
    axes = tuple(d for d in range(3) if d not in keep_axis)
    np.testing.assert_allclose(moments.mean, x.astype("float64").mean(axis=axes), rtol=1e-12)
    np.testing.assert_allclose(moments.variance, x.astype("float64").var(axis=axes), rtol=1e-9)
    assert moments.count == x.size // int(np.prod([x.shape[d] for d in keep_axis]))


def test_values_that_are_not_finite_are_counted():
    moments = RunningMoments((1,))
    moments.update(np.array([[1.0, np.nan], [np.inf, -np.inf]]))
    moments.update(np.array([[1.0, 2.0]]))
    assert moments.nonfinite == 3


def test_nothing_has_no_moments():
    moments = RunningMoments((1,))
    moments.update(np.zeros((0, 3)))
    assert moments.count == 0


@pytest.mark.parametrize(
    ("dtype", "bits"), [("float16", 10), ("float32", 23), ("float64", 52), (ml_dtypes.bfloat16, 7)], ids=str
)
def test_rounding_is_two_units_in_the_last_place(dtype, bits):
    assert relative_rounding(dtype) == 2.0 ** (1 - bits)


@pytest.mark.parametrize("dtype", ["uint8", "int64", "bool"])
def test_integers_are_not_rounded(dtype):
    assert relative_rounding(dtype) == 0


def test_the_coarsest_dtype_says_what_is_constant():
    values = 1000 + np.array([[0.0, 0.0], [1.0, 6.0]])
    moments = RunningMoments((1,))
    moments.update(values)
    assert moments.constant.tolist() == [False, False]
    moments.update(values.astype("float16"))
    moments.update(values)
    assert moments.constant.tolist() == [True, False]


def test_a_constant_is_told_from_next_to_constant_by_its_rounding():
    rounding = relative_rounding("float32")
    for spread, constant in ((0.4, True), (1.5, False)):
        moments = RunningMoments((1,))
        moments.update(np.array([[1.0 - spread * rounding], [1.0 + spread * rounding]]))
        moments.rounding = rounding
        assert moments.constant.tolist() == [constant]


def test_zero_is_constant_and_what_varies_around_zero_is_not():
    moments = RunningMoments((1,))
    moments.update(np.array([[0.0, -1e-30], [0.0, 1e-30]]))
    assert moments.constant.tolist() == [True, False]


def test_without_a_batch_nothing_varies():
    moments = RunningMoments((1,))
    assert (moments.count, float(moments.variance), moments.nonfinite) == (0, 0.0, 0)
    moments.update(np.zeros((0, 3), "float16"))
    # What has no values has no rounding either.
    assert moments.rounding < 1e-12


def test_an_overflow_is_seen_in_the_moments():
    moments = RunningMoments(())
    moments.update(np.array([np.inf, 1.0]))
    assert moments.nonfinite == 1
    assert not np.isfinite(moments.mean)
