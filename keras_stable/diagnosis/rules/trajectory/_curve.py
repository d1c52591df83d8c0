"""A loss over time, from a history or a short training, made fit to be judged."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from keras_stable.diagnosis.facts import History, Probe
from keras_stable.diagnosis.progress import gained, noise_of, to_gain
from keras_stable.diagnosis.rule import Skip

_LEAST_WIDTH, _PARTS = 5, 8


@dataclass(frozen=True)
class Curve:
    """A loss over time, up to the first value that is NaN or infinite.

    Attributes:
        values: float64 array, smoothed where an entry is one batch.
        raw: float64 array, as logged.
        unit: "epoch" or "step".
        broken: int, place of the first value that is not finite; -1 without one.
        floor: float, the least loss that the labels allow; NaN where unknown.
    """

    values: np.ndarray
    raw: np.ndarray
    unit: str
    broken: int = -1
    floor: float = 0.0

    @property
    def noise(self) -> float:
        """Returns the standard deviation of the logged values around their trend; NaN for fewer than four."""
        return noise_of(self.raw)

    @property
    def length(self) -> str:
        """Returns how many values were logged, in words."""
        return f"{len(self.raw)} {self.unit}{'' if len(self.raw) == 1 else 's'}"

    def gained(self, start: float, loss: float) -> float:
        """Returns the share of what there is to gain below `start` that a loss has gained; see `progress.gained`."""
        return gained(start, loss, self.floor, self.noise)

    def to_gain(self, start: float) -> float:
        """Returns what there is to gain below a loss, in its unit; infinite where that cannot be told."""
        least = float(self.raw.min()) if len(self.raw) else start
        whole = to_gain(start, least, self.floor, self.noise)
        return math.inf if math.isnan(whole) else whole


def loss_curve(history: History | None, probe: Probe | None) -> Curve:
    """Returns the loss of the history by epoch, or else that of the probe by step.

    Raises:
        Skip: there is neither.
    """
    if history is not None and history.loss:
        raw, broken = finite_part(history.loss)
        return Curve(raw, raw, "epoch", broken, history.floor)
    if probe is None or not probe.loss:
        raise Skip("there is neither a history nor a short training")
    raw, broken = finite_part(probe.loss)
    return Curve(smoothed(raw), raw, "step", broken, probe.before.floor)


def finite_part(values: Sequence[float]) -> tuple[np.ndarray, int]:
    """Returns the values before the first one that is not finite, and its place or -1.

    >>> finite_part([2.0, 1.0, float("nan"), 1.0])
    (array([2., 1.]), 2)
    """
    broken = next((index for index, value in enumerate(values) if not math.isfinite(value)), -1)
    return np.array(values[: broken if broken >= 0 else None], "float64"), broken


def smoothed(values: np.ndarray) -> np.ndarray:
    """Returns the running median of batch losses, over an eighth of them and at least 5.

    >>> smoothed(np.array([4.0, 9.0, 4.0, 3.0, 2.0, 2.0, 1.0]))
    array([4., 3., 2.])
    """
    width = min(max(_LEAST_WIDTH, len(values) // _PARTS), max(len(values), 1))
    if len(values) < _LEAST_WIDTH:
        return values
    return np.median(np.lib.stride_tricks.sliding_window_view(values, width), axis=-1)


def blocks(values: np.ndarray, width: int) -> tuple[np.ndarray, float]:
    """Returns the means of blocks of batch losses, and the standard error of such a mean."""
    count = len(values) // width
    parts = values[: count * width].reshape(count, width)
    if count == 0:
        return np.empty(0), math.nan
    # Differences of neighbours keep the trend out of the noise.
    noise = np.sqrt(np.mean(np.diff(parts, axis=1) ** 2) / 2)
    return parts.mean(1), float(noise / math.sqrt(width))


def swings(values: np.ndarray, least: float) -> int:
    """Returns how often the curve turns after a move of at least `least` and then moves as far back.

    >>> swings(np.array([1.0, 2.0, 1.0, 2.0, 1.9]), 0.5)
    2
    """
    moves = np.diff(values)
    turned = (moves[:-1] * moves[1:] < 0) & (np.minimum(abs(moves[:-1]), abs(moves[1:])) >= least)
    return int(turned.sum())
