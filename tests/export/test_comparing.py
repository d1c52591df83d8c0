import numpy as np
import pytest

from keras_stable.errors import ExportError
from keras_stable.export.comparing import compare, largest_difference

P = np.array([[0.7, 0.3], [0.2, 0.8]], "float32")
IDS = np.array([0, 1])


def test_rounding_is_allowed_and_reported():
    assert compare({"probabilities": P + np.float32(5e-6)}, {"probabilities": P}) == pytest.approx(5e-6, rel=0.1)


@pytest.mark.parametrize(
    ("served", "message"),
    [
        ({"probabilities": P + np.float32(2e-5)}, "to 1e-05 for extremes. Received: a difference of 2e-05 in prob"),
        ({"probabilities": np.where(P > 0.7, np.nan, P)}, "a difference of nan"),
        ({"class_ids": np.array([1, 1])}, "most probable class"),
        ({"class_ids": np.array([7, 1])}, "most probable class"),
        ({"probabilities": P[:1]}, r"Received: \(1, 2\)"),
        ({"probabilities": None}, "must give probabilities for extremes. Received: class_ids"),
    ],
    ids=["far", "nan", "id", "range", "shape", "missing"],
)
def test_every_disagreement_is_an_error(served, message):
    whole = {key: value for key, value in {"probabilities": P, "class_ids": IDS, **served}.items() if value is not None}
    with pytest.raises(ExportError, match=message):
        compare(whole, {"probabilities": P, "class_ids": IDS}, "extremes")


def test_a_tie_may_be_broken_either_way_and_nan_has_no_best_class():
    tie = np.array([[0.5, 0.5], [np.nan, np.nan]], "float32")
    answers = {"probabilities": tie, "class_ids": np.array([0, 0])}
    assert compare({**answers, "class_ids": np.array([1, 1])}, answers) == 0
    even = {"probabilities": np.array([[0.5]]), "class_ids": np.array([0])}
    assert compare({**even, "class_ids": np.array([1])}, even) == 0


def test_large_values_are_compared_by_their_row():
    wanted = np.array([[1000.0, 1.0], [1.0, 1.0]])
    assert largest_difference(np.array([[1000.001, 1.0], [1.0, 1.0]]), wanted) == pytest.approx(1e-6)
    assert largest_difference(np.array([[1000.0, 1.0], [1.0, 1.001]]), wanted) == pytest.approx(1e-3)
    assert largest_difference(np.array([np.inf, np.nan]), np.array([np.inf, np.nan])) == 0
    assert np.isinf(largest_difference(np.array([np.inf]), np.array([1.0])))
    assert largest_difference(np.zeros((0, 3)), np.zeros((0, 3))) == 0


def test_other_integers_must_be_the_same():
    with pytest.raises(ExportError, match="must give the rank of the model. Received: 1 others"):
        compare({"rank": np.array([1, 2])}, {"rank": np.array([1, 3])})


def test_rounding_of_large_logits_is_no_disagreement():
    """Softmax of 300 and 300.5, computed once more from logits that are one float32 neighbor away."""
    logits = np.array([[300.0, 300.5]], "float32")
    other = np.stack([np.nextafter(logits[:, 0], np.float32(0)), logits[:, 1]], axis=1)
    answers = [{"logits": row, "probabilities": softmax(row)} for row in (logits, other)]
    difference = np.abs(answers[0]["probabilities"] - answers[1]["probabilities"]).max()
    assert difference > 5e-6
    assert compare(answers[1], answers[0]) < difference / 2
    far = {**answers[0], "probabilities": answers[0]["probabilities"] + 3e-4}
    with pytest.raises(ExportError, match="in probabilities"):
        compare(far, answers[0])
    # Those of small logits have no such excuse, nor has a probability near 1.
    for row in (np.array([[2.0, 2.5]]), np.array([[300.0, 330.0]])):
        plain = {"logits": row, "probabilities": softmax(row)}
        with pytest.raises(ExportError, match="in probabilities"):
            compare({**plain, "probabilities": plain["probabilities"] - 2e-5}, plain)


def softmax(logits):
    powers = np.exp(logits.astype(np.float64) - logits.max())
    return powers / powers.sum(axis=-1, keepdims=True)
