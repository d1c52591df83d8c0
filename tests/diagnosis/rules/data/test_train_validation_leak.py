import numpy as np
import pytest
import tensorflow as tf

from keras_stable.diagnosis.evidence.data.repeated_rows import duplicates
from keras_stable.diagnosis.evidence.data.source import Source
from keras_stable.diagnosis.facts import Duplicates
from keras_stable.diagnosis.rules.data.train_validation_leak import train_validation_leak


@pytest.mark.parametrize(
    ("samples", "repeated", "validation", "leaked", "expected"),
    [
        (1000, 0, 300, 300, ["warning"]),
        (1000, 0, 300, 40, ["warning"]),
        (1000, 0, 0, 0, []),
        (1000, 0, 300, 0, []),
        (50_000, 0, 10_000, 40, []),
        (4, 0, 4, 4, ["advice"]),  # a truth table
        (150, 0, 150, 150, ["warning"]),
        (120, 1, 30, 1, ["advice"]),
        (800, 400, 200, 150, ["advice"]),
        (800, 8, 200, 150, ["warning"]),
        (120, 0, 30, 1, ["advice"]),
        (120, 0, 30, 3, ["warning"]),
    ],
)
def test_shared_rows(severities, samples, repeated, validation, leaked, expected):
    duplicates = Duplicates(samples=samples, repeated=repeated, validation_samples=validation, leaked=leaked)
    assert severities(train_validation_leak, duplicates=duplicates) == expected


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({}, "advice"),
        ({"by_class": ((400, 380), (400, 2))}, "warning"),
        ({"by_class": ((400, 200), (400, 200))}, "advice"),
        ({"by_class": ((400, 200), (20, 0))}, "advice"),
        ({"measured": True}, "warning"),
        ({"measured": True, "repeated": 20, "leaked": 5}, "advice"),
    ],
)
def test_rows_that_were_copied_do_not_repeat_themselves_by_nature(severities, more, expected):
    seen = Duplicates(**{"samples": 800, "repeated": 400, "validation_samples": 200, "leaked": 150} | more)
    assert severities(train_validation_leak, duplicates=seen) == [expected]


@pytest.mark.parametrize("cure", ["none", "once", "split first"])
def test_a_dataset_that_is_shuffled_anew_for_both_parts(cure):
    rows = tf.data.Dataset.from_tensor_slices((np.arange(400, dtype="float32")[:, None], np.arange(400) % 2))
    if cure != "split first":
        rows = rows.shuffle(400, seed=1, reshuffle_each_iteration=cure == "none")
    seen = duplicates(Source(rows.take(320).batch(32), validation_data=rows.skip(320).batch(32)))
    found = list(train_validation_leak.run({"duplicates": seen}))
    assert len(found) == (cure == "none")
    for finding in found:
        assert "reshuffle_each_iteration=False" in finding.remedy
