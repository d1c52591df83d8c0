"""One input in training and validation: scale, shift, channels. Imports no TensorFlow."""

import itertools

import numpy as np

from keras_stable.diagnosis.evidence.program.moments_by_row import (
    Figures,
    Units,
    certain,
    figures_of,
    log_ratio,
    units_of,
)
from keras_stable.diagnosis.facts import FeatureContrast, InputContrast

SHIFTED = 1.0  # standard deviations: sites, seasons and the like, which data may well differ by, make less
SCALED = 1.8  # ratio of standard deviations: augmentation and noise make less, [-1, 1] against [0, 1] makes 2
_PARTS = 8
_BEYOND_PARTS = 2.0  # times the most that an eighth of training differs from the whole of it
_LEAST_ROWS = 8
_CHANNEL_COUNTS = (3, 4)
_FITS = 0.1  # of the misfit that another order of the channels may leave


def numbers_contrast(
    name: str, training: np.ndarray, validation: np.ndarray, weights: np.ndarray | None = None
) -> InputContrast:
    """Returns how an input of numbers differs.

    A feature differs where its mean or spread does by more than ordinary data sets have, beyond doubt by the standard
    errors, and by far more than parts of the training rows differ from their whole: data that drifts does so too.

    Args:
        name: str.
        training, validation: arrays [n, ...], in the order of the data.
        weights: array [n], of the training rows, that gives them the classes of validation; None for none.

    >>> rng = np.random.default_rng(0)
    >>> contrast = numbers_contrast("x", rng.random((300, 4)), 255 * rng.random((60, 4)))
    >>> contrast.features, contrast.differing, round(contrast.worst.scale / 255, 1)
    (4, 4, 1.0)
    """
    one, other = units_of(training), units_of(validation)
    plain = InputContrast(name, training.dtype.name, validation.dtype.name, features=0)
    finite = np.isfinite(one.first).all(axis=1), np.isfinite(other.first).all(axis=1)
    if one.first.shape[1] != other.first.shape[1] or min(part.sum() for part in finite) < _LEAST_ROWS:
        return plain
    weights = None if weights is None else weights[finite[0]]
    one, other = one.take(finite[0]), other.take(finite[1])
    before, after = figures_of(one, weights), figures_of(other)
    if before.rows < _LEAST_ROWS:
        return plain
    varies = before.std > 1e-9 * np.maximum(np.abs(before.mean), 1e-3)
    shift = np.where(varies, (after.mean - before.mean) / np.maximum(before.std, 1e-30), 0.0)
    scale = np.where(varies, log_ratio(after.std, before.std), 0.0)
    differing = varies & _differ(shift, scale, before, after, one)
    size = np.maximum(np.abs(shift) / SHIFTED, np.abs(scale) / np.log(SCALED))
    return InputContrast(
        name,
        training.dtype.name,
        validation.dtype.name,
        features=int(varies.sum()),
        differing=int(differing.sum()),
        worst=_worst(int(np.argmax(size * differing)), before, after, shift, scale) if differing.any() else None,
        channels=_channels(before, after, one) if training.ndim > 2 else (),
    )


def _differ(shift: np.ndarray, scale: np.ndarray, before: Figures, after: Figures, training: Units) -> np.ndarray:
    sure = certain(min(before.rows, after.rows))
    # Rows of validation that are few by chance show less spread than there is: that of training counts as well.
    fewer = np.sqrt(before.rows / after.rows)
    mean_error = np.hypot(before.mean_error, np.maximum(after.mean_error, fewer * before.mean_error))
    variance_error = np.hypot(before.variance_error, np.maximum(after.variance_error, fewer * before.variance_error))
    drift, swell = _within(training, before)
    shifted = (
        (np.abs(shift) > SHIFTED)
        & (np.abs(after.mean - before.mean) > sure * mean_error)
        & (np.abs(shift) > _BEYOND_PARTS * drift)
    )
    scaled = (
        (np.abs(scale) > np.log(SCALED))
        & (np.abs(after.variance - before.variance) > sure * variance_error)
        & (np.abs(scale) > _BEYOND_PARTS * swell)
    )
    return shifted | scaled


def _within(training: Units, whole: Figures) -> tuple[np.ndarray, np.ndarray]:
    """Returns the most that parts of the training rows, in their order, are shifted and scaled against the whole."""
    parts = [part for part in np.array_split(np.arange(len(training.first)), _PARTS) if len(part) > 1]
    figures = [figures_of(training.take(part)) for part in parts]
    std = np.maximum(whole.std, 1e-30)
    shifts = np.abs([(part.mean - whole.mean) / std for part in figures])
    # A part may be constant by chance where a value is rare; that says nothing of how spreads swell.
    scales = np.array([log_ratio(part.std, whole.std) for part in figures])
    return shifts.max(axis=0), np.median(np.abs(scales), axis=0)


def _worst(index: int, before: Figures, after: Figures, shift: np.ndarray, scale: np.ndarray) -> FeatureContrast:
    return FeatureContrast(
        index if len(shift) > 1 else -1,
        float(before.mean[index]),
        float(before.std[index]),
        float(after.mean[index]),
        float(after.std[index]),
        float(shift[index]),
        float(np.exp(scale[index])),
    )


def _channels(before: Figures, after: Figures, training: Units) -> tuple[int, ...]:
    """Returns the order in which the channels of validation fit those of training; () where their own does."""
    count = len(before.mean)
    if count not in _CHANNEL_COUNTS:
        return ()
    drift, _ = _within(training, before)
    error = np.maximum(np.hypot(before.mean_error, after.mean_error), drift * before.std / np.sqrt(_PARTS))

    def misfit(order: tuple[int, ...]) -> float:
        moved = list(order)
        return float(np.square((after.mean[moved] - before.mean) / np.maximum(error, 1e-12)).sum())

    own = tuple(range(count))
    best = min(itertools.permutations(own), key=misfit)
    doubt = certain(min(before.rows, after.rows)) ** 2 * 2
    return best if best != own and misfit(own) > doubt and misfit(best) < _FITS * misfit(own) else ()
