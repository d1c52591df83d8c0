"""One training run of a comparison: what it came to, or why it came to nothing."""

from dataclasses import dataclass

from keras_stable.runs.results import Curves, Summary


@dataclass(frozen=True)
class Run:
    """A run that ended as its config says.

    Attributes:
        label: str; which config.
        seed: int.
        seconds: float; of data, model and training together.
        summary: `Summary`, its figures.
        curves: `Curves`, what was measured in it.
    """

    label: str
    seed: int
    seconds: float
    summary: Summary
    curves: Curves


@dataclass(frozen=True)
class Failure:
    """A run that an exception ended.

    Attributes:
        label: str; which config.
        seed: int.
        message: str; the type and the first line of the exception.
        traceback: str; where it was raised.
    """

    label: str
    seed: int
    message: str
    traceback: str = ""

    def __str__(self) -> str:
        return f"{self.label}, seed {self.seed}: {self.message}"
