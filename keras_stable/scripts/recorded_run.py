"""A program that trains as it is written, recorded, with a report on each of its models."""

import contextlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from keras_stable.diagnosis.reporting.report import Report
from keras_stable.errors import InvalidArgumentError
from keras_stable.imports import first_line
from keras_stable.scripts.fit_calls import FitCall
from keras_stable.scripts.located_report import located
from keras_stable.scripts.watched_program import Ending, Runs, WatchedProgram

Say = Callable[[str], None]


@dataclass
class _Trained:
    """The trainings of one model: its latest `fit`, and the logs of all of them."""

    call: FitCall
    logs: dict[str, list[float]] = field(default_factory=dict)


class RecordedRun:
    """Runs a program as it is written, with its gradients, logs and live rules recorded, and reports on its models.

    Args:
        program: what to run.
        directory: an existing directory for TensorBoard events.
        options: further arguments of `keras_stable.audit`.
        say: called with a line about what could not be recorded.
        checkpoints: where the checkpoints of each `fit` go, from which it goes on. Default None: there are none.
        every: str, how often one is written. Default "1 epoch".
    """

    def __init__(
        self,
        program: Runs,
        directory: Path,
        options: Mapping[str, Any] | None = None,
        say: Say = print,
        checkpoints: Path | None = None,
        every: str = "1 epoch",
    ) -> None:
        self._checkpoints, self._every = checkpoints, every
        self._directory, self._options, self._say = directory, dict(options or {}), say
        self._watched = WatchedProgram(program, self._met)
        self._trained: dict[int, _Trained] = {}
        self._recording = contextlib.ExitStack()
        self._optimizers: dict[int, Any] = {}

    @property
    def calls(self) -> int:
        """Returns how many calls of `fit` were met."""
        return self._watched.meeting.count

    def run(self) -> Ending:
        """Runs the program to its own end."""
        with self._recording:
            return self._watched.run()

    def reports(self) -> list[Report]:
        """Returns a report on each model that was trained, in the order of their first `fit`."""
        from keras_stable.diagnosis.audit import audit

        reports = []
        for trained in self._trained.values():
            call, history = trained.call, trained.logs if any(trained.logs.values()) else None
            try:
                report = audit(call.model, **call.arguments, history=history, **self._options)
            except Exception as error:  # noqa: BLE001 - what the audit raises must not hide how the program ended
                reason = error if isinstance(error, InvalidArgumentError) else first_line(error)
                self._say(f"No report on {call.model.name}: {reason}")
            else:
                reports.append(located(report, call, self._watched.made, self._watched.compiled))
        return reports

    def _met(self, call: FitCall) -> Any:
        from keras_stable.scripts.recorded_fit import aside, checkpoint, with_callback

        name = f"fit_{call.number}"
        recorder = aside(self._directory / name, records=self._records(call.model))
        more = []
        if self._checkpoints is not None:
            more = checkpoint(self._checkpoints / name, self._every, call.arguments.get("callbacks"))
        try:
            return call.proceed(**with_callback(call.arguments, recorder, *more))
        finally:
            # The model itself is kept, so that no other gets its id.
            trained = self._trained.setdefault(id(call.model), _Trained(call))
            trained.call = call
            for name, values in recorder.logs.items():
                trained.logs.setdefault(name, []).extend(values)

    def _records(self, model: Any) -> bool:
        """Returns whether the model's optimizer keeps its norms from here on."""
        from keras_stable.optimizers.passive_recorder import recorded_gradients

        optimizer = getattr(model, "optimizer", None)
        if optimizer is None:
            return False
        if id(optimizer) in self._optimizers:
            return True
        try:
            self._recording.enter_context(recorded_gradients(optimizer, "all"))
        except InvalidArgumentError as reason:
            self._say(f"Gradients are not recorded: {reason}")
            return False
        self._optimizers[id(optimizer)] = optimizer
        # A step that was traced before records nothing.
        model.train_function = None
        return True
