"""The loss of the best constant answer, against NumPy in float64."""

import keras
import numpy as np
import pytest

from keras_stable.diagnosis.evidence.data.batch import Batch
from keras_stable.diagnosis.evidence.step.best_constant import constant_loss, thinned
from keras_stable.diagnosis.evidence.step.evaluation import evaluate
from keras_stable.diagnosis.facts import Labels, Output

RNG = np.random.default_rng(0)
X = RNG.normal(size=(200, 5)).astype("float32")
IDS = RNG.choice(3, size=200, p=[0.5, 0.3, 0.2])


def test_weights_count_in_the_constant_answer_too():
    model = keras.Sequential([keras.Input((5,)), keras.layers.Dense(3, "softmax")])
    model.compile("sgd", "sparse_categorical_crossentropy")
    weights = np.array([1.0, 2.0, 4.0])[IDS]
    found = evaluate(model, Batch(X, IDS, weights), [Output(width=3)], [Labels()])
    shares = np.bincount(IDS, weights) / weights.sum()
    expected = -(weights * np.log(shares[IDS])).mean()
    assert found.constant_loss == pytest.approx(expected, rel=1e-5)


def test_rows_that_it_is_taken_over_need_no_inputs():
    model = keras.Sequential([keras.Input((5,)), keras.layers.Dense(3, "softmax")])
    model.compile("sgd", "sparse_categorical_crossentropy")
    output, labels = Output(width=3, activation="softmax", from_logits=False), Labels(kind="class_ids")
    over = Batch(None, np.repeat([0, 1, 2], [900, 90, 10]))
    shares = np.array([0.9, 0.09, 0.01])
    loss = constant_loss(model, Batch(X, IDS), [output], [labels], over)
    assert loss == pytest.approx(-(shares * np.log(shares)).sum(), rel=1e-5)


def test_labels_are_thinned_by_positions_and_not_by_rows():
    truth = np.broadcast_to(np.arange(3)[:, None], (3, 2**20))
    kept = thinned(truth, (3, 2**20, 7))
    assert kept.shape[0] == 3
    assert kept.size <= 2**20
    assert (kept == np.arange(3)[:, None]).all()
