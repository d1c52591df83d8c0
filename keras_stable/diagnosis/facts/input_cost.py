"""What the input costs against the step."""

from dataclasses import dataclass


@dataclass(frozen=True)
class InputCost:
    """The time of a batch and of the step that it is read for.

    Attributes:
        kind: str, of the source, as in `Pipeline.kind`.
        batch_seconds: float, median time until the next batch is there, in a later epoch where one was read.
        step_seconds: float, of the quickest step of a copy.
        batches: int, that the first is the median of.
    """

    kind: str = "dataset"
    batch_seconds: float = 0.002
    step_seconds: float = 0.02
    batches: int = 30

    @property
    def waiting(self) -> float:
        """Returns the share of a training's time that the step waits, where the next batch is read during the step."""
        slower = max(self.batch_seconds, self.step_seconds)
        return max(0.0, self.batch_seconds - self.step_seconds) / slower if slower > 0 else 0.0
