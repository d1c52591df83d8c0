"""Ids that are looked up."""

import keras
import numpy as np
import pytest
from keras import layers

from keras_stable.diagnosis.evidence.data.batch import Batch
from keras_stable.diagnosis.evidence.tracing.recording import record
from keras_stable.diagnosis.evidence.tracing.vocabularies import looked_up_words

RNG = np.random.default_rng(0)
LENGTHS = RNG.integers(2, 9, 20)
CONTENT = np.arange(10)[None] < LENGTHS[:, None]


def words(ids, mask_zero=False):
    model = keras.Sequential([keras.Input(ids.shape[1:], dtype="int32"), layers.Embedding(50, 4, mask_zero=mask_zero)])
    return list(looked_up_words(record(model, [Batch(ids, np.zeros(len(ids)))])))


@pytest.mark.parametrize("mask_zero", [True, False])
def test_padding_is_left_out(mask_zero):
    (found,) = words(np.where(CONTENT, 1, 0), mask_zero)
    assert (found.commonest, found.share, found.count, found.distinct) == (1, 1.0, LENGTHS.sum(), 1)
    (found,) = words(np.where(CONTENT, RNG.integers(1, 50, CONTENT.shape), 0), mask_zero)
    assert found.share < 0.2
    assert found.size == 50


def test_a_single_id_a_row_is_no_text():
    assert words(np.ones((20, 1), "int32")) == []
