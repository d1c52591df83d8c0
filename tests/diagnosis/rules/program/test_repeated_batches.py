from dataclasses import replace

import keras
import numpy as np
import pytest

import keras_stable
from keras_stable.diagnosis.facts import Duplicates, Pipeline, Repetition
from keras_stable.diagnosis.rule import Skip
from keras_stable.diagnosis.rules.program.repeated_batches import repeated_batches

ONE = Repetition(rows=1500, distinct=50, batches=30, distinct_batches=1, batch_size=50, overlap=1, expected_overlap=1)
CREEPING = Repetition(3200, 131, 100, 100, 32, overlap=0.97, expected_overlap=0.24)
PASSES = Repetition(3200, 200, 100, 100, 32, overlap=0.05, expected_overlap=0.16)
RESTARTING = Repetition(3200, 160, 100, 5, 32, overlap=0.0, expected_overlap=0.2, held=1000)


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        (ONE, "warning"),
        (replace(ONE, distinct=90, distinct_batches=2, overlap=0.5), "warning"),
        (CREEPING, "warning"),
        (RESTARTING, "warning"),
        (replace(ONE, whole=True), None),  # `repeat()` over a table of 50 rows
        (replace(ONE, held=50), None),
        (replace(ONE, batches=2, rows=100), None),
        (PASSES, None),
        (replace(PASSES, held=200), None),
        (replace(RESTARTING, held=160), None),
        (Repetition(), None),
        (Repetition(rows=3000, distinct=1600), None),  # copies of rare rows
    ],
)
def test_repetition(severity, seen, expected):
    assert severity(repeated_batches, pipeline=Pipeline("generator", repetition=seen)) == expected


def test_how_much_is_never_shown_is_said():
    [finding] = repeated_batches.run({"pipeline": Pipeline(repetition=replace(ONE, held=1500))})
    assert "only 50 different ones of the 1,500 that it holds" in finding.message
    evidence = {"pipeline": Pipeline(repetition=ONE), "duplicates": Duplicates(validation_samples=300)}
    [finding] = repeated_batches.run(evidence)
    assert finding.message.endswith("each batch holds the same rows; validation has 300.")
    with pytest.raises(Skip, match="arrays"):
        list(repeated_batches.run({"pipeline": Pipeline()}))


@pytest.mark.parametrize("fixed", [False, True])
def test_a_generator_that_starts_anew_at_every_batch(fixed):
    rng = np.random.default_rng(0)
    y = rng.integers(0, 3, 300)
    x = (rng.normal(size=(300, 6)) + 3 * np.eye(3)[y].repeat(2, axis=1)).astype("float32")

    def batches():
        start = 0
        while True:
            if not fixed:
                start = 0
            yield x[start : start + 30], y[start : start + 30]
            start = (start + 30) % 300

    model = keras.Sequential([keras.Input((6,)), keras.layers.Dense(3, activation="softmax")])
    model.compile("adam", "sparse_categorical_crossentropy")
    report = keras_stable.audit(model, batches(), steps_per_epoch=10, epochs=2, probe=False)
    assert [finding.rule for finding in report.at_least("warning")] == ([] if fixed else ["repeated-batches"])
