"""Gathers what is to be told of an event, before and after something is done about it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from keras_stable.stability.batch_tap import BatchTap
from keras_stable.stability.detection import Alarm
from keras_stable.stability.events import GuardEvent, append_event, keep_event
from keras_stable.stability.settings import GuardSettings
from keras_stable.stability.snapshots import Snapshot
from keras_stable.stability.watcher import Watcher

_MOST_BATCHES = 64


@dataclass(frozen=True)
class PendingEvent:
    """An event before anything was done about it."""

    alarm: Alarm
    epoch: int
    rates: list[float]
    limits: dict[str, float]
    broken: Mapping[str, Any] | None


class EventRecorder:
    """Writes the events of one `fit`.

    Args:
        directory: where `events.jsonl` goes; None writes nothing.
        tap: the `BatchTap` of this `fit`.
        watcher: its `Watcher`.
        settings: `GuardSettings`.
    """

    def __init__(self, directory: Path | None, tap: BatchTap, watcher: Watcher, settings: GuardSettings) -> None:
        self._directory, self._tap, self._watcher, self._settings = directory, tap, watcher, settings
        self._count = 0

    def begin(self, alarm: Alarm, epoch: int) -> PendingEvent:
        """Takes down how things are when an alarm is raised."""
        self._tap.align(self._watcher.step)
        rates = [control.current() for control in self._watcher.rates]
        keeps = self._settings.keep_batches and self._directory is not None
        broken = self._watcher.state.copy() if keeps else None
        return PendingEvent(alarm, epoch, rates, self._watcher.limits(), broken)

    def finish(self, pending: PendingEvent, action: str, snapshot: Snapshot | None, *, spent: bool) -> GuardEvent:
        """Returns the event, written and kept as far as that was asked for.

        Args:
            pending: what `begin` has returned.
            action: what was done.
            snapshot: what was gone back to, or None.
            spent: whether no rollback was left.
        """
        self._count += 1
        alarm, watcher = pending.alarm, self._watcher
        steps = list(range(alarm.step, min(watcher.step, alarm.step + _MOST_BATCHES)))
        rows = self._tap.rows_of(steps)
        event = GuardEvent(
            event=self._count,
            kind=alarm.kind,
            action=action,
            message=self._message(alarm, action, snapshot, spent=spent),
            quantity=alarm.quantity,
            value=alarm.value,
            limit=alarm.limit,
            epoch=pending.epoch,
            step=alarm.step,
            noticed_step=watcher.step,
            rollback_step=None if snapshot is None else snapshot.step,
            rates=pending.rates,
            healthy_rates=pending.rates if snapshot is None else list(snapshot.rates),
            new_rates=[control.current() for control in watcher.rates],
            rows=rows[0] if rows else None,
            batches=[{"step": step, "rows": row} for step, row in zip(steps, rows, strict=True)],
        )
        if self._directory is not None:
            if pending.broken is not None:
                event = replace(event, directory=self._keep(event, pending, snapshot))
            append_event(self._directory, event)
        return event

    def _message(self, alarm: Alarm, action: str, snapshot: Snapshot | None, *, spent: bool) -> str:
        done = {"warn": "nothing was done", "stop": "the training stops"}.get(action, "")
        if snapshot is not None:
            back = f"back to step {snapshot.step}"
            rates = ", ".join(f"{control.current():.3g}" for control in self._watcher.rates)
            done = f"{back}, and the training stops" if spent else f"{back}, learning rate {rates}"
        reason = f"; all {self._settings.max_rollbacks} rollbacks are used up" if spent else ""
        return f"{alarm}: {done}{reason}"

    def _keep(self, event: GuardEvent, pending: PendingEvent, snapshot: Snapshot | None) -> str | None:
        """Keeps half of the batches from before the event and half from its beginning on."""
        half = max(self._settings.keep_batches // 2, 1)
        first = event.step - (self._settings.keep_batches - half)
        kept = {step: self._tap.batch(step) for step in range(max(first, 0), event.step + half)}
        name = f"event-{event.event:04d}"
        directory = (self._directory or Path()) / name
        keep_event(
            directory,
            replace(event, directory=name),
            self._watcher.model,
            healthy={} if snapshot is None else snapshot.load(),
            broken=pending.broken or {},
            batches={step: arrays for step, arrays in kept.items() if arrays is not None},
            structure=self._tap.structure,
            limits=pending.limits,
        )
        return name
