"""BestWeights: a copy of the weights of the best epoch so far."""

from typing import Any

import numpy as np

from keras_stable.callbacks.checked_callback import CheckedCallback


class BestWeights(CheckedCallback):
    """Keeps a copy of all weights after the epoch whose monitored value was best, in memory.

    Unlike `EarlyStopping` and `ModelCheckpoint` it stops nothing and writes nothing; `restore` puts them back.
    It writes no key into `logs`.

    Args:
        monitor: str; a key of `logs`, of which larger is better. Default "val_accuracy".
    """

    def __init__(self, monitor: str = "val_accuracy") -> None:
        super().__init__()
        self.monitor = monitor
        self.best = -np.inf
        self.epoch: int | None = None
        self._weights: list[np.ndarray] | None = None

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        self.best, self.epoch, self._weights = -np.inf, None, None

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        value = (logs or {}).get(self.monitor)
        if value is not None and value > self.best:
            self.best, self.epoch, self._weights = value, epoch, self.model.get_weights()

    def restore(self) -> bool:
        """Puts the best weights back into the model; returns False when no epoch has ended yet."""
        if self._weights is None:
            return False
        self.model.set_weights(self._weights)
        return True
