import math
import os
import signal
import subprocess
import sys
import time

import pytest

from keras_stable.runs import own_process
from keras_stable.runs.own_process import OwnProcesses, ProcessEndedError

HELPER = """
import os, signal, sys, time

class Picky(Exception):
    def __init__(self, one, two):
        super().__init__(one + two)

def left(value):
    before = os.environ.get("LEFT_BEHIND"), sys.getrecursionlimit()
    os.environ["LEFT_BEHIND"] = value
    sys.setrecursionlimit(5000)
    return os.getpid(), before

def raise_picky():
    raise Picky("not ", "picklable")

def survive_ctrl_c():
    os.kill(os.getpid(), signal.SIGINT)
    return "alive"

def kill(number):
    os.kill(os.getpid(), number)

def sleep(path):
    with open(path, "w") as file:
        file.write(str(os.getpid()))
    time.sleep(600)
"""
CALLER = """
import helper_of_calls
from keras_stable.runs.own_process import OwnProcesses
with OwnProcesses(calls=2) as processes:
    processes.call(helper_of_calls.sleep, "pid")
"""


@pytest.fixture
def helper(tmp_path, monkeypatch):
    (tmp_path / "helper_of_calls.py").write_text(HELPER)
    monkeypatch.syspath_prepend(tmp_path)
    import helper_of_calls

    yield helper_of_calls
    del sys.modules["helper_of_calls"]


def test_every_call_has_a_process_that_knows_nothing_of_the_others(helper):
    with OwnProcesses(calls=2) as processes:
        first, seen_first = processes.call(helper.left, "a")
        second, seen_second = processes.call(helper.left, "b")
    assert len({first, second, os.getpid()}) == 3
    assert seen_first == seen_second
    assert "LEFT_BEHIND" not in os.environ


def test_an_exception_is_that_of_the_function(helper):
    with OwnProcesses(calls=2) as processes:
        with pytest.raises(ValueError, match="math domain error"):
            processes.call(math.sqrt, -1.0)
        with pytest.raises(ProcessEndedError, match="^Picky: not picklable$"):
            processes.call(helper.raise_picky)
        assert processes.call(math.sqrt, 9.0) == 3.0


@pytest.mark.parametrize(
    ("name", "argument", "message"),
    [
        ("kill", signal.SIGKILL, "was ended by SIGKILL, as the system does when memory runs out"),
        ("kill", signal.SIGSEGV, "was ended by SIGSEGV"),
        ("exit", 3, "ended with exit code 3 and without a result"),
    ],
)
def test_a_process_that_dies_is_an_error_and_no_hang(helper, name, argument, message):
    with OwnProcesses(calls=2) as processes:
        with pytest.raises(ProcessEndedError, match=f"The process of the run {message}$"):
            processes.call(sys.exit if name == "exit" else helper.kill, argument)
        assert processes.call(math.sqrt, 16.0) == 4.0


def test_a_process_that_died_before_its_call_is_an_error_too():
    with OwnProcesses(calls=2) as processes:
        processes.call(math.sqrt, 1.0)
        processes._started[0].kill()
        processes._started[0].wait()
        with pytest.raises(ProcessEndedError, match="SIGKILL"):
            processes.call(math.sqrt, 16.0)


def test_no_process_is_started_in_vain_and_none_is_left(helper, monkeypatch):
    started = []

    class Counted(subprocess.Popen):
        def __init__(self, *arguments, **keywords):
            super().__init__(*arguments, **keywords)
            started.append(self)

    monkeypatch.setattr(own_process.subprocess, "Popen", Counted)
    with OwnProcesses(calls=3) as processes:
        processes.call(math.sqrt, 1.0)
        processes.call(math.sqrt, 1.0)
        assert len(started) == 3
    assert len(started) == 3
    assert all(process.returncode is not None for process in started)
    assert not os.path.exists(processes._directory.name)


def test_ctrl_c_is_not_for_the_processes(helper):
    with OwnProcesses(calls=1) as processes:
        assert processes.call(helper.survive_ctrl_c) == "alive"
    assert signal.SIGINT not in signal.pthread_sigmask(signal.SIG_BLOCK, ())


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL, signal.SIGTERM])
def test_the_processes_end_with_their_caller(helper, tmp_path, number):
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), *sys.path])}
    caller = subprocess.Popen([sys.executable, "-c", CALLER], cwd=tmp_path, env=environment, stderr=subprocess.PIPE)
    pid = tmp_path / "pid"
    wait_until(lambda: pid.is_file() and pid.read_text())
    caller.send_signal(number)
    _, errors = caller.communicate(timeout=60)
    assert caller.returncode != 0
    assert (b"KeyboardInterrupt" in errors) == (number == signal.SIGINT)
    wait_until(lambda: not is_running(int(pid.read_text())))


def is_running(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    # Where nobody collects orphans, a process that has ended stays in the table.
    with open(f"/proc/{pid}/stat") as file:
        return file.read().rpartition(")")[2].split()[0] != "Z"


def wait_until(condition):
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)
