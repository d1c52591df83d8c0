"""HistoryCallback: what every callback begins with that looks at the steps of the optimizer."""

import time
from collections.abc import Sequence
from typing import Any

from keras_stable.callbacks.checked_callback import CheckedCallback
from keras_stable.optimizers.history import GradientHistory, GradientHistoryReader

# Whoever watches a training with slow steps sees them this often.
_SECONDS_BETWEEN_READS = 10.0


class HistoryCallback(CheckedCallback):
    """Reads what the optimizer kept, once in many steps, and hands it to `take`.

    Attributes:
        feed: the `HistoryFeed` that reads for this one and others; None: it reads by itself.

    Raises:
        InvalidArgumentError: When training begins, the optimizer keeps no history.
    """

    feed: "HistoryFeed | None" = None

    def take(self, history: GradientHistory) -> None:
        """Takes in the steps since the last call; there is at least one."""
        raise NotImplementedError

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        if self.feed is not None:
            return
        self._reader = GradientHistoryReader(self.model.optimizer)
        self._batches_between_reads = self._reader.batches_between_reads(self.model.steps_per_execution)
        self._batches, self._read_at = 0, time.monotonic()

    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        if self.feed is not None:
            return
        self._batches += 1
        now = time.monotonic()
        if self._batches >= self._batches_between_reads or now - self._read_at > _SECONDS_BETWEEN_READS:
            self.read()

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        # A feed reads before those that it reads for.
        if self.feed is None:
            self.read()

    def read(self) -> None:
        """Takes in what has not been read yet."""
        if self.feed is not None:
            self.feed.read()
            return
        self._batches, self._read_at = 0, time.monotonic()
        history = self._reader.read()
        if len(history):
            self.take(history)

    def planned_steps(self) -> int | None:
        """Returns how many steps the training has, counted from its first; None where `fit` does not know."""
        steps, epochs = self.params.get("steps"), self.params.get("epochs")
        return steps * epochs if steps and epochs else None


class HistoryFeed(HistoryCallback):
    """Reads once for several callbacks.

    Args:
        callbacks: those that take what is read; each begins before this one does.
    """

    def __init__(self, callbacks: Sequence[HistoryCallback]) -> None:
        super().__init__()
        self._callbacks = list(callbacks)
        for callback in self._callbacks:
            callback.feed = self

    def take(self, history: GradientHistory) -> None:
        """Hands the steps on."""
        for callback in self._callbacks:
            callback.take(history)
