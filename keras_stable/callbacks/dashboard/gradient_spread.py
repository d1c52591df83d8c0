"""GradientSpread: how the gradient norm of each variable was spread over the steps of an epoch."""

import os
from typing import Any

import numpy as np

from keras_stable.callbacks.dashboard.history_callback import HistoryCallback
from keras_stable.callbacks.dashboard.run_writers import RunWriters, shared_writers
from keras_stable.optimizers.history import GradientHistory

# Of the logarithm: norms from 1e-12 to 1e12, ten bins a decade.
EDGES = np.linspace(-12.0, 12.0, 241)
_MOST_EPOCHS = 100


class GradientSpread(HistoryCallback):
    """Writes a histogram of the logarithm of every variable's gradient norm, for Histograms and Distributions.

    | TensorBoard tag | value |
    | --- | --- |
    | `layers/log10_gradient_norm/<variable path>` | over the steps since the last one; a norm of 0 is left out |

    Only counts are kept, in bins of a tenth of a decade, so that the length of an epoch costs no memory. A training
    of more than 100 epochs gets about 100 histograms. It writes no key into `logs`.

    Args:
        log_dir: where the events go, or the `RunWriters` of a dashboard.

    Raises:
        InvalidArgumentError: When training begins, the optimizer keeps no history.
    """

    def __init__(self, log_dir: str | os.PathLike | RunWriters) -> None:
        super().__init__()
        self._writers = shared_writers(log_dir)

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        super().on_train_begin(logs)
        self._writers.begin()
        self._every = -(-(self.params.get("epochs") or 1) // _MOST_EPOCHS)
        self._paths: tuple[str, ...] = ()
        self._counts = np.zeros((0, len(EDGES) - 1))
        self._step = 0

    def take(self, history: GradientHistory) -> None:
        """Counts the norms of some steps."""
        if history.variable_paths != self._paths:
            self._paths = history.variable_paths
            self._counts = np.zeros((len(self._paths), len(EDGES) - 1))
        self._counts += log_counts(history.variable_norm)
        self._step = int(history.step[-1]) + 1

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        super().on_epoch_end(epoch, logs)
        if (epoch + 1) % self._every == 0:
            self._write()

    def on_train_end(self, logs: dict[str, Any] | None = None) -> None:
        self.read()
        self._write()
        self._writers.end()

    def _write(self) -> None:
        if self._counts.any():
            tags = [f"layers/log10_gradient_norm/{path}" for path in self._paths]
            self._writers.of().counted(self._step, tags, EDGES, self._counts)
            self._counts[:] = 0


def log_counts(norms: np.ndarray) -> np.ndarray:
    """Returns how many of the norms [k, n] of each variable fall into each bin of `EDGES`, [n, bins].

    >>> np.argwhere(log_counts(np.array([[1.0], [0.0], [np.nan], [12.0]]))).tolist()
    [[0, 120], [0, 130]]
    """
    bins = len(EDGES) - 1
    usable = np.isfinite(norms) & (norms > 0)
    logarithms = np.log10(np.where(usable, norms, 1.0))
    places = np.clip(np.floor((logarithms - EDGES[0]) * 10 + 1e-6).astype("int64"), 0, bins - 1)
    places += bins * np.arange(norms.shape[1])
    return np.bincount(places[usable], minlength=bins * norms.shape[1]).reshape(norms.shape[1], bins)
