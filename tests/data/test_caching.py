"""Samples are made once and kept, in memory or on a disk that is clean afterwards."""

import gc

import pytest
import tensorflow as tf

from keras_stable.data.caching import cached


@pytest.mark.parametrize(("where", "passes"), [(None, 2), ("memory", 1), ("disk", 1)])
def test_samples_are_made_in_one_pass(tmp_path, monkeypatch, where, passes):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    made = tf.Variable(0)

    def make(sample):
        made.assign_add(1)
        return 2 * sample

    samples = cached(tf.data.Dataset.range(4).map(make), where)
    for _ in range(2):
        assert [int(sample) for sample in samples] == [0, 2, 4, 6]
    assert int(made) == 4 * passes
    assert len(list(tmp_path.glob("keras_stable-*"))) == (where == "disk")
    del samples
    gc.collect()
    assert not list(tmp_path.glob("keras_stable-*"))
