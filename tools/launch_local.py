"""Runs a command as N workers of one cluster on this machine, as a scheduler would on N machines.

python tools/launch_local.py 2 configs/stable.yaml               keras-stable train, with --strategy multi_worker
python tools/launch_local.py 4 -- python train.py --epochs 3     any command; each worker finds TF_CONFIG

The workers' lines come out as they are written, each with its worker's number. When one worker fails, the others get
--grace seconds to say why they end too; then they are ended. Ctrl-C ends all. The exit code is that of the first that
failed.
"""

import argparse
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import ExitStack, nullcontext
from pathlib import Path
from typing import IO


def arguments(argv: Sequence[str] | None = None) -> tuple[argparse.Namespace, list[str]]:
    """Returns the parsed options, and the command that every worker runs."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--grace", type=float, default=60.0, metavar="SECONDS")
    parser.add_argument("workers", type=int, metavar="N")
    parser.add_argument("train", nargs=argparse.REMAINDER, metavar="CONFIG", help="and further options of `train`")
    # argparse takes the first `--` away wherever it stands.
    own, dashes, command = _parted(list(sys.argv[1:] if argv is None else argv))
    options = parser.parse_args(own)
    if options.workers < 1:
        parser.error(f"N must be at least 1. Received: {options.workers}")
    if bool(options.train) == bool(command):
        parser.error(f"CONFIG or -- COMMAND must follow N. Received: {' '.join([*options.train, *dashes, *command])!r}")
    train = [sys.executable, "-m", "keras_stable", "train", *options.train, "--strategy", "multi_worker"]
    return options, command or train


def _parted(argv: list[str]) -> tuple[list[str], list[str], list[str]]:
    """Returns what comes before the first `--`, that itself, and what comes after it."""
    at = argv.index("--") if "--" in argv else len(argv)
    return argv[:at], argv[at : at + 1], argv[at + 1 :]


def free_ports(count: int) -> list[int]:
    """Returns ports of the loopback address that nobody listens on."""
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for listening in sockets:
            listening.bind(("127.0.0.1", 0))
        return [listening.getsockname()[1] for listening in sockets]


def start(
    command: list[str], workers: int, output: Path | None = None, hosts: Sequence[tuple[str, str]] = ()
) -> list[subprocess.Popen]:
    """Starts the workers, each in a process group of its own.

    Args:
        command: what each runs.
        workers: int, how many.
        output: a directory to make, which gets a file for each worker's output. Default: it goes to pipes.
        hosts: network namespace and address of each worker. Default: all are on loopback.
    """
    if output is not None:
        output.mkdir()
    names = [address for _, address in hosts] or ["127.0.0.1"] * workers
    addresses = [f"{name}:{port}" for name, port in zip(names, free_ports(workers), strict=True)]
    processes = []
    for index in range(workers):
        config = {"cluster": {"worker": addresses}, "task": {"type": "worker", "index": index}}
        environment = {**os.environ, "TF_CONFIG": json.dumps(config), "PYTHONUNBUFFERED": "1"}
        with (output / f"worker-{index}.txt").open("w") if output else nullcontext(subprocess.PIPE) as target:
            processes.append(
                subprocess.Popen(
                    ["ip", "netns", "exec", hosts[index][0], *command] if hosts else command,
                    env=environment,
                    text=True,
                    errors="replace",
                    stdout=target,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                )
            )
    return processes


def merge(index: int, output: IO[str]) -> None:
    """Prints the lines of one worker, with its number."""
    for line in output:
        print(f"[{index}] {line}", end="", flush=True)


def wait(processes: list[subprocess.Popen], grace: float) -> int:
    """Waits until all have ended, and returns the exit code of the first that failed, or 0."""
    code, deadline = 0, float("inf")
    # A list: every process is asked, and not only until one still runs.
    while None in (codes := [process.poll() for process in processes]):
        failed = [returncode for returncode in codes if returncode]
        if failed and not code:
            code, deadline = failed[0], time.monotonic() + grace
        if time.monotonic() > deadline:
            end(processes)
            deadline = float("inf")
        time.sleep(0.05)
    return code or next((process.returncode for process in processes if process.returncode), 0)


def end(processes: list[subprocess.Popen]) -> None:
    """Ends all that still run, with what they have started."""
    for process in processes:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)


def main() -> int:
    options, command = arguments()
    processes = start(command, options.workers)
    readers = [threading.Thread(target=merge, args=(i, process.stdout)) for i, process in enumerate(processes)]
    try:
        for reader in readers:
            reader.start()
        code = wait(processes, options.grace)
    except KeyboardInterrupt:
        code = 128 + signal.SIGINT
    finally:
        end(processes)
    for reader in readers:
        reader.join()
    # A process that a signal ended has a negative code.
    return code if code >= 0 else 128 - code


if __name__ == "__main__":
    sys.exit(main())
