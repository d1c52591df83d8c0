"""Figures that are summed up part by part, against NumPy on the whole."""

import numpy as np
import pytest

from keras_stable.diagnosis.evidence.step import output_figures, sums
from keras_stable.diagnosis.evidence.step.output_figures import OutputFigures
from keras_stable.diagnosis.facts import Labels, Output

RNG = np.random.default_rng(0)


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch):
    """Has even small arrays summed up in many parts."""
    monkeypatch.setattr(sums, "BLOCK", 7)
    monkeypatch.setattr(output_figures, "BLOCK", 7)


def summed(output, labels, truth, answer, raw=None):
    figures = OutputFigures(output, labels, truth)
    for start in range(0, len(answer), 5):
        part = slice(start, start + 5)
        figures.add(answer[part], None if raw is None else raw[part])
    return figures


def test_a_picture_of_classes():
    answer = RNG.random((12, 3, 2, 4)).astype("float32")
    raw = RNG.normal(size=answer.shape).astype("float32")
    answer[7] = answer[3]
    truth = RNG.integers(0, 4, (12, 3, 2))
    figures = summed(Output(width=4), Labels(kind="class_ids"), truth, answer, raw)
    found = figures.evaluation(loss=1.0, constant_loss=2.0)
    predicted = answer.argmax(-1)
    assert (found.loss, found.constant_loss, found.task) == (1.0, 2.0, "classes")
    assert found.accuracy == pytest.approx((predicted == truth).mean())
    assert figures.error == pytest.approx((predicted != truth).mean())
    assert dict(found.predicted_counts) == {k: (predicted == k).sum() for k in np.unique(predicted)}
    assert dict(found.label_counts) == {k: (truth == k).sum() for k in range(4)}
    assert dict(found.recall) == pytest.approx({k: (predicted == k)[truth == k].mean() for k in range(4)})
    assert found.majority_share == pytest.approx(np.bincount(truth.ravel()).max() / truth.size)
    assert found.distinct_rows == 11
    assert found.spread == pytest.approx(raw.reshape(-1, 4).astype("float64").std(0).max())
    assert found.scale == pytest.approx(np.sqrt(np.mean(raw.astype("float64") ** 2)))
    assert (found.mean, found.std) == pytest.approx((answer.mean(), answer.std()), rel=1e-6)
    assert (found.minimum, found.maximum) == (answer.min(), answer.max())


def test_numbers():
    truth = RNG.normal(5, 2, (23, 1))
    answer = (truth + RNG.normal(0, 1, (23, 1))).astype("float32")
    figures = summed(
        Output(width=1, activation="linear", loss="mean_squared_error"), Labels(kind="real"), truth, answer
    )
    expected = 1 - np.sum((truth - answer) ** 2) / np.sum((truth - truth.mean()) ** 2)
    assert figures.evaluation().r2 == pytest.approx(expected)
    assert figures.error == pytest.approx(1 - expected)


def test_several_labels_a_row():
    truth = RNG.integers(0, 2, (13, 3))
    answer = RNG.random((13, 3)).astype("float32")
    output = Output(width=3, activation="sigmoid", loss="binary_crossentropy", from_logits=False)
    found = summed(output, Labels(kind="multi_hot"), truth, answer).evaluation()
    shares = truth.mean(0)
    assert found.task == "multi_label"
    assert found.accuracy == pytest.approx(((answer > 0.5) == truth).mean())
    assert found.majority_share == pytest.approx(np.maximum(shares, 1 - shares).mean())


def test_what_is_not_finite_is_counted_and_left_out():
    answer = np.array([[1.0, np.nan], [np.inf, 3.0], [-0.0, 2.0], [0.0, 2.0]], "float32")
    found = summed(Output(width=2), Labels(), np.array([0, 1, 0, 1]), answer).evaluation()
    assert (found.nonfinite, found.minimum, found.maximum, found.mean) == (2, 0.0, 3.0, pytest.approx(8 / 6))
    assert found.distinct_rows == 3


def test_classes_of_steps_that_a_mask_hides_are_not_counted():
    truth = np.array([[1, 2, 0], [2, 1, 0]])
    figures = OutputFigures(Output(shape=(3, 3), width=3), Labels(shape=(3,)), truth)
    figures.add(np.eye(3)[[[1, 2, 1]]], mask=np.array([[True, True, False]]))
    figures.add(np.eye(3)[[[2, 2, 2]]], mask=np.array([[True, True, False]]))
    seen = figures.evaluation()
    assert seen.recall == ((1, 0.5), (2, 1.0))
    assert (seen.accuracy, seen.label_counts) == (0.75, ((1, 2), (2, 2)))
