"""Kernel ridge regression with the errors of rows that are left out, in closed form. Imports no TensorFlow."""

import numpy as np

_PENALTIES = (1e-3, 1e-2, 1e-1, 1.0)  # of the mean eigenvalue


class KernelRidge:
    """Predicts targets from features, linearly and by likeness, from some hundred rows.

    The kernel is the mean of a linear one and a Gaussian one whose width is the median distance. The prediction for a
    row that was left out needs no new fit (Golub, Heath and Wahba 1979), so that many targets can be tried.

    Args:
        features: array [n, width].

    >>> rng = np.random.default_rng(0)
    >>> x = rng.normal(size=(200, 5))
    >>> ridge = KernelRidge(x)
    >>> ridge.left_out(x[:, :1] ** 2)[0] > 0.5, ridge.left_out(rng.normal(size=(200, 1)))[0] < 0.1
    (True, True)
    """

    def __init__(self, features: np.ndarray) -> None:
        self._features = features
        distances = self._distances(features)
        upper = distances[np.triu_indices(len(features), 1)]
        self._width = float(np.median(upper)) or 1.0
        self._scale = max(float(np.square(features).sum(axis=1).mean()), 1e-12)
        values, self._vectors = np.linalg.eigh(self._kernel(features, distances))
        self._values = np.maximum(values, 0.0)
        self._inverses = [self._inverse(penalty) for penalty in _PENALTIES]

    def left_out(self, targets: np.ndarray) -> tuple[float, int]:
        """Returns the share of the variance that is explained in rows that are left out, and the best penalty's index.

        Args:
            targets: array [n, columns]; each column counts by its variance.
        """
        centred = targets - targets.mean(axis=0)
        total = float(np.square(centred).sum())
        if total <= 0:
            return 0.0, 0
        shares = [1 - float(np.square(self._residuals(inverse, centred)).sum()) / total for inverse in self._inverses]
        best = int(np.argmax(shares))
        return shares[best], best

    def left_out_many(self, targets: np.ndarray, columns: int) -> np.ndarray:
        """Returns the same share for many targets side by side, [n, count * columns]; [count]."""
        centred = targets - targets.mean(axis=0)
        total = np.square(centred).sum(axis=0).reshape(-1, columns).sum(axis=1)
        shares = [
            1 - np.square(self._residuals(inverse, centred)).sum(axis=0).reshape(-1, columns).sum(axis=1) / total
            for inverse in self._inverses
        ]
        return np.max(shares, axis=0)

    def predict(self, targets: np.ndarray, features: np.ndarray) -> np.ndarray:
        """Returns the predictions for other rows, after fitting targets [n, columns]."""
        mean = targets.mean(axis=0)
        _, best = self.left_out(targets)
        weights = self._inverses[best] @ (targets - mean)
        return mean + self._kernel(features, self._distances(features)) @ weights

    def _residuals(self, inverse: np.ndarray, centred: np.ndarray) -> np.ndarray:
        return (inverse @ centred) / np.diag(inverse)[:, None]

    def _inverse(self, penalty: float) -> np.ndarray:
        damped = self._values + penalty * self._values.mean()
        return (self._vectors / damped) @ self._vectors.T

    def _distances(self, features: np.ndarray) -> np.ndarray:
        own, other = np.square(self._features).sum(axis=1), np.square(features).sum(axis=1)
        return np.maximum(other[:, None] + own[None, :] - 2 * features @ self._features.T, 0.0)

    def _kernel(self, features: np.ndarray, distances: np.ndarray) -> np.ndarray:
        linear = features @ self._features.T / self._scale
        return (linear + np.exp(-distances / self._width)) / 2
