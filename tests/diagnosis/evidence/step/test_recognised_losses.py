import numpy as np
import pytest

from keras_stable.diagnosis.evidence.step.recognised_losses import recognised

RNG = np.random.default_rng(0)
YES = RNG.integers(0, 2, (20, 1)).astype("float64")
IDS = RNG.integers(0, 4, 20)


def of_shares(p):
    return -float(np.mean(np.log(p[np.arange(20), IDS])))


def of_logits(p):
    return float(np.mean(np.log(np.exp(p).sum(-1)) - p[np.arange(20), IDS]))


def binary(p):
    return -float(np.mean(YES * np.log(p) + (1 - YES) * np.log(1 - p)))


@pytest.mark.parametrize(
    ("loss", "truth", "shape", "expected"),
    [
        (of_shares, IDS, (20, 4), ("sparse_categorical_crossentropy", False)),
        (of_logits, IDS, (20, 4), ("sparse_categorical_crossentropy", True)),
        (lambda p: 3 * of_logits(p) + 7, IDS, (20, 4), ("sparse_categorical_crossentropy", True)),
        (of_shares, np.eye(4)[IDS], (20, 4), ("categorical_crossentropy", False)),
        (binary, YES, (20, 1), ("binary_crossentropy", False)),
        (lambda p: -binary(p), YES, (20, 1), ("", None)),
        (lambda p: float(np.mean((p - YES) ** 2)), YES, (20, 1), ("", None)),
        (lambda p: of_shares(p) + of_logits(p), IDS, (20, 4), ("", None)),
        (lambda p: np.nan, IDS, (20, 4), ("", None)),
        (lambda p: 1.0, IDS, (20, 4), ("", None)),
        (of_shares, IDS + 0.5, (20, 4), ("", None)),
        (of_shares, RNG.normal(size=(20, 3)), (20, 4), ("", None)),
    ],
)
def test_losses_are_told_by_their_values(loss, truth, shape, expected):
    assert recognised(loss, truth, shape) == expected
