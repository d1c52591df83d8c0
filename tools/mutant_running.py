"""Runs tests in a process that has TensorFlow already, with one module in place of another.

TensorFlow and Keras take seconds to import, so they are imported once, here. Each run is a fork: as long as no tensor
was made, there are no threads that a fork would lose. The package itself is imported anew in each.
"""

import importlib.abc
import importlib.util
import os
import signal
import sys
import tempfile
import time
from collections.abc import Sequence
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType

import keras  # noqa: F401
import pytest
import tensorflow as tf  # noqa: F401

PASSED, FAILED, TIMEOUT, NO_TESTS = "passed", "failed", "timeout", "no tests"
_OUTCOMES = {pytest.ExitCode.OK: PASSED, pytest.ExitCode.NO_TESTS_COLLECTED: NO_TESTS}


class _Replaced(importlib.abc.MetaPathFinder):
    """Finds one module at another path. AutoGraph and doctest read sources from there, so it has to be a file."""

    def __init__(self, name: str, path: Path) -> None:
        self.name, self.path = name, path

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Returns the other place of the one module, and nothing for every other."""
        return importlib.util.spec_from_file_location(name, self.path) if name == self.name else None


def run(
    root: Path, tests: Sequence[str], seconds: float, source: Path | None = None, text: str = ""
) -> tuple[str, str]:
    """Runs tests until one fails.

    Args:
        root: the repository.
        tests: arguments of pytest: paths from the root.
        seconds: the time limit.
        source: the file of the package that `text` is run in place of, from the root; None replaces none.
        text: its source.

    Returns:
        "passed", "failed", "timeout" or "no tests", and what pytest printed.
    """
    with tempfile.TemporaryDirectory() as directory:
        output = Path(directory, "output.txt")
        child = os.fork()
        if child == 0:
            _test(root, tests, output, source, text, Path(directory))
        status = _wait(child, seconds)
        said = output.read_text(encoding="utf-8", errors="replace") if output.exists() else ""
    return TIMEOUT if status is None else _OUTCOMES.get(os.waitstatus_to_exitcode(status), FAILED), said


def _wait(child: int, seconds: float) -> int | None:
    """Returns the exit status of a child; None when it had to be ended, with every process that it began."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return status
        time.sleep(0.02)
    os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return None


def _test(root: Path, tests: Sequence[str], output: Path, source: Path | None, text: str, scratch: Path) -> None:
    """Runs pytest and ends this process, in a group of its own so that what it begins can be ended with it."""
    status = 1
    try:
        os.setsid()
        with output.open("w", encoding="utf-8") as stream:
            os.dup2(stream.fileno(), 1)
            os.dup2(stream.fileno(), 2)
        os.chdir(root)
        sys.path.insert(0, str(root))
        sys.dont_write_bytecode = True
        if source is not None:
            copy = scratch / source
            copy.parent.mkdir(parents=True)
            copy.write_text(text, encoding="utf-8")
            name = ".".join(source.with_suffix("").parts)
            sys.meta_path.insert(0, _Replaced(name, copy))
            # At once: pytest puts a finder of its own in front, which loads every file that it is asked to test.
            importlib.import_module(name)
        status = int(pytest.main(["-x", "-q", "--no-header", "-p", "no:cacheprovider", *tests]))
    finally:
        sys.stdout.flush()
        os._exit(status)
