"""Moments of a stream against NumPy in float64."""

import numpy as np
import pytest

from keras_stable.diagnosis.evidence.data.feature_moments import FeatureMoments

RANDOM = np.random.default_rng(0)


def moments_of(parts):
    moments = FeatureMoments()
    for part in parts:
        moments.update(part)
    return moments


@pytest.mark.parametrize("offset", [0.0, 1e4, 1e6, 1e9])
def test_a_large_offset_costs_no_digits(offset):
    values = offset + RANDOM.normal(size=(1000, 3)) * [1.0, 5.0, 0.1]
    moments = moments_of(np.array_split(values, 13))
    assert moments.mean == pytest.approx(values.mean(axis=0), rel=1e-14)
    assert moments.std == pytest.approx(values.std(axis=0), rel=1e-7)
    assert moments.total() == pytest.approx((values.mean(), values.std()), rel=1e-7)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.uint8, np.int64])
def test_every_dtype_is_summed_in_float64(dtype):
    values = RANDOM.integers(0, 250, (3000, 4)).astype(dtype)
    moments = moments_of(np.array_split(values, 5))
    exact = values.astype(np.float64)
    assert moments.total() == pytest.approx((exact.mean(), exact.std()), rel=1e-12)
    assert moments.maximum.tolist() == exact.max(axis=0).tolist()


def test_what_is_not_finite_is_left_out_of_each_feature():
    values = 1e5 + RANDOM.normal(size=(300, 4))
    values[RANDOM.random(values.shape) < 0.3] = np.nan
    values[5, 1] = np.inf
    values[:, 3] = np.nan
    moments = moments_of(np.array_split(values, 7))
    finite = np.where(np.isfinite(values), values, np.nan)[:, :3]
    assert moments.mean[:3] == pytest.approx(np.nanmean(finite, axis=0), rel=1e-13)
    assert moments.std[:3] == pytest.approx(np.nanstd(finite, axis=0), rel=1e-7)
    assert moments.minimum[:3].tolist() == np.nanmin(finite, axis=0).tolist()
    assert moments.count.tolist() == [*np.isfinite(values).sum(axis=0)[:3], 0]
    assert np.isnan(moments.std[3])
    assert moments.total() == pytest.approx((np.nanmean(finite), np.nanstd(finite)), rel=1e-7)


def test_nothing_finite():
    moments = moments_of([np.full((2, 2), np.nan)])
    assert np.isnan(moments.total()).all()


@pytest.mark.parametrize("lengths", [(4, 2, 3), (2, 2, 5)])
def test_rows_of_different_lengths_are_one_feature(lengths):
    parts = [RANDOM.normal(size=(6, length, 2)) for length in lengths]
    moments = moments_of(parts)
    every = np.concatenate([part.ravel() for part in parts])
    assert moments.total() == pytest.approx((every.mean(), every.std()))
    assert (moments.minimum[0], moments.maximum[0]) == (every.min(), every.max())
    assert moments.shape == (None, 2)
    assert not moments.by_feature
    assert moments.rows == 18
