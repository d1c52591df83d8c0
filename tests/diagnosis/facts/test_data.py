import pytest

from keras_stable.diagnosis.facts import Plan


@pytest.mark.parametrize(
    ("steps_per_epoch", "epochs", "first", "steps"),
    [
        (32, 10, 0, 320),
        (32, 10, 4, 192),
        (32, 10, 10, 0),
        (32, 10, 11, 0),
        (32, 0, 0, 0),
        (None, 10, 0, None),
        (32, None, 0, None),
    ],
)
def test_a_plan_counts_the_epochs_that_are_left(steps_per_epoch, epochs, first, steps):
    assert Plan(steps_per_epoch=steps_per_epoch, epochs=epochs, initial_epoch=first).steps == steps


def test_nobody_said_for_how_long():
    assert Plan().steps is None
