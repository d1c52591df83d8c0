import numpy as np
import pytest

from keras_stable.diagnosis.evidence.program.predictions import Predictions

rng = np.random.default_rng(0)
X = rng.normal(size=(200, 6))


def deviations(labels, inputs=None, worded=(False,)):
    predictions = Predictions(inputs or [X], labels, list(worded))
    return (predictions.explained(labels) - predictions.dealt.mean()) / predictions.dealt.std()


@pytest.mark.parametrize(
    "labels",
    [
        [X[:, 0] > 0],
        [np.digitize(X[:, 0], [-1, 0, 1])],
        [np.eye(4)[np.digitize(X[:, 0], [-1, 0, 1])]],
        [X[:, :1] * X[:, 1:2]],
        [X[:, 0], X[:, 1] > 0],
        [np.repeat(X[:, :1, None] > 0, 30, axis=1)],
    ],
)
def test_labels_of_every_kind(labels):
    assert deviations(labels) > 6
    order = rng.permutation(200)
    assert abs(deviations([leaf[order] for leaf in labels])) < 4


def test_words():
    text = rng.integers(1, 50, (200, 10))
    assert deviations([(text == 7).any(axis=1) | (text == 8).any(axis=1)], [text], [True]) > 4


def test_what_never_varies():
    with pytest.raises(ValueError, match="labels never vary"):
        Predictions([X], [np.zeros(200)], [False])
    with pytest.raises(ValueError, match="inputs are the same"):
        Predictions([np.ones((200, 3))], [X[:, 0]], [False])
