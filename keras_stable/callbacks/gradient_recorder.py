"""GradientRecorder: every step's gradient norm, in memory."""

from typing import Any

import numpy as np

from keras_stable.callbacks.checked_callback import CheckedCallback
from keras_stable.optimizers.history import GradientHistoryReader


class GradientRecorder(CheckedCallback):
    """Keeps the global norms of every step of a `fit`, for statistics over all of them.

    It writes no key into `logs`; see `GradientNormLogger` for that. It costs 8 bytes a step.
    """

    def __init__(self) -> None:
        super().__init__()
        self._reader: GradientHistoryReader | None = None
        self._parts: list[tuple[np.ndarray, np.ndarray]] = []

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        self._parts = []
        self._reader = GradientHistoryReader(self.model.optimizer)
        self._every = self._reader.batches_between_reads(self.model.steps_per_execution)
        self._batches = 0

    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        self._batches += 1
        if self._batches % self._every == 0:
            self._read()

    def on_train_end(self, logs: dict[str, Any] | None = None) -> None:
        self._read()

    def _read(self) -> None:
        if self._reader is not None:
            history = self._reader.read()
            # A view of one column would hold on to the norms of every variable.
            self._parts.append((history.global_norm.copy(), history.applied_norm.copy()))

    @property
    def global_norm(self) -> np.ndarray:
        """The norm before any clip, float [steps]; not finite where a gradient was not."""
        return self._joined(0)

    @property
    def applied_norm(self) -> np.ndarray:
        """The norm after all clips, float [steps]."""
        return self._joined(1)

    def _joined(self, index: int) -> np.ndarray:
        return np.concatenate([part[index] for part in self._parts]) if self._parts else np.zeros(0, "float32")
