import numpy as np
import pytest

from keras_stable.diagnosis.evidence.program.confident_learning import (
    normalized_margin,
    self_confidence,
    suspicious_rows,
    thresholds,
)

CASES = [(seed, classes, share) for seed in range(4) for classes in (2, 3, 10) for share in (0.0, 0.1, 0.3)]


def noisy(seed, classes, share, count=300):
    """Probabilities of a fair model, and labels of which a share was flipped."""
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, classes, count)
    logits = rng.normal(size=(count, classes)) + 3.0 * np.eye(classes)[truth]
    probabilities = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    flipped = rng.random(count) < share
    labels = np.where(flipped, (truth + rng.integers(1, classes, count)) % classes, truth)
    return probabilities, labels, flipped


def by_hand(probabilities, labels):
    """The definition of the paper, row by row."""
    classes = probabilities.shape[1]
    means = [probabilities[labels == k, k].mean() if (labels == k).any() else 2.0 for k in range(classes)]
    found = []
    for row, label in zip(probabilities, labels, strict=True):
        over = [k for k in range(classes) if row[k] >= means[k] - 1e-6]
        guess = max(over, key=lambda k: row[k]) if over else label
        found.append(guess != label and int(np.argmax(row)) != label)
    rows = np.flatnonzero(found)
    margins = [probabilities[i, labels[i]] - np.delete(probabilities[i], labels[i]).max() for i in rows]
    return rows[np.argsort(margins, kind="stable")]


@pytest.mark.parametrize(("seed", "classes", "share"), CASES)
def test_it_is_the_definition_of_the_paper(seed, classes, share):
    probabilities, labels, _ = noisy(seed, classes, share)
    assert suspicious_rows(probabilities, labels).tolist() == by_hand(probabilities, labels).tolist()


@pytest.mark.parametrize(("seed", "classes", "share"), CASES)
def test_it_is_what_cleanlab_finds(seed, classes, share):
    filtering = pytest.importorskip("cleanlab.filter", reason="cleanlab is not installed")
    ranking = pytest.importorskip("cleanlab.rank")
    probabilities, labels, _ = noisy(seed, classes, share)
    found = filtering.find_label_issues(
        labels, probabilities, filter_by="confident_learning", return_indices_ranked_by="normalized_margin", n_jobs=1
    )
    assert suspicious_rows(probabilities, labels).tolist() == list(found)
    for method, own in (("self_confidence", self_confidence), ("normalized_margin", normalized_margin)):
        theirs = ranking.get_label_quality_scores(labels, probabilities, method=method)
        assert own(probabilities, labels) == pytest.approx(theirs, abs=1e-9)


def test_flipped_labels_come_first():
    probabilities, labels, flipped = noisy(0, 10, 0.1)
    rows = suspicious_rows(probabilities, labels)
    assert flipped[rows].mean() > 0.9
    assert flipped[rows].sum() > 0.5 * flipped.sum()
    margins = normalized_margin(probabilities, labels)[rows]
    assert (np.diff(margins) >= 0).all()


def test_a_class_without_a_row_is_nobodys_guess():
    probabilities = np.array([[0.6, 0.1, 0.3], [0.7, 0.2, 0.1], [0.1, 0.2, 0.7], [0.3, 0.6, 0.1]])
    labels = np.array([0, 0, 1, 1])
    assert np.isinf(thresholds(probabilities, labels)[2])
    assert suspicious_rows(probabilities, labels).tolist() == by_hand(probabilities, labels).tolist() == []
