from dataclasses import replace

import keras
import numpy as np
import pytest

import keras_stable
from keras_stable.diagnosis.facts import Delivery, Pipeline, Plan
from keras_stable.diagnosis.rule import Skip
from keras_stable.diagnosis.rules.program.changing_pipeline import changing_pipeline

FIRST = Delivery()
NOTHING = Delivery(batches=0, rows=0, mean=(), std=(), spread=())


@pytest.mark.parametrize(
    ("later", "expected"),
    [
        (FIRST, None),
        (NOTHING, "error"),
        (replace(FIRST, rows=300, batches=10), "warning"),
        (replace(FIRST, rows=300, batches=10, complete=False), None),  # there was no time for more
        (replace(FIRST, rows=960, batches=30), None),
        (replace(FIRST, mean=(0.0,), std=(1 / 255,)), "warning"),
        (replace(FIRST, mean=(1.5,)), "warning"),
        (replace(FIRST, mean=(0.8,), std=(1.4,)), None),
        (replace(FIRST, mean=(1.5,), spread=(8.0,)), None),
        (replace(FIRST, std=(0.1,), batches=2), None),
        (replace(FIRST, blank=20, blank_from=12), "warning"),
        (replace(FIRST, blank=1, blank_from=12), None),
        (replace(FIRST, blank=4, blank_from=3), "warning"),
    ],
)
def test_a_later_epoch(severity, later, expected):
    pipeline = Pipeline("pydataset", first=FIRST, later=later)
    assert severity(changing_pipeline, pipeline=pipeline, plan=Plan(kind="pydataset", epochs=5)) == expected


@pytest.mark.parametrize(
    ("met", "share", "expected"),
    [(1000, 0.9, "error"), (1000, 0.05, None), (5, 1.0, None), (1000, float("nan"), None)],
)
def test_labels_that_leave_their_rows(severity, met, share, expected):
    pipeline = Pipeline("dataset", FIRST, FIRST, met_again=met, relabelled=share)
    assert severity(changing_pipeline, pipeline=pipeline, plan=Plan()) == expected


def test_what_is_no_later_epoch(severity):
    with pytest.raises(Skip, match="same in each epoch"):
        severity(changing_pipeline, pipeline=Pipeline(), plan=Plan())
    assert severity(changing_pipeline, pipeline=Pipeline(first=FIRST, later=NOTHING), plan=Plan(epochs=1)) is None
    generator = Pipeline("generator", FIRST, NOTHING)
    assert severity(changing_pipeline, pipeline=generator, plan=Plan(kind="generator")) is None
    assert severity(changing_pipeline, pipeline=generator, plan=Plan(kind="generator", epochs=3)) == "error"
    always = replace(FIRST, blank=32, blank_from=0)
    assert severity(changing_pipeline, pipeline=Pipeline("dataset", always, always), plan=Plan()) is None


class Batches(keras.utils.PyDataset):
    def __init__(self, x, y, together):
        super().__init__()
        self.x, self.y, self.together = x, y, together

    def __len__(self):
        return 10

    def __getitem__(self, index):
        rows = slice(index * 30, index * 30 + 30)
        return self.x[rows], self.y[rows]

    def on_epoch_end(self):
        order = np.random.permutation(len(self.x))
        self.x = self.x[order]
        if self.together:
            self.y = self.y[order]


@pytest.mark.parametrize("together", [False, True])
def test_a_pydataset_that_reorders_its_inputs_alone(together):
    rng = np.random.default_rng(0)
    y = rng.integers(0, 3, 300)
    x = (rng.normal(size=(300, 6)) + 3 * np.eye(3)[y].repeat(2, axis=1)).astype("float32")
    model = keras.Sequential([keras.Input((6,)), keras.layers.Dense(3, activation="softmax")])
    model.compile("adam", "sparse_categorical_crossentropy")
    batches = Batches(x, y, together)
    report = keras_stable.audit(model, batches, epochs=5, probe=False)
    assert [finding.rule for finding in report.at_least("warning")] == ([] if together else ["changing-pipeline"])
    assert batches.x is x
