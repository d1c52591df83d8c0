"""A first signal waits for the batch; where no training is going on, it does what it did."""

import os
import signal
import subprocess
import sys
import time

import pytest

from keras_stable.checkpoints.stop_signals import StopSignals


@pytest.fixture(autouse=True)
def handlers_of_python():
    """Another test of this process may have left its own."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler), signal.signal(signal.SIGTERM, signal.SIG_DFL)
    yield
    for number, handler in zip((signal.SIGINT, signal.SIGTERM), before, strict=True):
        signal.signal(number, handler)


@pytest.mark.parametrize(("number", "error"), [(signal.SIGTERM, SystemExit), (signal.SIGINT, KeyboardInterrupt)])
def test_it_is_kept_until_somebody_looks(number, error):
    before = [signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)]
    signals = StopSignals(lambda frame: True)
    signals.take()
    os.kill(os.getpid(), number)
    assert signals.received == number
    with pytest.raises(error):
        signals.raise_received()
    assert [signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)] == before


def test_after_a_fit_that_failed_it_does_what_it_did():
    signals = StopSignals(lambda frame: False)
    signals.take()
    with pytest.raises(KeyboardInterrupt):
        os.kill(os.getpid(), signal.SIGINT)
    assert signals.received is None
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_signals_that_another_handler_takes_are_its_own():
    """As after a `fit` that was left in an exception, whose end nobody has heard of."""
    taken, before = [], signal.getsignal(signal.SIGINT)
    signals = StopSignals(lambda frame: True)
    signals.take()
    try:
        signal.signal(signal.SIGINT, lambda number, frame: taken.append(number))
        for _ in range(3):
            os.kill(os.getpid(), signal.SIGINT)
            time.sleep(0.1)
    finally:
        signals.release()
        signal.signal(signal.SIGINT, before)
    assert taken == [signal.SIGINT] * 3
    assert signals.received is None


def test_a_forked_process_is_the_parent_s_no_more():
    """Its signals are its own: a pool ends the processes that load data by SIGTERM, and the training goes on."""
    program = """
import os, signal, time
from keras_stable.checkpoints.stop_signals import StopSignals
signals = StopSignals(lambda frame: True)
signals.take()
for _ in range(3):
    if (child := os.fork()) == 0:
        time.sleep(30)
    time.sleep(0.2)
    os.kill(child, signal.SIGTERM)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), signals.received)
time.sleep(0.2)
print("goes on")
"""
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)
    assert (run.returncode, run.stdout.split("\n")) == (0, [*["-15 None"] * 3, "goes on", ""]), run.stderr


# No TensorFlow: a sleep in C stands for its step.
SLEEPS = """
import ctypes, sys
from keras_stable.checkpoints import stop_signals
stop_signals._PATIENCE_SECONDS = float(sys.argv[1])
signals = stop_signals.StopSignals(lambda frame: True)
signals.take()
print("ready", flush=True)
while True:
    ctypes.CDLL(None).poll(None, 0, 20000)
"""


TWICE = {"two SIGTERM": (2 * [signal.SIGTERM], 143), "two SIGINT": (2 * [signal.SIGINT], 130)}
ENDINGS = {name: ("60", *ending) for name, ending in TWICE.items()} | {"a long step": ("0.1", [signal.SIGTERM], 143)}


@pytest.mark.parametrize(("patience", "numbers", "code"), ENDINGS.values(), ids=list(ENDINGS))
def test_a_second_one_and_a_long_step_end_it_at_once(patience, numbers, code):
    with subprocess.Popen([sys.executable, "-c", SLEEPS, patience], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "ready\n"
        for number in numbers:
            process.send_signal(number)
            if len(numbers) > 1:
                time.sleep(0.2)
        assert process.wait(20) == code
