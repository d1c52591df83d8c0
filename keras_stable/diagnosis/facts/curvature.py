"""Curvature, gradient noise and the learning-rate range test."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Curvature:
    """The largest eigenvalue of the Hessian of the loss (power iteration on Hessian-vector products).

    Attributes:
        sharpness: float, at the audited weights.
        sharpness_after: float, after the probe; NaN without one.
        iterations: int.
    """

    sharpness: float = 10.0
    sharpness_after: float = float("nan")
    iterations: int = 20


@dataclass(frozen=True)
class GradientNoise:
    """The simple noise scale tr(S) / |G|^2 of McCandlish et al. (2018), in samples.

    Attributes:
        scale: float, samples; batch_size: int; batches: int, how many gradients it was taken from.
    """

    scale: float = 100.0
    batch_size: int = 32
    batches: int = 8


@dataclass(frozen=True)
class RateRange:
    """The loss while the learning rate grows at every step (Smith 2017).

    Attributes:
        rates, losses: tuples of float.
        best: float, rate of the steepest descent; highest: float, rate from which on the loss rises.
        own: float, the model's rate.
    """

    rates: tuple[float, ...] = ()
    losses: tuple[float, ...] = ()
    best: float = 1e-3
    highest: float = 1e-1
    own: float = 1e-3
