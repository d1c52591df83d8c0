"""A line of a user's code."""

from dataclasses import dataclass


@dataclass(frozen=True)
class CodeLocation:
    """Where in a user's own code something stands.

    Attributes:
        file: str, as Python names it; of a notebook "train.ipynb (cell 3)".
        line: int, from 1.
        text: str, the line itself without the space around it; "" where it could not be read.

    >>> print(CodeLocation("train.py", 12, "model.fit(x, y)"))
    train.py:12
    """

    file: str
    line: int
    text: str = ""

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"
