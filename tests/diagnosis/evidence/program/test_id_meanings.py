"""What ids say in training and in validation, where they mean the same and where they do not."""

import math
from collections import Counter

import numpy as np
import pytest

from keras_stable.diagnosis.evidence.program.id_meanings import IdMeanings


def texts(count, seed, tilt=1.2, words=400):
    """Sentences of two kinds whose words come by Zipf's law; a fifth of them comes more often in one kind."""
    rng, law = np.random.default_rng(seed), np.random.default_rng(99)
    leaning = law.normal(size=words) * (law.random(words) < 0.2) * tilt
    labels = rng.integers(0, 2, count)
    rates = [np.exp(leaning * sign) / np.arange(1, words + 1) for sign in (-1, 1)]
    return [rng.choice(words, 30, p=rates[k] / rates[k].sum()) for k in labels], labels


def numbered(rows, vocabulary):
    return np.array([[vocabulary[word] for word in row] for row in rows])


def by_count(rows):
    return {word: k + 1 for k, (word, _) in enumerate(Counter(word for row in rows for word in row).most_common())}


TRAINING, Y = texts(1000, 0)
VALIDATION, TRUTH = texts(300, 1)
OWN = by_count(TRAINING + VALIDATION)
X, SAME, RENAMED = numbered(TRAINING, OWN), numbered(VALIDATION, OWN), numbered(VALIDATION, by_count(VALIDATION))


def test_the_same_vocabulary_keeps_all():
    meanings = IdMeanings(X, SAME)
    for meaning in (meanings.of_labels(Y, TRUTH), meanings.of_company()):
        assert abs(meaning.kept - 1) < max(0.2, 3 * meaning.error)


def test_another_vocabulary_keeps_little():
    meanings = IdMeanings(X, RENAMED)
    for meaning in (meanings.of_labels(Y, TRUTH), meanings.of_company()):
        assert meaning.kept + 3 * meaning.error < 0.5


def test_other_labels_leave_the_company_as_it_is():
    meanings = IdMeanings(X, SAME)
    assert abs(meanings.of_labels(Y, np.random.default_rng(2).permutation(TRUTH)).kept) < 0.4
    assert meanings.of_labels(Y, 1 - TRUTH).kept < -0.7


def test_the_error_is_that_of_other_validation_rows():
    samples = [texts(300, seed) for seed in range(10, 26)]
    meanings = [IdMeanings(X, numbered(rows, OWN)).of_labels(Y, truth) for rows, truth in samples]
    assert 0.5 < np.std([m.kept for m in meanings]) / np.mean([m.error for m in meanings]) < 2


@pytest.mark.parametrize(("rows", "count"), [((50, 8), 9), ((400, 8), 9), ((400, 8), 100)])
def test_nothing_is_said_of_few_rows_few_ids_or_ids_that_say_nothing(rows, count):
    rng = np.random.default_rng(3)
    x, other = rng.integers(1, count, rows), rng.integers(1, count, rows)
    meanings = IdMeanings(x, other)
    assert math.isnan(meanings.of_company().kept)
    assert math.isnan(meanings.of_labels(np.arange(len(x)) % 2, np.arange(len(x)) % 2).kept)
