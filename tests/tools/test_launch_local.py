"""Workers are started with their place in the cluster, and end together."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

TOOL = Path(__file__).parents[2] / "tools" / "launch_local.py"


def launched(*arguments, code):
    command = [sys.executable, str(TOOL), *arguments, "--", sys.executable, "-c", code]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def test_each_worker_gets_its_place_in_one_cluster():
    run = launched("3", code="import os; print(os.environ['TF_CONFIG'])")
    assert run.returncode == 0, run.stderr
    lines = dict(line.split(" ", 1) for line in run.stdout.splitlines())
    configs = {label: json.loads(text) for label, text in lines.items()}
    assert {label: config["task"]["index"] for label, config in configs.items()} == {"[0]": 0, "[1]": 1, "[2]": 2}
    clusters = [config["cluster"]["worker"] for config in configs.values()]
    assert clusters == [clusters[0]] * 3
    assert len(set(clusters[0])) == 3


def test_the_others_end_when_one_fails():
    code = (
        "import json, os, sys, time\n"
        "if json.loads(os.environ['TF_CONFIG'])['task']['index'] == 1: sys.exit(7)\n"
        "time.sleep(20)\n"
        "print('to the end')"
    )
    run = launched("--grace", "0.2", "2", code=code)
    assert run.returncode == 7
    assert "to the end" not in run.stdout


def test_a_worker_that_a_signal_ended_gives_the_code_of_a_shell():
    assert launched("1", code="import os; os.kill(os.getpid(), 9)").returncode == 137


@pytest.mark.parametrize(("arguments", "says"), [(["0", "x"], "N must be at least 1"), (["2"], "CONFIG or -- COMMAND")])
def test_wrong_arguments(arguments, says):
    run = subprocess.run([sys.executable, str(TOOL), *arguments], capture_output=True, text=True, check=False)
    assert run.returncode == 2
    assert says in run.stderr
