"""Running sums against NumPy over the whole epoch, and what they keep."""

import gc
import math
import tracemalloc

import numpy as np
import pytest

from keras_stable.callbacks.epoch_norms import EpochNorms
from keras_stable.optimizers import GradientHistory


def history(rng, steps, variables=4, bad=()):
    norms = rng.uniform(0.1, 5.0, size=(steps, variables)).astype("float32")
    total = np.sqrt((norms**2).sum(1))
    norms[list(bad)], total[list(bad)] = np.nan, np.inf
    applied = np.where(np.isfinite(total), np.minimum(total, 6.0), 0.0).astype("float32")
    paths = tuple(map(str, range(variables)))
    return GradientHistory(np.arange(steps), total, applied, norms, norms, np.isfinite(total), paths, len(bad), 0)


def columns(part):
    return [part.global_norm, part.applied_norm, *part.variable_norm.T]


@pytest.mark.parametrize("sizes", [(7,), (3, 0, 4, 5)])
def test_the_sums_are_those_of_numpy(sizes):
    rng = np.random.default_rng(0)
    parts = [history(rng, size, bad=(1,) if size > 1 else ()) for size in sizes]
    norms = EpochNorms(keep_values=True)
    for part in parts:
        norms.add(part, columns(part))
    norm = np.concatenate([part.global_norm[part.finite] for part in parts]).astype("float64")
    applied = np.concatenate([part.applied_norm[part.finite] for part in parts]).astype("float64")
    expected = {
        "grad_norm": norm.mean(),
        "grad_norm_max": norm.max(),
        "grad_norm_applied": applied.mean(),
        "clip_fraction": (norm > 6).mean(),
        "skipped_steps": sum(part.skipped_steps for part in parts),
    }
    assert 0 < expected["clip_fraction"] < 1
    assert norms.summary() == pytest.approx(expected, rel=1e-12)
    whole = [np.concatenate(each).astype("float64") for each in zip(*map(columns, parts), strict=True)]
    np.testing.assert_allclose(norms.means(), [column[np.isfinite(column)].mean() for column in whole], rtol=1e-12)
    for values, column in zip(norms.values(), whole, strict=True):
        np.testing.assert_array_equal(values, column)


def test_a_step_counts_as_clipped_as_soon_as_more_than_rounding_is_gone():
    total = np.array([1.0, 1.0, 1.0, 1.0])
    applied = np.array([1.0, 1 - 1e-7, 1 - 1e-5, 0.9])
    part = GradientHistory(np.arange(4), total, applied, total[:, None], applied[:, None], total > 0, ("a",), 0, 0)
    norms = EpochNorms()
    norms.add(part, [total])
    assert norms.summary()["clip_fraction"] == 0.5


def test_an_epoch_without_a_finite_step_has_no_norm():
    part = history(np.random.default_rng(0), 2, bad=(0, 1))
    norms = EpochNorms()
    norms.add(part, columns(part))
    summary = norms.summary()
    assert summary.pop("skipped_steps") == 2
    assert all(math.isnan(value) for value in summary.values())
    assert EpochNorms().means() == EpochNorms().values() == []


def test_the_memory_does_not_grow_with_the_steps():
    rng, norms = np.random.default_rng(0), EpochNorms()

    def take_in(parts):
        for _ in range(parts):
            part = history(rng, 64, variables=200)
            norms.add(part, columns(part))
        del part
        gc.collect()
        return tracemalloc.get_traced_memory()[0]

    tracemalloc.start()
    before = take_in(2)
    after = take_in(50)
    tracemalloc.stop()
    # Kept, the rows of one part alone would take 51,200 bytes.
    assert after - before < 20_000
