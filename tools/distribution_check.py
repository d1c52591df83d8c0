"""Several workers on this machine, against one process: figures for docs/distribution.md.

python tools/distribution_check.py                   1, 2 and 4 workers; one of two workers killed; then all resumed
python tools/distribution_check.py --workers 2 --epochs 4
python tools/distribution_check.py --workers 2 --namespaces      as root: the two on hosts of their own

Each row trains digits with both clips acting and without dropout. Exits 1 where the weights differ by more than 1e-5,
where the others need more than 60 seconds to end after one was killed, or where the resumed run is another one.
"""

import argparse
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
from launch_local import end, start
from network_hosts import missing, two_hosts

from keras_stable.models import load_model

# Of 1,420 training rows the last batch has 12, which 2 and 4 workers share evenly.
CONFIG = """
name: workers
data: {kind: sklearn, name: digits, validation_split: 0.21}
model: {encoder: mlp, hidden_units: [64]}
optimizer: {learning_rate: 0.01, clipvalue: 0.01, global_clipnorm: 0.1}
fit: {batch_size: 64, checkpoint_every: 5 steps}
"""
LARGEST_DIFFERENCE, LONGEST_WAIT = 1e-5, 60.0


def command(*arguments: str) -> list[str]:
    """Returns the command that a worker runs."""
    return [sys.executable, "-m", "keras_stable", "train", *arguments]


def launched(
    directory: Path, workers: int, *arguments: str, hosts: Sequence[tuple[str, str]] = ()
) -> list[subprocess.Popen]:
    """Starts workers; their output goes to files, as nobody reads a pipe here."""
    return start(command(*arguments), workers, directory, hosts)


def finished(processes: list[subprocess.Popen]) -> list[int]:
    """Returns the exit codes, once all have ended."""
    try:
        return [process.wait(timeout=900) for process in processes]
    finally:
        end(processes)


def weights(run: Path) -> list[np.ndarray]:
    """Returns the weights of a run's model."""
    return load_model(run / "model.keras", compile=False).get_weights()


def largest_difference(first: Path, second: Path) -> float:
    """Returns the largest difference of two runs' weights."""
    pairs = zip(weights(first), weights(second), strict=True)
    return max(float(np.abs(a.astype("float64") - b).max()) for a, b in pairs)


def norms(run: Path) -> np.ndarray:
    """Returns the logged gradient norm of each epoch."""
    table = np.genfromtxt(run / "history.csv", delimiter=",", names=True)
    return np.atleast_1d(table["grad_norm"])


def killed(directory: Path, config: Path, epochs: int, after: str) -> tuple[Path, float, list[int]]:
    """Kills worker 1 of two once a checkpoint is there; returns the run, how long the other took to end, and codes."""
    run = directory / "killed"
    arguments = (str(config), "--run-dir", str(run), "--strategy", "multi_worker", "--set", f"fit.epochs={epochs}")
    processes = launched(directory / "killed-output", 2, *arguments)
    deadline = time.monotonic() + 600
    while not list(run.glob(f"checkpoints/fit_1/{after}*")) and time.monotonic() < deadline:
        if any(process.poll() is not None for process in processes):
            break
        time.sleep(0.05)
    os.kill(processes[1].pid, signal.SIGKILL)
    began = time.monotonic()
    codes = finished(processes)
    return run, time.monotonic() - began, codes


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2, 4])
    parser.add_argument("--epochs", type=int, default=6)
    parser.add_argument("--namespaces", action="store_true", help="two workers in network namespaces too")
    options = parser.parse_args()
    if options.namespaces and (reason := missing()):
        parser.error(f"--namespaces cannot be had here: {reason}")
    failures = []
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        config = directory / "workers.yaml"
        config.write_text(CONFIG, encoding="utf-8")
        alone = directory / "alone"
        subprocess.run(
            command(str(config), "--run-dir", str(alone), "--set", f"fit.epochs={options.epochs}"),
            check=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        print(
            "| workers | largest difference of weights | of norms, relative | seconds |\n| ---: | ---: | ---: | ---: |"
        )
        rows = [(str(workers), workers, False) for workers in options.workers]
        rows += [("2, hosts of their own", 2, True)] if options.namespaces else []
        for name, workers, apart in rows:
            run, began = directory / name.replace(", ", "-").replace(" ", "-"), time.monotonic()
            arguments = (str(config), "--run-dir", str(run), "--strategy", "multi_worker")
            output = directory / f"{run.name}-output"
            with two_hosts() if apart else nullcontext(()) as hosts:
                epochs = f"fit.epochs={options.epochs}"
                codes = finished(launched(output, workers, *arguments, "--set", epochs, hosts=hosts))
            seconds = time.monotonic() - began
            if any(codes):
                failures.append(f"{name} workers ended with {codes}")
                continue
            difference = largest_difference(alone, run)
            relative = float(np.abs(norms(run) / norms(alone) - 1).max())
            print(f"| {name} | {difference:.1e} | {relative:.1e} | {seconds:.0f} |", flush=True)
            if not difference <= LARGEST_DIFFERENCE or not relative <= LARGEST_DIFFERENCE:
                failures.append(f"{name} workers are not one process")
        if 2 in options.workers and not failures:
            run, waited, codes = killed(directory, config, options.epochs, "step-0000000040")
            print(f"One of two killed with -9: the other ended after {waited:.0f} s with exit code {codes[0]}.")
            failures += [] if codes[0] == 1 and waited <= LONGEST_WAIT else [f"a lost worker: {codes}, {waited:.0f} s"]
            codes = finished(launched(directory / "resumed-output", 2, "--resume", str(run)))
            same = not any(codes) and largest_difference(run, directory / "2") == 0
            print(f"Both resumed: {'the weights of the run that was not killed, in every bit' if same else codes}.")
            failures += [] if same else ["the resumed run is another one"]
        for failure in failures:
            print(failure, file=sys.stderr)
        if failures:
            for path in sorted(directory.glob("*-output/*")):
                print(
                    f"--- {path.name}", *path.read_text(encoding="utf-8").splitlines()[-8:], sep="\n", file=sys.stderr
                )
    return bool(failures)


if __name__ == "__main__":
    sys.exit(main())
