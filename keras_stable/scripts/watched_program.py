"""A user's program, run with its calls of `fit` met and with what it makes located."""

import functools
import os
import sys
import tempfile
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, NoReturn, Protocol

import click

from keras_stable.scripts.fit_calls import FitCall, Meeting
from keras_stable.scripts.import_hook import after_import
from keras_stable.scripts.locating import Locations, is_user_code


class Runs(Protocol):
    """What can be run: a script, a module, a notebook or one of its cells."""

    @property
    def name(self) -> str:
        """Returns what to call it."""

    def run(self) -> None:
        """Runs it; what it raises comes out as it is."""


class ProgramStopped(SystemExit):
    """Ends a program that has been seen as far as was wanted."""


def stop() -> NoReturn:
    """Ends the program, or the thread that this is called in, without a word."""
    if threading.current_thread() is threading.main_thread():
        raise ProgramStopped
    # Of what ends a thread, Python is silent about SystemExit alone, and about none of its subclasses.
    raise SystemExit


@dataclass(frozen=True)
class Ending:
    """How a program ended.

    Attributes:
        code: int, its exit code.
        error: what it raised; None where it came to its end, called `sys.exit`, or was stopped.
        in_child: bool, whether a child process called `fit`, which is not followed.
    """

    code: int = 0
    error: BaseException | None = None
    in_child: bool = False

    def print_error(self) -> None:
        """Prints the traceback as Python would, from the program's own first line on."""
        if self.error is not None:
            own = _from_user_code(self.error.__traceback__)
            traceback.print_exception(type(self.error), self.error, own)


class WatchedProgram:
    """A program that is about to be run.

    Args:
        program: what to run.
        on_fit: called with a `FitCall` in the place of each outermost `fit`; what it returns, `fit` returns.

    Attributes:
        meeting: counts the calls of `fit`.
        made: `Locations` of layers, optimizers, losses, metrics, callbacks and schedules.
        compiled: `Locations` of the models' latest `compile`.
    """

    def __init__(self, program: Runs, on_fit: Callable[[FitCall], Any]) -> None:
        self.program = program
        self.meeting = Meeting(self._here(on_fit))
        self.made, self.compiled = Locations(), Locations()
        self._process = os.getpid()
        self._in_child = Path(tempfile.gettempdir()) / f"keras_stable-{self._process}-fit-in-child"

    def run(self, watching: Callable[[], AbstractContextManager[None]] = nullcontext) -> Ending:
        """Runs it, and returns how it ended. Output, arguments and working directory are the program's own.

        Args:
            watching: makes a context that begins once Keras has been imported, and ends with the program.
        """

        def begin() -> None:
            stack.enter_context(self._watching())
            stack.enter_context(watching())

        with ExitStack() as stack, after_import("keras", begin):
            code, error = self._run()
        in_child = self._in_child.exists()
        self._in_child.unlink(missing_ok=True)
        return Ending(code, error, in_child)

    def _run(self) -> tuple[int, BaseException | None]:
        try:
            self.program.run()
        except ProgramStopped:
            return 0, None
        except SystemExit as exit_:
            return _exit_code(exit_), None
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # noqa: BLE001 - the program's own exception, shown as Python shows it
            return 1, error
        finally:
            sys.stdout.flush()
        return 0, None

    def _here(self, on_fit: Callable[[FitCall], Any]) -> Callable[[FitCall], Any]:
        @functools.wraps(on_fit)
        def in_this_process(call: FitCall) -> Any:
            if os.getpid() == self._process:
                return on_fit(call)
            # What a child process finds, its parent would not get to know.
            self._in_child.touch()
            return call.proceed(**call.arguments)

        return in_this_process

    @contextmanager
    def _watching(self) -> Iterator[None]:
        import keras

        parts = (keras.layers.Layer, keras.optimizers.Optimizer, keras.losses.Loss, keras.metrics.Metric)
        others = (keras.callbacks.Callback, keras.optimizers.schedules.LearningRateSchedule)
        with ExitStack() as stack:
            stack.enter_context(self.meeting.watching(keras.Model))
            stack.enter_context(self.compiled.watching(keras.Model, "compile"))
            for owner in (*parts, *others):
                stack.enter_context(self.made.watching(owner))
            yield


def _exit_code(exit_: SystemExit) -> int:
    """Returns the exit code as Python makes it of what `sys.exit` was given; a text goes to standard error.

    >>> _exit_code(SystemExit()), _exit_code(SystemExit(3)), _exit_code(SystemExit(None))
    (0, 3, 0)
    """
    if exit_.code is None or isinstance(exit_.code, int):
        return int(exit_.code or 0)
    click.echo(str(exit_.code), err=True)
    return 1


def _from_user_code(traceback_: TracebackType | None) -> TracebackType | None:
    """Returns the part of a traceback that begins in the user's code; all of it where there is none of that."""
    part = traceback_
    while part is not None and not is_user_code(part.tb_frame.f_code.co_filename):
        part = part.tb_next
    return part or traceback_
