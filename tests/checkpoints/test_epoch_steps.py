"""The steps of an epoch are handed out from the place on that a checkpoint says."""

import numpy as np
import pytest
import tensorflow as tf

from keras_stable.checkpoints.epoch_steps import EpochSteps, Follower, Position
from keras_stable.errors import CheckpointError

ROWS = np.arange(8.0, dtype="float32")[:, None]


class Following(Follower):
    def __init__(self):
        self.told = []

    def pass_begins(self, number):
        self.told.append(number)

    def skipped(self):
        self.told.append("skipped")
        return True


def epochs(iterator_of, position=None, count=2, **arguments):
    """Returns what each epoch of a `fit` reads, and the places after each step."""
    iterator = iterator_of(
        tf.data.Dataset.from_tensor_slices((ROWS, ROWS)).batch(2).repeat(arguments.pop("repeats", 1)), **arguments
    )
    following = Following()
    steps = EpochSteps(iterator, following)
    first = 0
    if position is not None:
        steps.go_to(position)
        first = position.epoch
    read, places = [], []
    for epoch in range(first, count):
        steps.epoch = epoch
        read.append([])
        for begin, *_, batches in iterator:
            read[-1].append((begin, float(next(batches)[0][0, 0])))
            places.append(steps.position())
        places.append(steps.next_position(epoch + 1))
    return read, places, following.told


@pytest.mark.parametrize("arguments", [{}, {"steps_per_epoch": 3, "repeats": -1}], ids=["whole", "part"])
def test_it_goes_on_from_every_place(arguments, iterator_of):
    read, places, _ = epochs(iterator_of, count=3, **arguments)
    flat = [step for epoch in read for step in epoch]
    for place in places:
        rest, _, told = epochs(iterator_of, Position.from_dict(place.to_dict()), count=3, **arguments)
        left = [step for epoch in rest for step in epoch]
        assert left == flat[len(flat) - len(left) :]
        done = sum(len(epoch) for epoch in read[: place.epoch]) + place.done
        assert len(left) == len(flat) - done
        assert place.epoch == 3 or "skipped" in told


@pytest.mark.parametrize(
    ("change", "message"),
    [({"steps_per_execution": 2}, "must have the arguments it had"), ({"batches": 9}, "an epoch has 4 batches, not 9")],
)
def test_other_data_are_refused(change, message, iterator_of):
    _, places, _ = epochs(iterator_of, count=1)
    with pytest.raises(CheckpointError, match=message):
        epochs(iterator_of, Position.from_dict(places[1].to_dict() | change))


@pytest.mark.parametrize("change", [{"done": "1"}, {"done": -1}, {"more": 1}, {"epoch": 1.5}])
def test_what_is_no_position_is_refused(change):
    content = Position(0, 1, 0, 1, 0, 4, False, 1, None).to_dict() | change
    with pytest.raises(CheckpointError):
        Position.from_dict(content)
