"""The words of an input in training and validation: unknown ones, shares, padding. Imports no TensorFlow."""

from collections import Counter
from collections.abc import Sequence

import numpy as np

from keras_stable.diagnosis.evidence.program.id_meanings import IdMeanings, Meaning
from keras_stable.diagnosis.facts import WordContrast

_LEAST_ROWS = 16
_PADDING = "0"


def words_of(leaf: np.ndarray) -> list[list[str]]:
    """Returns the words of each row: token ids, or text cut at blanks.

    >>> words_of(np.array([[3, 0]])), words_of(np.array(["A cat"]))
    ([['3', '0']], [['a', 'cat']])
    """
    if leaf.dtype.kind in "biuf":
        return np.asarray(leaf).reshape(len(leaf), -1).astype(np.int64).astype(str).tolist()
    rows = leaf.reshape(len(leaf), -1).tolist()
    texts = ([w.decode("utf-8", "replace") if isinstance(w, bytes) else w for w in row] for row in rows)
    return [" ".join(row).lower().split() for row in texts]


def word_contrast(
    training: np.ndarray,
    validation: np.ndarray,
    seed: int = 0,
    labels: tuple[np.ndarray, np.ndarray] | None = None,
) -> WordContrast | None:
    """Returns how the words of validation differ from those of half of the training rows, as its other half does.

    Args:
        training, validation: arrays [n, length] of token ids, or of text.
        seed: int, of how the training rows are halved. Default: 0.
        labels: the labels of the rows as numbers, arrays [n] or [n, columns], in training and validation; None where
            a row has none. Default: None.

    >>> rng = np.random.default_rng(0)
    >>> contrast = word_contrast(rng.integers(1, 50, (400, 20)), rng.integers(40, 90, (100, 20)))
    >>> contrast.usual_unknown, 0.7 < contrast.unknown < 0.9, contrast.distance > 0.7
    (0.0, True, True)
    """
    rows, others = words_of(training), words_of(validation)
    padded = training.dtype.kind in "biuf"
    order = np.random.default_rng(seed).permutation(len(rows))
    half = len(rows) // 2
    if min(half, len(others)) < _LEAST_ROWS:
        return None
    # As many rows on both sides: a larger sample has more rare words.
    count = min(half, len(others))
    known, usual, new = (
        _counted(part, padded)
        for part in (
            [rows[i] for i in order[:half]],
            [rows[i] for i in order[half:][:count]],
            others[:: max(1, len(others) // count)][:count],
        )
    )
    if not all(counts.total() for counts in (known, usual, new)):
        return None
    meaning = company = Meaning()
    if padded and training.ndim == validation.ndim == 2:
        meanings = IdMeanings(training, validation, seed)
        company = meanings.of_company()
        meaning = meanings.of_labels(*labels) if labels is not None else meaning
    commonest = max(new, key=lambda word: new[word] / new.total() - known[word] / known.total())
    return WordContrast(
        unknown=_unknown(new, known),
        usual_unknown=_unknown(usual, known),
        distance=_distance(new, known),
        usual_distance=_distance(usual, known),
        commonest=commonest,
        commonest_share=new[commonest] / new.total(),
        usual_share=known[commonest] / known.total(),
        starts=_padded(rows, 0) if padded else 0.0,
        validation_starts=_padded(others, 0) if padded else 0.0,
        ends=_padded(rows, -1) if padded else 0.0,
        validation_ends=_padded(others, -1) if padded else 0.0,
        meaning=meaning.kept,
        meaning_error=meaning.error,
        company=company.kept,
        company_error=company.error,
    )


def _counted(rows: Sequence[Sequence[str]], padded: bool) -> Counter[str]:
    return Counter(word for row in rows for word in row if not (padded and word == _PADDING))


def _unknown(words: Counter[str], known: Counter[str]) -> float:
    return sum(count for word, count in words.items() if word not in known) / words.total()


def _distance(words: Counter[str], known: Counter[str]) -> float:
    every = {*words, *known}
    return sum(abs(words[word] / words.total() - known[word] / known.total()) for word in every) / 2


def _padded(rows: Sequence[Sequence[str]], place: int) -> float:
    return float(np.mean([row[place] == _PADDING and set(row) != {_PADDING} for row in rows if row]))
