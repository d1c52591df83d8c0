from dataclasses import replace

import pytest

from keras_stable.diagnosis.facts import Labels, Learning, Output, Plan
from keras_stable.diagnosis.rules.data.constant_labels import constant_labels

ONE = Labels(kind="binary", class_counts=((0, 1000),), distinct=1)
NEARLY = Labels(kind="binary", class_counts=((0, 9990), (1, 10)), distinct=2)
UNEVEN = Labels(kind="binary", class_counts=((0, 950), (1, 50)), distinct=2)
FLAT = Labels(kind="real", class_counts=(), mean=3.0, std=1e-8, distinct=2)
REAL = Labels(kind="real", class_counts=(), mean=3.0, std=1.0, distinct=900)


@pytest.mark.parametrize(
    ("labels", "output", "plan", "state", "expected"),
    [
        (ONE, Output(), Plan(), "learning", ["error"]),
        (replace(ONE, complete=False), Output(), Plan(samples=50_000), "learning", ["warning"]),
        (replace(ONE, complete=False), Output(), Plan(kind="dataset", samples=None), "stuck", ["warning"]),
        (ONE, Output(loss="custom"), Plan(), "learning", []),
        (NEARLY, Output(), Plan(), "stuck", ["warning"]),
        (NEARLY, Output(), Plan(class_weight=True), "stuck", ["advice"]),
        (NEARLY, Output(), Plan(), "learning", ["advice"]),
        (UNEVEN, Output(), Plan(), "stuck", []),
        (FLAT, Output(loss="mean_squared_error"), Plan(), "learning", ["error"]),
        (REAL, Output(loss="mean_squared_error"), Plan(), "stuck", []),
    ],
)
def test_labels(severities, labels, output, plan, state, expected):
    assert severities(constant_labels, state, labels=(labels,), outputs=(output,), plan=plan) == expected


def test_one_of_several_outputs_may_be_a_dummy(severities):
    labels = (Labels(output="a"), Labels(output="b", kind="binary", class_counts=((0, 1000),), distinct=1))
    outputs = (Output(name="a"), Output(name="b"))
    assert severities(constant_labels, labels=labels, outputs=outputs, plan=Plan()) == ["warning"]


def test_the_beginning_of_a_stream_is_not_called_all_of_it():
    evidence = {"outputs": (Output(),), "plan": Plan(kind="dataset", samples=None), "learning": Learning("unknown")}
    whole, first = (
        next(constant_labels.run({**evidence, "labels": (replace(ONE, complete=complete),)}))
        for complete in (True, False)
    )
    assert whole.message.startswith("All 1000 labels")
    assert first.message.startswith("The first 1000 labels")
    assert "sorted" in first.message
    assert first.confidence < 0.7 < whole.confidence
