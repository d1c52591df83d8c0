"""Zeros between ids, of words that are numbered from 0 and from 1."""

from collections import Counter

import numpy as np
import pytest

from keras_stable.diagnosis.evidence.data.inner_zeros import zeros_between

rng = np.random.default_rng(0)
TEXTS = [rng.zipf(1.6, rng.integers(3, 12)) for _ in range(300)]
COMMONEST = [word for word, _ in Counter(word for text in TEXTS for word in text).most_common()]


def ids(first):
    numbers = {word: k + first for k, word in enumerate(COMMONEST)}
    rows = np.zeros((len(TEXTS), 12), "int64")
    for row, text in zip(rows, TEXTS, strict=True):
        row[: len(text)] = [numbers[word] for word in text]
    return rows


def test_padding_alone_makes_none():
    assert zeros_between(ids(1)) is None
    assert zeros_between(ids(1)[:, ::-1]) is None
    assert zeros_between(np.zeros((4, 5), "int64")) is None


def test_the_commonest_word():
    zeros = zeros_between(ids(0))
    assert zeros.rows > 0.5
    assert 0.5 < zeros.again < 2
    assert zeros.share > zeros.next_share
    assert zeros.aligned < 0.5
    assert zeros.others == len(COMMONEST) - 1


def test_two_sequences_that_were_joined():
    zeros = zeros_between(np.concatenate([ids(1), ids(1)], axis=1))
    assert zeros.aligned == 1.0
    assert zeros.again > 1


def test_what_the_zeros_say_of_the_labels():
    rows = ids(0)
    rows = rows[(rows != 0).any(1)]
    told = zeros_between(rows, zeros_between_rows(rows).astype(float)).told
    assert told == pytest.approx(len(rows) ** 0.5)
    assert zeros_between(rows, np.random.default_rng(1).normal(size=len(rows))).told < 4
    assert np.isnan(zeros_between(rows).told)
    assert np.isnan(zeros_between(rows, np.ones(len(rows))).told)


def zeros_between_rows(rows):
    """Whether a row has a zero before its last word, by a plain loop."""
    return np.array([0 in list(np.trim_zeros(row)) for row in rows])
