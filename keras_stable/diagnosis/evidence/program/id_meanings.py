"""Whether ids say the same in validation as in training, of labels and of each other. Imports no TensorFlow."""

import math
from dataclasses import dataclass

import numpy as np

_IDS, _COMPANY, _LEAST_IDS = 1000, 40, 12
_LEAST_ROWS = 100
_LEAST_EXPECTED = 5.0  # rows with an id, below which its figures are far from normal
_HALVINGS, _GROUPS = 8, 10
_SIGNAL = 8.0  # standard deviations of ids that say nothing, below which what they say cannot be compared


@dataclass(frozen=True)
class Meaning:
    """How much of what ids say in training they say in validation.

    Attributes:
        kept: float, 1 where ids mean the same, 0 where they have nothing in common; NaN where they say nothing.
        error: float, its standard error.
    """

    kept: float = math.nan
    error: float = math.nan


class IdMeanings:
    """Compares what ids say in training and in validation.

    What an id says of a number is the correlation of the number with the presence of the id in a row. Products of these
    correlations from two sets of rows have, over ids that mean the same, the mean square of the true ones as their
    mean, whatever the noise of each; between halves of training they say how much there is to be kept.

    Args:
        training, validation: arrays [n, steps] of ids.
        seed: int, of how training is halved. Default: 0.

    >>> rng = np.random.default_rng(0)
    >>> def texts(count):
    ...     y = rng.integers(0, 2, count)
    ...     return rng.integers(1, 100, (count, 30)) + 100 * (rng.random((count, 30)) < 0.1 + 0.8 * y[:, None]), y
    >>> (x, y), (other, truth) = texts(1000), texts(500)
    >>> names = np.random.default_rng(1).permutation(200)
    >>> same, renamed = (IdMeanings(x, ids).of_labels(y, truth) for ids in (other, names[other]))
    >>> abs(same.kept - 1) < 0.2, abs(renamed.kept) < 0.3
    (True, True)
    """

    def __init__(self, training: np.ndarray, validation: np.ndarray, seed: int = 0) -> None:
        ids, counts = np.unique(training[training != 0], return_counts=True)
        common = ids[np.argsort(-counts, kind="stable")[:_IDS]]
        sets = [_presence(rows, common) for rows in (training, validation)]
        # An id that is in hardly any row, or in nearly all, says nothing that could be compared.
        shares = sets[0].mean(0)
        enough = np.minimum(shares, 1 - shares) * min(len(training) / 2, len(validation)) >= _LEAST_EXPECTED
        self._sets = [part[:, enough] for part in sets]
        self._generator = np.random.default_rng(seed)

    @property
    def comparable(self) -> bool:
        """Returns whether there are rows and ids enough."""
        rows = min(len(part) for part in self._sets)
        return rows >= _LEAST_ROWS and self._sets[0].shape[1] >= _LEAST_IDS

    def of_labels(self, training: np.ndarray, validation: np.ndarray) -> Meaning:
        """Returns how much is kept of what ids say of labels.

        Args:
            training, validation: arrays [n] or [n, columns] of numbers, such as one-hot classes.
        """
        if not self.comparable:
            return Meaning()
        return self._kept(*(np.asarray(part, np.float64).reshape(len(part), -1) for part in (training, validation)))

    def of_company(self) -> Meaning:
        """Returns how much is kept of which ids come together in a row."""
        if not self.comparable:
            return Meaning()
        columns = np.argsort(-np.minimum(self._sets[0].mean(0), 1 - self._sets[0].mean(0)), kind="stable")[:_COMPANY]
        return self._kept(self._sets[0][:, columns], self._sets[1][:, columns], columns)

    def _kept(self, training: np.ndarray, validation: np.ndarray, own: np.ndarray | None = None) -> Meaning:
        one, other = self._sets
        usual, signals = [], []
        for _ in range(_HALVINGS):
            order = self._generator.permutation(len(one))
            halves = [_said(one[part], training[part], own) for part in np.array_split(order, 2)]
            usual.append(_shared(*halves))
            signals.append(usual[-1] / _by_chance(*halves))
        if not np.median(signals) > _SIGNAL:
            return Meaning()
        said = _said(one, training, own)
        groups = np.arange(len(other)) % _GROUPS
        left_out = np.array(
            [_shared(said, _said(other[groups != g], validation[groups != g], own)) for g in range(_GROUPS)]
        )
        # The jackknife (Efron and Stein 1981).
        error = math.sqrt((_GROUPS - 1) / _GROUPS * float(np.square(left_out - left_out.mean()).sum()))
        level = float(np.mean(usual))
        return Meaning(_shared(said, _said(other, validation, own)) / level, error / level)


def _presence(rows: np.ndarray, ids: np.ndarray) -> np.ndarray:
    """Returns which of some ids each row has, as floats [n, ids]."""
    order = np.argsort(ids)
    places = np.searchsorted(ids[order], rows).clip(max=len(ids) - 1)
    columns = np.where(ids[order][places] == rows, order[places], len(ids))
    table = np.zeros((len(rows), len(ids) + 1))
    np.put_along_axis(table, columns, 1.0, axis=1)
    return table[:, :-1]


def _said(presence: np.ndarray, numbers: np.ndarray, own: np.ndarray | None) -> np.ndarray:
    """Returns the correlation of each id with each number, [ids, columns], that of an id with itself left out."""
    parts = []
    for values in (presence, numbers):
        spread = values.std(0)
        parts.append(np.where(spread > 0, (values - values.mean(0)) / np.where(spread > 0, spread, 1.0), 0.0))
    said = parts[0].T @ parts[1] / len(presence)
    if own is not None:
        said[own, np.arange(len(own))] = 0.0
    return said


def _shared(one: np.ndarray, other: np.ndarray) -> float:
    return float((one * other).mean())


def _by_chance(one: np.ndarray, other: np.ndarray) -> float:
    """Returns the standard deviation of what is shared by correlations that have nothing to do with each other."""
    size = math.sqrt(float(np.square(one).mean() * np.square(other).mean()) / one.size)
    return max(size, 1e-30)
