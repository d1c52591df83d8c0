"""The audit of what the n-th `fit` of a program was given, or of what its own loop trains with."""

import contextlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any

from keras_stable.diagnosis.reporting.report import Report
from keras_stable.scripts.fit_calls import FitCall
from keras_stable.scripts.located_report import located
from keras_stable.scripts.loop_subject import UNKNOWN_LOSS, compiled_for_audit, loop_arguments
from keras_stable.scripts.own_loops import LoopWatch, OwnLoop
from keras_stable.scripts.site_finding import loop_sites, program_sites
from keras_stable.scripts.watched_program import Ending, ProgramStopped, Runs, WatchedProgram, stop
from keras_stable.source_edits.sites import ProgramSites

Say = Callable[[str], None]


@contextlib.contextmanager
def _nobody() -> Iterator[Say]:
    yield lambda line: None


class FitAudit:
    """Runs a program up to its n-th `fit`, audits what that was given, and stops the program.

    Args:
        program: what to run.
        fit: int, which call of `fit`, from 1; earlier ones train as written.
        options: further arguments of `keras_stable.audit`.
        status: makes a context that yields what the audit's progress is said to. Default: nobody is told.
        examine: what is called in the place of `keras_stable.audit`, with the same arguments.

    Attributes:
        result: what `examine` returned: its report, or something that has a `report`.
        sites: `ProgramSites`, where the parts of the program are made; None where there is no report.
        report: of that `fit`; None where it was not reached.
        refusal: what the audit raised, such as that the model is not compiled; or None.
        loop: `OwnLoop` that the report is on, in a program that calls no `fit`; else None.
    """

    def __init__(
        self,
        program: Runs,
        fit: int = 1,
        options: Mapping[str, Any] | None = None,
        status: Callable[[], AbstractContextManager[Say]] = _nobody,
        examine: Callable[..., Any] | None = None,
    ) -> None:
        self._fit, self._options, self._status, self._examine = fit, dict(options or {}), status, examine
        self._arguments = getattr(program, "arguments", ())
        self._watched = WatchedProgram(program, self._met)
        self._loops = LoopWatch(self._watched.meeting, self._audit_loop)
        self.result: Any = None
        self.report: Report | None = None
        self.sites: ProgramSites | None = None
        self.refusal: Exception | None = None
        self.loop: OwnLoop | None = None

    @property
    def calls(self) -> int:
        """Returns how many calls of `fit` were met."""
        return self._watched.meeting.count

    def run(self) -> Ending:
        """Runs the program; `report` has what was found."""
        ending = self._watched.run(self._loops.watching)
        loop = self._loops.loop
        if self.report is None and self.refusal is None and ending.error is None and loop.batches:
            # A short loop ends before enough of it was seen.
            with contextlib.suppress(ProgramStopped):
                self._audit_loop(loop)
        return ending

    def _met(self, call: FitCall) -> Any:
        if self.report is not None or self.refusal is not None:
            # The program has caught its end, and goes on.
            stop()
        if call.number < self._fit:
            return call.proceed(**call.arguments)
        self._audit(call)
        stop()

    def _audit(self, call: FitCall, more: Mapping[str, Any] | None = None) -> None:
        from keras_stable.diagnosis.audit import audit

        try:
            with self._status() as say:
                options = self._options | dict(more or {})
                result = (self._examine or audit)(call.model, **call.arguments, **options, progress=say)
        except Exception as error:  # noqa: BLE001 - it is the audit's and not the program's, which has its own handlers
            self.refusal = error
        else:
            made, compiled = self._watched.made, self._watched.compiled
            report = getattr(result, "report", result)
            self.result, self.report = result, located(report, call, made, compiled)
            self.sites = program_sites(call, made, compiled, report.facts, self._arguments)
            if self.loop is not None:
                self.sites = loop_sites(self.sites, self.loop, made)

    def _audit_loop(self, loop: OwnLoop) -> None:
        if self.report is not None or self.refusal is not None or self.calls:
            # Where there is a `fit`, the loop is not the training that was asked for.
            return
        self.loop = loop
        call = FitCall(1, compiled_for_audit(loop), loop_arguments(loop), _no_fit, loop.location)
        self._audit(call, {} if loop.trainable or self._examine is not None else {"probe": False})
        if self.report is not None and not loop.trainable:
            self.report = replace(self.report, unexamined={**self.report.unexamined, "training": UNKNOWN_LOSS})
        stop()


def _no_fit(**arguments: Any) -> None:
    raise AssertionError("an own loop has no fit to go on with")
