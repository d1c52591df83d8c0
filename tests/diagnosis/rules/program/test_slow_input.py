"""Findings of slow-input on plain facts, and on a source that sleeps."""

import time

import keras
import numpy as np
import pytest

import keras_stable
from keras_stable.diagnosis.facts import InputCost
from keras_stable.diagnosis.rules.program.slow_input import slow_input


@pytest.mark.parametrize(
    ("cost", "told"),
    [
        (InputCost(), None),
        (InputCost(batch_seconds=0.1), "advice"),
        (InputCost(batch_seconds=0.1, batches=2), None),
        (InputCost(batch_seconds=0.03), None),
        (InputCost(batch_seconds=0.004, step_seconds=0.001), None),
    ],
)
def test_what_a_step_waits_for(severity, cost, told):
    assert severity(slow_input, input_cost=cost) == told


class Slow(keras.utils.PyDataset):
    def __len__(self):
        return 8

    def __getitem__(self, index):
        time.sleep(0.1)
        return np.ones((4, 3)), np.arange(4) % 2


def test_a_source_that_sleeps():
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1, activation="sigmoid")])
    model.compile("adam", "binary_crossentropy")
    report = keras_stable.audit(model, Slow(), epochs=2, probe_steps=3, select=["KS725"])
    cost = report.facts["input_cost"]
    assert (cost.kind, cost.batch_seconds >= 0.1, cost.batches >= 5) == ("pydataset", True, True)
    assert [finding.severity for finding in report.findings] == ["advice"]
