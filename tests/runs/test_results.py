import numpy as np
import pytest

from keras_stable.runs.results import Curves, largest_drop, summarize

_HISTORY = {
    "loss": [2.0, 1.0, 0.5, 0.4],
    "val_accuracy": [0.5, 0.75, 0.25, 0.5],
    "val_unique_classes": [1.0, 2.0, 2.0, 3.0],
    "val_effective_classes": [1.0, 1.5, 1.75, 2.5],
    "val_top_class_share": [1.0, 0.75, 0.75, 0.5],
}


def test_figures_of_a_run():
    norms = np.array([100.0, np.nan, 2.0, np.inf, 4.0], "float32")
    curves = Curves(_HISTORY, norms, np.array([0.5, 0.0, 0.25, 0.0, 0.5], "float32"))
    summary = summarize(curves, np.array([1, 1, 0, 2, 2]), 4)
    assert summary.to_dict() == {
        "grad_norm_max": 100.0,
        "grad_norm_median": 4.0,
        "grad_norm_applied_max": 0.5,
        "nonfinite_steps": 2,
        "distinct_in_first_10": 3,
        "unique_classes": 3.0,
        "effective_classes": 2.5,
        "top_class_share": 0.5,
        "val_accuracy_best": 0.75,
        "val_accuracy_last": 0.5,
        "largest_drop": 0.5,
        "largest_drop_after": {3: 0.25},
        "epochs": 4,
        "num_classes": 4,
    }


def test_nothing_measured_is_none_and_not_zero():
    summary = summarize(Curves({}, np.zeros(0), np.zeros(0)), np.array([0]), 2)
    measured = {key: value for key, value in summary.to_dict().items() if value is not None}
    assert measured == {
        "nonfinite_steps": 0,
        "distinct_in_first_10": 1,
        "epochs": 0,
        "num_classes": 2,
        "largest_drop_after": {},
    }


@pytest.mark.parametrize("after", [0, 1, 3, 5])
def test_the_largest_drop_against_a_plain_loop(after):
    accuracy = np.random.default_rng(after).random(12)
    expected = max(max(accuracy[: epoch + 1]) - accuracy[epoch] for epoch in range(after, 12))
    assert largest_drop(accuracy, after) == pytest.approx(expected)


def test_a_drop_counts_against_a_best_from_before():
    assert largest_drop(np.array([0.75, 0.25, 0.25, 0.25]), after=3) == 0.5


def test_too_few_epochs_have_no_drop():
    assert largest_drop(np.zeros(0)) is None
    assert largest_drop(np.array([0.5, 0.5, 0.5]), after=3) is None
