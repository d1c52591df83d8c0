"""Terms that a training step logs beside their sum. Imports no TensorFlow."""

from dataclasses import dataclass

import numpy as np

from keras_stable.diagnosis.facts import Probe

_LEAST_STEPS, _PART = 20, 0.1
# Share of the range of the total that a sum of the terms may miss: it is met to rounding, or it is another sum.
_EXACT = 1e-3
# Share of the fall of the total that the term makes.
_MOST = 0.8


@dataclass(frozen=True)
class Subtracted:
    """A term with a negative factor, which rises while the total falls.

    Attributes:
        name: str; factor: float.
        first, last: float, of the term; total_first, total_last: of the total.
    """

    name: str
    factor: float
    first: float
    last: float
    total_first: float
    total_last: float


def subtracted_term(probe: Probe) -> Subtracted | None:
    """Returns the loss that the total of a short training falls by, because it is subtracted; None without one.

    The factors are those of the sum that the logged losses make up to the total, batch by batch.
    """
    total = np.asarray(probe.loss, "float64")
    terms = {name: np.asarray(values, "float64") for name, values in probe.losses.items()}
    terms = {name: values for name, values in terms.items() if not np.array_equal(values, total)}
    if len(total) < _LEAST_STEPS or not terms or not np.isfinite([total, *terms.values()]).all():
        return None
    table = np.stack([*terms.values(), np.ones(len(total))], axis=1)
    scale = np.maximum(np.abs(table).max(0), np.finfo("float64").tiny)
    factors = np.linalg.lstsq(table / scale, total, rcond=None)[0] / scale
    if np.abs(table @ factors - total).max() > _EXACT * np.ptp(total):
        return None
    first, last = _ends(total)
    for (name, values), factor in zip(terms.items(), factors, strict=False):
        begun, ended = _ends(values)
        by_term = factor * (ended - begun)
        if factor < 0 and last < first and by_term < _MOST * (last - first):
            return Subtracted(name, float(factor), begun, ended, first, last)
    return None


def _ends(values: np.ndarray) -> tuple[float, float]:
    count = max(1, int(_PART * len(values)))
    return float(np.median(values[:count])), float(np.median(values[-count:]))
