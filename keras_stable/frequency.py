"""`Frequency`: how often something is done, counted in epochs, steps or seconds."""

import re
from dataclasses import dataclass
from typing import Any

from keras_stable.errors import invalid_argument

FREQUENCY_PATTERN = r"^[1-9][0-9]{0,8} (epoch|step|second)s?$"
FREQUENCY_FORM = '"<number> epochs", "<number> steps" or "<number> seconds", such as "5 epochs"'


@dataclass(frozen=True)
class Frequency:
    """Once in so many epochs, steps or seconds.

    Attributes:
        count: int >= 1.
        unit: "epoch", "step" or "second".

    >>> Frequency.parse("5 epochs")
    Frequency(count=5, unit='epoch')
    """

    count: int
    unit: str

    @classmethod
    def parse(cls, text: Any, argument: str = "every") -> "Frequency":
        """Returns what a text such as "200 steps" says.

        Raises:
            InvalidArgumentError: it is not of that form.
        """
        if not isinstance(text, str) or re.fullmatch(FREQUENCY_PATTERN, text) is None:
            raise invalid_argument(argument, FREQUENCY_FORM, text)
        count, unit = text.split(" ")
        return cls(int(count), unit.removesuffix("s"))
