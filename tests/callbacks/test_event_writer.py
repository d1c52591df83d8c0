"""Event files, read back by TensorBoard."""

import numpy as np
import pytest
import tensorflow as tf
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from keras_stable.callbacks.event_writer import EventWriter


def read(directory):
    accumulator = EventAccumulator(str(directory), size_guidance={"scalars": 0, "histograms": 0})
    accumulator.Reload()
    return accumulator


def test_scalars_of_many_steps_and_changing_tags(tmp_path):
    writer = EventWriter(tmp_path / "new" / "logs")
    writer.scalars(0, ["a", "b/c"], [1.5, 2.5])
    writer.scalars(1, ["a", "b/c"], np.array([3.0, np.nan], "float32"))
    writer.scalars(2, ["a", "b/c"], [np.inf, 4.0])
    writer.flush()
    found = read(tmp_path / "new" / "logs")
    assert [(scalar.step, scalar.value) for scalar in found.Scalars("a")] == [(0, 1.5), (1, 3.0), (2, np.inf)]
    assert [(scalar.step, scalar.value) for scalar in found.Scalars("b/c")] == [(0, 2.5), (2, 4.0)]
    writer.close()


def test_a_histogram_counts_every_finite_value(tmp_path):
    values = np.array([1.0, 2.0, 2.0, 7.0, np.nan, np.inf])
    writer = EventWriter(tmp_path)
    writer.histogram(4, "spread", values)
    writer.histogram(4, "nothing", np.array([np.nan]))
    writer.close()
    found = read(tmp_path)
    assert found.Tags()["histograms"] == ["spread"]
    (event,) = found.Histograms("spread")
    spread = event.histogram_value
    assert (event.step, spread.num, spread.min, spread.max, spread.sum) == (4, 4, 1.0, 7.0, 12.0)
    assert sum(spread.bucket) == 4


def test_a_bucket_of_a_histogram_ends_at_its_limit(tmp_path):
    values = np.random.default_rng(0).normal(size=100)
    writer = EventWriter(tmp_path)
    writer.histogram(0, "spread", values)
    writer.close()
    spread = read(tmp_path).Histograms("spread")[0].histogram_value
    below = [int((values < limit).sum()) for limit in spread.bucket_limit[:-1]]
    assert np.cumsum(spread.bucket).tolist() == [*below, 100]
    np.testing.assert_allclose(spread.bucket_limit[-1], values.max())
    np.testing.assert_allclose(np.diff(spread.bucket_limit), np.ptp(values) / len(spread.bucket))
    assert spread.sum_squares == pytest.approx((values**2).sum())


def test_two_writers_share_a_directory(tmp_path):
    for step in (0, 1):
        writer = EventWriter(tmp_path)
        writer.scalars(step, ["a"], [float(step)])
        writer.close()
    assert [scalar.step for scalar in read(tmp_path).Scalars("a")] == [0, 1]
    assert len(list(tmp_path.iterdir())) == 2


def test_values_that_differ_by_rounding_only_make_a_histogram(tmp_path):
    writer = EventWriter(tmp_path)
    writer.histogram(0, "norms", np.array([2.0, np.nextafter(2.0, 3.0)]))
    writer.histogram(1, "norms", np.zeros(3))
    writer.close()
    events = EventAccumulator(str(tmp_path), size_guidance={"histograms": 0}).Reload().Histograms("norms")
    assert [event.histogram_value.num for event in events] == [2, 3]


def test_a_full_disk_is_said_once_and_the_training_goes_on_without_events(tmp_path):
    class Full:
        def flush(self):
            raise tf.errors.ResourceExhaustedError(None, None, "events; No space left on device")

    writer = EventWriter(tmp_path)
    writer.scalars(0, ["a"], [1.0])
    writer.flush()
    whole, writer._records = writer._records, Full()
    with pytest.warns(UserWarning, match=r"could not be written to .*No space left on device.*goes on") as caught:
        writer.flush()
    assert len(caught) == 1
    writer.scalars(1, ["a"], [2.0])
    writer.close()
    whole.close()
    assert [scalar.step for scalar in read(tmp_path).Scalars("a")] == [0]
