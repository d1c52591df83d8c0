"""Goes back to the last healthy state of a training, and passes by the batches that would break it again."""

from collections.abc import Mapping
from typing import Any

import keras
import numpy as np

from keras_stable.stability.detection import Alarm
from keras_stable.stability.settings import GuardSettings
from keras_stable.stability.snapshots import Snapshot, SnapshotStore
from keras_stable.stability.watcher import Watcher

# Batches that a healthy model knows must follow each other before the fault counts as over.
_STEPS_TO_GO_ON = 4
# As many batches may be passed by for one rollback; then it is no fault of some batches.
_MOST_PASSED = 200


class Recovery:
    """Keeps the snapshots of a `fit`, and puts one back.

    Args:
        model: the `keras.Model` in training.
        watcher: the `Watcher` of this `fit`.
        settings: `GuardSettings`.

    Attributes:
        store: `SnapshotStore`.
        passed: int; how many steps were undone since the last rollback because their batch was bad too.
    """

    def __init__(self, model: keras.Model, watcher: Watcher, settings: GuardSettings) -> None:
        self._model, self._watcher, self._settings = model, watcher, settings
        on_disk = settings.directory is not None if settings.on_disk is None else settings.on_disk
        self.store = SnapshotStore(
            settings.snapshots, settings.settle_steps, settings.max_bytes, settings.directory if on_disk else None
        )
        self.passed = 0
        self._snapshot: Snapshot | None = None
        self._good_steps = 0
        self._epoch = 0
        self._metrics: Mapping[str, Any] | None = None

    @property
    def has_lost_epoch(self) -> bool:
        """Whether of this epoch not one step was kept, so that its metrics say nothing."""
        return self._metrics is None and self._snapshot is not None

    @property
    def is_passing(self) -> bool:
        """Whether every step is looked at, because a rollback has just been made."""
        return self._snapshot is not None

    def begin_epoch(self, epoch: int) -> None:
        """Keeps the state before the first step."""
        self._epoch, self._metrics = epoch, None
        if not len(self.store):
            self._keep()

    def keep_if_due(self, epoch: int) -> None:
        """Keeps the metrics, and the present state where the last one kept is old enough and all looks well."""
        self._epoch = epoch
        complete = self.store.is_complete(self._watcher.state.count)
        if self._settings.action == "rollback" and self._watcher.is_calm:
            # Of the epoch so far; the snapshot may be of an earlier one.
            self._metrics = self._watcher.state.copy_metrics()
        if not complete:
            # Variables that the first step has made cannot be put back to what is older than they are.
            self.store.clear()
            self._keep()
            return
        due = self.store.newest_step + self._settings.snapshot_every <= self._watcher.step
        if self._settings.action == "rollback" and due and not self.is_passing and self._watcher.is_calm:
            self._keep()

    def passes(self, rows: np.ndarray) -> bool:
        """After a rollback: undoes the steps since the last look if a batch of them is bad too.

        Args:
            rows: what `Watcher.read` has returned.

        Returns:
            Whether they were undone.
        """
        if self._snapshot is None:
            return False
        if self._watcher.is_bad(rows) and self.passed < _MOST_PASSED:
            self.passed += len(rows)
            self._good_steps = 0
            self._put_back(self._snapshot)
            return True
        self._good_steps += len(rows)
        if self._good_steps >= _STEPS_TO_GO_ON:
            self._snapshot = None
        return False

    def roll_back(self, alarm: Alarm, epoch: int) -> Snapshot:
        """Puts the last state back that was healthy before the alarm began, and lowers the rates."""
        snapshot = self.store.healthy(alarm.step)
        healthy_rates = self._watcher.healthy_rates()
        self._epoch = epoch
        self._put_back(snapshot)
        self.store.forget_after(snapshot)
        traced_again = False
        for control, healthy in zip(self._watcher.rates, healthy_rates, strict=True):
            factor = self._settings.rate_factor if healthy is None else 1.0
            traced_again |= control.lower(factor, healthy)
        if traced_again:
            self._model.make_train_function(force=True)
        self._snapshot, self._good_steps, self.passed = snapshot, 0, 0
        return snapshot

    def _put_back(self, snapshot: Snapshot) -> None:
        self._watcher.state.put_back(snapshot.load())
        if self._metrics is None:
            self._model.reset_metrics()
        else:
            self._watcher.state.put_back(self._metrics)
        self._watcher.begin_again()

    def _keep(self) -> None:
        watcher = self._watcher
        values = watcher.state.copy()
        rates = tuple(control.current() for control in watcher.rates)
        self.store.add(
            Snapshot(watcher.step, self._epoch, rates, watcher.state.count, values), watcher.state.size(values)
        )
