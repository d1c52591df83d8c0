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
