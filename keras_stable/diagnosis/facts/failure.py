"""What the training step raises, where it cannot be taken."""

from dataclasses import dataclass


@dataclass(frozen=True)
class CodePlace:
    """A line of a user's own code.

    Attributes:
        file: str, its path; line: int, from 1.
        function: str, the function that the line belongs to.
    """

    file: str = "train.py"
    line: int = 1
    function: str = "train_step"


@dataclass(frozen=True)
class StepFailure:
    """An exception that a training step raises on a batch of the data.

    Attributes:
        message: str, its type and the line that says what is wrong.
        place: `CodePlace`, the innermost line of the user's own code that it went through; None without one.
        own_step: bool, whether the model has a `train_step` of its own.
    """

    message: str = "ValueError: No gradients provided for any variable."
    place: CodePlace | None = None
    own_step: bool = True
