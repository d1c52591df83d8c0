"""Runs the tests with several versions of Keras and TensorFlow, and prints the table of docs/versions.md.

python tools/version_table.py .venv-oldest/bin/python .venv/bin/python
python tools/version_table.py .venv/bin/python --tests tests/optimizers

Each environment needs what pyproject.toml names, with its extra `test`. The package itself is taken from here.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PARTS = ("optimizers", "layers", "models", "callbacks", "metrics", "losses", "export", "ops", "config", "data")
ALONE = ("tests/test_keras_private.py", "tests/test_keras_check.py")
ZOO = "tests/diagnosis/test_zoo.py"
PROGRAMS = (
    "test_a_healthy_program_is_left_in_peace[breast_cancer_sigmoid]",
    "test_a_healthy_program_is_left_in_peace[embedding_pooling]",
    "test_what_a_sick_program_has_is_named_first[relu_readout]",
    "test_what_a_sick_program_has_is_named_first[classes_from_one]",
    "test_what_a_sick_program_has_is_named_first[weight_zero]",
)
TESTS = [*(f"tests/{part}" for part in PARTS), *ALONE, *(f"{ZOO}::{program}" for program in PROGRAMS)]
PACKAGES = ("keras", "tensorflow", "numpy", "tensorboard")
VERSIONS = "import json, sys, importlib.metadata as m; print(json.dumps([sys.version.split()[0], *map(m.version, {})]))"
HEAD = ("Keras", "TensorFlow", "NumPy", "TensorBoard", "Python", "passed", "skipped", "failed")


def versions(python: str) -> list[str]:
    """Returns the versions of an environment in the order of the table."""
    command = [python, "-c", VERSIONS.format(PACKAGES)]
    own, *packages = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    return [*packages, own]


def counts(summary: str) -> list[int]:
    """Returns how many tests passed, were skipped and failed, from pytest's last lines.

    >>> counts("FAILED tests/a.py::test_b\\n2 failed, 10 passed, 1 skipped, 1 error in 3.2s")
    [10, 1, 3]
    """
    numbers = {word: int(number) for number, word in re.findall(r"(\d+) (passed|skipped|failed|errors?)\b", summary)}
    failed = sum(numbers.get(word, 0) for word in ("failed", "error", "errors"))
    return [numbers.get("passed", 0), numbers.get("skipped", 0), failed]


def run(python: str, tests: list[str]) -> tuple[list[int], list[str]]:
    """Runs the tests in an environment; returns the counts, and the lines of what was skipped or failed."""
    command = [python, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-rsfE", "--verbosity=0", *tests]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "TF_CPP_MIN_LOG_LEVEL": "3"}
    result = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env=environment)
    lines = result.stdout.splitlines()
    if not lines or result.returncode > 1:
        raise SystemExit(f"The tests cannot be run with {python}: {(result.stdout + result.stderr)[-2000:]}")
    return counts(lines[-1]), [line for line in lines if line.startswith(("SKIPPED", "FAILED", "ERROR"))]


def main() -> None:
    """Prints one row for each environment as it is done, and what was skipped or failed to the error stream."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pythons", nargs="+", metavar="PYTHON", help="the interpreters of the environments")
    parser.add_argument("--tests", nargs="+", default=TESTS, metavar="PATH", help="what pytest runs instead")
    arguments = parser.parse_args()
    print(f"| {' | '.join(HEAD)} |\n|{' --- |' * len(HEAD)}", flush=True)
    failed = 0
    for python in arguments.pythons:
        started = time.monotonic()
        numbers, lines = run(python, arguments.tests)
        failed += numbers[-1]
        print(f"| {' | '.join([*versions(python), *map(str, numbers)])} |", flush=True)
        print(f"{python}: {time.monotonic() - started:.0f} s", *lines, sep="\n", file=sys.stderr, flush=True)
    sys.exit(min(failed, 1))


if __name__ == "__main__":
    main()
