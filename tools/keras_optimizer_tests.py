"""Runs Keras's own tests of its optimizers with the guarded classes, in place of Keras's.

    pip download keras==3.15.1 --no-binary :all: --no-deps --no-build-isolation && tar -xf keras-3.15.1.tar.gz
    python tools/keras_optimizer_tests.py keras-3.15.1/keras/src/optimizers

Each class of Keras is replaced by the class of its name in `keras_stable.optimizers`, or else by what `guard` makes
of it, with the defaults of Keras: no clip, and its weight decay. The tests must be those of the installed Keras.
Printed are how many pass in each file, and the error of each of the others. With `--stock`, Keras's own classes run
them, which shows which of these fail here in any case.
"""

import argparse
import importlib
import shutil
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

import keras
import pytest

import keras_stable
from keras_stable.errors import InvalidArgumentError
from keras_stable.optimizers import GradientGuard, guard


class Results:
    """A pytest plugin that counts how the tests end."""

    def __init__(self) -> None:
        self.counts: dict[str, Counter[str]] = {}
        self.failures: dict[str, str] = {}

    def pytest_runtest_logreport(self, report: Any) -> None:
        """Takes in the end of a test, or of its setup where that fails."""
        if report.when == "call" or report.outcome != "passed":
            file = report.nodeid.partition("::")[0]
            self.counts.setdefault(file, Counter())[report.outcome] += 1
            if report.failed:
                crash = getattr(report.longrepr, "reprcrash", None)
                message = crash.message if crash else str(report.longrepr)
                self.failures[report.nodeid] = " ".join(message.split())[:200]


def swap_classes() -> None:
    """Puts a guarded class in the place of each optimizer class of Keras, with the defaults of Keras."""
    package = importlib.import_module("keras.src.optimizers")
    by_name = package.ALL_OBJECTS_DICT
    # The classes stay the ones that are imported, so that they pickle; only their defaults are others here.
    GradientGuard.__init__.__kwdefaults__ |= {"clipvalue": None, "global_clipnorm": None}
    for name, stock in list(vars(keras.optimizers).items()):
        if not isinstance(stock, type) or stock is keras.optimizers.Optimizer:
            continue
        try:
            guarded = getattr(keras_stable.optimizers, name, None) or guard(stock)
        except InvalidArgumentError:  # a wrapper of other optimizers, or no optimizer class
            continue
        if "__init__" in vars(guarded):
            guarded.__init__.__defaults__ = stock.__init__.__defaults__
        for place in (sys.modules[stock.__module__], package, keras.optimizers):
            setattr(place, name, guarded)
        by_name |= {key: guarded for key, value in by_name.items() if value is stock}


def run(directory: Path) -> Results:
    """Returns how the tests in the files of a directory end."""
    files = sorted(directory.glob("*_test.py"))
    if not files:
        raise SystemExit(f"`directory` must be one with files named *_test.py. Received: directory={str(directory)!r}")
    results = Results()
    # Beside Keras's sources, Python would import these in place of the installed Keras.
    with tempfile.TemporaryDirectory() as copies:
        for file in files:
            shutil.copy(file, copies)
        options = ["-q", "-p", "no:cacheprovider", "--no-header", "--no-summary", "--import-mode=importlib"]
        options += ["-c", "/dev/null", "--rootdir", copies, "-o", "python_files=*_test.py"]
        pytest.main([*options, copies], [results])
    return results


def main() -> int:
    """Prints the table, and returns 1 where a test fails."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("directory", type=Path, help="with Keras's files adam_test.py, sgd_test.py and so on")
    parser.add_argument("--stock", action="store_true", help="with Keras's own classes")
    arguments = parser.parse_args()
    if not arguments.stock:
        swap_classes()
    results = run(arguments.directory)
    print(f"\nKeras {keras.__version__}\n\n| file | passed | failed | skipped |\n| --- | --- | --- | --- |")
    for file, counts in results.counts.items():
        print(f"| {file} | {counts['passed']} | {counts['failed']} | {counts['skipped']} |")
    total = sum(results.counts.values(), Counter())
    print(f"| all {len(results.counts)} | {total['passed']} | {total['failed']} | {total['skipped']} |\n")
    for test, message in results.failures.items():
        print(f"{test}\n    {message}")
    return int(bool(results.failures))


if __name__ == "__main__":
    sys.exit(main())
