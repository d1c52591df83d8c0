import math

import pytest

from keras_stable.diagnosis.facts import History
from keras_stable.diagnosis.rule import Skip
from keras_stable.diagnosis.rules.trajectory.overfitting import overfitting

LOSS = (1.0, 0.7, 0.4, 0.2, 0.1, 0.05)
GOOD = (0.5, 0.7, 0.85, 0.9, 0.95, 1.0)
WORSE = (1.0, 0.8, 0.9, 1.1, 1.4, 1.8)
MILD = (1.0, 0.8, 0.75, 0.8, 0.85, 0.9)


@pytest.mark.parametrize(
    ("val_loss", "val_accuracy", "expected"),
    [
        (WORSE, (0.5, 0.6, 0.65, 0.64, 0.62, 0.6), "warning"),
        (WORSE, (0.5, 0.6, 0.7, 0.8, 0.85, 0.87), "advice"),
        (LOSS, (0.3, 0.4, 0.45, 0.5, 0.55, 0.6), "warning"),
        (MILD, (0.5, 0.6, 0.7, 0.75, 0.75, 0.75), "advice"),
        (MILD, (0.5, 0.7, 0.85, 0.9, 0.95, 0.97), None),
        (LOSS, (0.5, 0.6, 0.65, 0.7, 0.75, 0.8), None),
        (WORSE, (), "warning"),
        (MILD, (), "advice"),
        ((1.0, 0.8, 0.9, 1.1, 1.4, math.nan), GOOD, None),
    ],
)
def test_validation_beside_training(severity, val_loss, val_accuracy, expected):
    accuracy = GOOD if val_accuracy else ()
    history = History(loss=LOSS, val_loss=val_loss, accuracy=accuracy, val_accuracy=val_accuracy)
    assert severity(overfitting, history=history) == expected


def test_training_that_does_not_improve_is_no_overfitting(severity):
    history = History(loss=WORSE, val_loss=WORSE, accuracy=(0.9,) * 6, val_accuracy=(0.5,) * 6)
    assert severity(overfitting, history=history) is None


def test_without_validation_there_is_nothing_to_say():
    with pytest.raises(Skip, match="no validation loss"):
        list(overfitting.run({"history": History(loss=LOSS)}))
