"""How often something is done is said in one form."""

import pytest

from keras_stable.errors import InvalidArgumentError
from keras_stable.frequency import Frequency


@pytest.mark.parametrize(
    ("text", "count", "unit"), [("5 epochs", 5, "epoch"), ("1 epoch", 1, "epoch"), ("60 seconds", 60, "second")]
)
def test_it_is_read(text, count, unit):
    assert Frequency.parse(text) == Frequency(count, unit)


@pytest.mark.parametrize("text", ["0 steps", "steps", "5", 5, None, "5 hours", "-1 steps", "1 step\n", "1.5 epochs"])
def test_anything_else_is_refused(text):
    with pytest.raises(InvalidArgumentError, match="`checkpoint_every` must be"):
        Frequency.parse(text, "checkpoint_every")
