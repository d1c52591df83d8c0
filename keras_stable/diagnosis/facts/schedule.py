"""The learning rate over the whole of a training."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Schedule:
    """The path of the learning rate, simulated before training, or read from a history.

    Attributes:
        kind: str, class of what sets it: "CosineDecay", "LearningRateScheduler", ...; "callable" for a function.
        unit: "step" or "epoch", what it counts.
        observed: bool, whether the rates are those of a training that was run.
        epochs, steps: int, of the plan; steps_per_epoch: int.
        first_step: int, the optimizer's step count when training begins.
        at: tuple of int, steps of the training, from 0, in order; all of a short one.
        rates: tuple of float, the rate of these steps.
        later: float, the highest rate that would come in ten times the planned steps; NaN where it cannot be told.
        intended: float, the rate of the last epoch if the function of (epoch, rate) got the first rate every time, and
            not its own last result, where it makes use of both and shrinks what it gets more in every epoch; else NaN.
        settings: mapping of str to float, the numbers that the schedule was made with.
        error: str, what `fit` would raise; "".
    """

    kind: str = "CosineDecay"
    unit: str = "step"
    observed: bool = False
    epochs: int = 10
    steps: int = 320
    steps_per_epoch: int = 32
    first_step: int = 0
    at: tuple[int, ...] = (0, 80, 160, 240, 319)
    rates: tuple[float, ...] = (1e-3, 8.5e-4, 5e-4, 1.5e-4, 1e-8)
    later: float = 1e-3
    intended: float = float("nan")
    settings: Mapping[str, float] = field(default_factory=dict)
    error: str = ""

    @property
    def peak(self) -> float:
        """Returns the highest rate; 0 without any."""
        return max(self.rates, default=0.0)

    def weighted(self) -> tuple[tuple[int, float], ...]:
        """Returns each rate with the number of steps that it stands for: those up to the next one.

        >>> Schedule(steps=10, at=(0, 1, 5), rates=(0.3, 0.2, 0.1)).weighted()
        ((1, 0.3), (4, 0.2), (5, 0.1))
        """
        ends = (*self.at[1:], max(self.steps, self.at[-1] + 1)) if self.at else ()
        return tuple((end - start, rate) for start, end, rate in zip(self.at, ends, self.rates, strict=True))

    def mean(self) -> float:
        """Returns the mean rate as a share of the peak; 0 where there is no rate at all."""
        total = sum(steps for steps, _ in self.weighted())
        return sum(steps * rate for steps, rate in self.weighted()) / (total * self.peak) if self.peak > 0 else 0.0

    def share_below(self, rate: float) -> float:
        """Returns the share of the steps whose rate is at or below this."""
        total = sum(steps for steps, _ in self.weighted())
        return sum(steps for steps, own in self.weighted() if own <= rate) / total if total else 0.0
