"""Norms against NumPy float64."""

import numpy as np
import pytest
import tensorflow as tf

from keras_stable.ops.norms import exact_norms, global_norm, measure_norms, norm_dtype, quick_norms

SHAPES = [(300, 200), (7,), (3, 3, 8, 16), ()]


def arrays(scale=1.0, dtype="float32"):
    rng = np.random.default_rng(0)
    return [(scale * rng.normal(size=shape)).astype(dtype) for shape in SHAPES]


def reference(values, limit=None):
    wide = [np.asarray(value, "float64") for value in values]
    wide = wide if limit is None else [np.clip(value, -limit, limit) for value in wide]
    each = np.array([np.sqrt((value**2).sum()) for value in wide])
    return each, np.sqrt((each**2).sum())


@pytest.mark.parametrize("jit", [False, True])
@pytest.mark.parametrize("limit", [1e-20, 1.5, 1e26])
@pytest.mark.parametrize("scale", [1e-30, 1e-3, 1.0, 1e3, 1e25, 1e34])
def test_norms_before_and_after_values_are_clipped(scale, limit, jit):
    values = arrays(scale)
    measured = tf.function(lambda *g: measure_norms(g, limit), jit_compile=jit)(*map(tf.constant, values))
    each, common = reference(values)
    clipped_each, clipped_common = reference(values, limit)
    np.testing.assert_allclose(measured.norms, each, rtol=1e-6)
    np.testing.assert_allclose(measured.global_norm, common, rtol=1e-6)
    # Where every value is clipped, 60,000 equal squares are added: each addition in float32 rounds the same way.
    rtol = 5e-6 if scale > 1e3 * limit else 1e-6
    np.testing.assert_allclose(measured.clipped_norms, clipped_each, rtol=rtol)
    np.testing.assert_allclose(measured.clipped_global_norm, clipped_common, rtol=rtol)


def test_a_value_one_rounding_above_the_limit_is_clipped():
    above = np.nextafter(np.float32(10), np.float32(11))
    measured = measure_norms([tf.constant([above])], limit=10.0)
    assert float(measured.clipped_norms[0]) == 10.0


@pytest.mark.parametrize("jit", [False, True])
@pytest.mark.parametrize("limit", [None, 1e-20, 1.5, 1e26])
def test_what_overflows_hides_nothing_of_the_others(limit, jit):
    values = [scale * array for scale, array in zip((1e25, 1e-25, 1.0, 1e10), arrays(), strict=True)]
    values = [value.astype("float32") for value in values]
    measured = tf.function(lambda *g: measure_norms(g, limit), jit_compile=jit)(*map(tf.constant, values))
    np.testing.assert_allclose(measured.norms, reference(values)[0], rtol=1e-6)
    np.testing.assert_allclose(measured.clipped_norms, reference(values, limit)[0], rtol=5e-6)
    np.testing.assert_allclose(measured.clipped_global_norm, reference(values, limit)[1], rtol=5e-6)


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_sixteen_bit_gradients_are_measured_in_float32(dtype):
    values = [tf.cast(array, dtype) for array in arrays(100.0)]
    measured = measure_norms(values)
    assert measured.norms.dtype == tf.float32
    np.testing.assert_allclose(measured.norms, reference([v.numpy().astype("float64") for v in values])[0], rtol=1e-6)


def test_float64_gradients_keep_their_precision():
    values = arrays(1e200, "float64")
    measured = measure_norms([tf.constant(value) for value in values], dtype=norm_dtype(["float32", "float64"]))
    np.testing.assert_allclose(measured.norms, reference(value / 1e200 for value in values)[0] * 1e200, rtol=1e-12)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_what_is_not_finite_shows_in_the_norms(bad):
    good, spoilt = np.ones(3, "float32"), np.ones(3, "float32")
    spoilt[1] = bad
    measured = measure_norms([tf.constant(good), tf.constant(spoilt)], limit=1.0)
    assert np.isfinite(measured.norms.numpy()).tolist() == [True, False]
    assert not np.isfinite(measured.global_norm)


def test_nothing_but_zeros_has_norm_zero():
    measured = measure_norms([tf.zeros((2, 2)), tf.zeros(3)], limit=1.0)
    assert measured.norms.numpy().tolist() == [0.0, 0.0]
    assert float(global_norm(measured.norms)) == 0.0


@pytest.mark.parametrize(
    ("norm", "limit", "hold"),
    [
        (1.0, None, True),
        (2e-12, None, True),
        (5e-13, None, False),
        (2e18, None, True),
        (4e18, None, False),
        # Just below the limit a value could be one rounding above it.
        (9.9998, 10.0, True),
        (9.99995, 10.0, False),
        (10.0, 10.0, False),
        (2.0, 1e30, True),
        (4e18, 1e30, False),
        (np.nan, None, False),
        (np.inf, None, False),
        (0.0, None, False),
    ],
)
def test_where_the_quick_norms_hold(norm, limit, hold):
    quick, holds = quick_norms([tf.constant([norm, 0.0])], limit)
    assert bool(holds) is hold
    if hold:
        np.testing.assert_allclose(quick.clipped_global_norm, norm, rtol=1e-6)


@pytest.mark.parametrize(("norm", "hold"), [(1e-139, True), (1e-141, False), (2e153, True), (4e153, False)])
def test_in_float64_they_hold_further(norm, hold):
    assert bool(quick_norms([tf.constant([norm], tf.float64)], dtype="float64")[1]) is hold


@pytest.mark.parametrize("limit", [None, 1e-20, 1.5, 1e26])
def test_exact_norms_hold_everywhere(limit):
    values = [tf.constant([3e30, 4e30]), tf.constant([3e-30, 4e-30]), tf.constant([3.0, 4.0]), tf.constant([0.0])]
    clipped = None if limit is None else [tf.clip_by_value(value, -limit, limit) for value in values]
    measured = exact_norms(values, clipped, quick_norms(values)[0].norms, limit)
    np.testing.assert_allclose(measured.norms, [5e30, 5e-30, 5.0, 0.0], rtol=1e-6)
    each, common = reference([value.numpy() for value in values], limit)
    np.testing.assert_allclose(measured.clipped_norms, each, rtol=1e-6)
    np.testing.assert_allclose(measured.clipped_global_norm, common, rtol=1e-6)


def test_the_common_norm_of_what_is_not_finite_is_not_finite():
    assert np.isinf(global_norm(tf.constant([1.0, np.inf])))
    assert np.isnan(global_norm(tf.constant([1.0, np.nan])))
    np.testing.assert_allclose(global_norm(tf.constant([3e-30, 4e-30])), 5e-30, rtol=1e-6)


@pytest.mark.parametrize(
    ("dtypes", "expected"),
    [
        (["float32"], "float32"),
        (["bfloat16", "float16"], "float32"),
        (["float16", "float64"], "float64"),
        ([], "float32"),
    ],
)
def test_norms_are_never_computed_in_less_than_float32(dtypes, expected):
    assert norm_dtype(dtypes) == expected
