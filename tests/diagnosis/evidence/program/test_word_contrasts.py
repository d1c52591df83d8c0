import numpy as np
import pytest

from keras_stable.diagnosis.evidence.program.word_contrasts import word_contrast, words_of


def texts(rng, n, vocabulary=500, shift=0, length=20):
    """Token ids, common ones more often, padded at the end."""
    ids = np.minimum(rng.zipf(1.4, (n, length)), vocabulary) + shift
    ids[np.arange(length) >= rng.integers(length // 2, length + 1, n)[:, None]] = 0
    return ids


@pytest.mark.parametrize("seed", range(10))
def test_the_same_texts_split_at_random(seed):
    rng = np.random.default_rng(seed)
    seen = word_contrast(texts(rng, 400), texts(rng, 60))
    assert seen.unknown - seen.usual_unknown < 0.1
    assert seen.distance < 2 * seen.usual_distance
    assert (seen.starts, seen.validation_starts) == (0.0, 0.0)


def test_another_vocabulary():
    rng = np.random.default_rng(0)
    seen = word_contrast(texts(rng, 400), texts(rng, 100, shift=1000))
    assert seen.unknown == 1.0
    unknown = np.where(rng.random((100, 20)) < 0.7, 1, texts(rng, 100))
    seen = word_contrast(texts(rng, 400) + 1, unknown)
    assert seen.distance > 0.5
    assert seen.commonest == "1"


def test_padding_on_the_other_side():
    rng = np.random.default_rng(0)
    seen = word_contrast(texts(rng, 400), np.sort(texts(rng, 100) > 0, axis=1) * 7)
    assert seen.ends > 0.8
    assert seen.validation_ends == 0
    assert seen.validation_starts > 0.8


def test_text_is_cut_into_words():
    assert words_of(np.array([[b"A dog"], ["x"]], object)) == [["a", "dog"], ["x"]]
    training = np.array(["good film"] * 40 + ["bad film"] * 40, object)
    assert word_contrast(training, np.array(["guter Film"] * 20, object)).unknown == 0.5
    assert word_contrast(training, training[:3]) is None
    assert word_contrast(np.zeros((80, 4), int), np.zeros((80, 4), int)) is None
