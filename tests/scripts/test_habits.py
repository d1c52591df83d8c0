"""Scripts of five habits, unchanged: audited, and run to the same weights, to the bit."""

import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from keras_stable.scripts.fit_audit import FitAudit
from keras_stable.scripts.programs import UserProgram
from keras_stable.scripts.recorded_run import RecordedRun

HABITS = Path(__file__).parent / "habits"
IN_THIS_PROCESS = ["plain.py", "trainer_class.py", "in_a_module.py", "notebook.ipynb"]
QUICK = {"probe": False, "seconds": 10.0}


@pytest.fixture
def here(tmp_path, monkeypatch):
    shutil.copytree(HABITS, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    yield tmp_path
    sys.modules.pop("habit_helpers", None)


def weights(path):
    with np.load(path / "weights.npz") as saved:
        return [saved[name] for name in saved.files]


@pytest.mark.parametrize("name", IN_THIS_PROCESS)
def test_it_is_audited_as_it_stands(here, name):
    session = FitAudit(UserProgram(name), options=QUICK)
    ending = session.run()
    assert (ending.error, session.refusal, session.calls) == (None, None, 1)
    assert session.report.ok
    assert session.report.crashed == {}
    assert not (here / "weights.npz").exists()


@pytest.mark.parametrize("name", IN_THIS_PROCESS)
def test_it_is_run_to_the_same_weights(here, name):
    UserProgram(name).run()
    plain = weights(here)
    session = RecordedRun(UserProgram(name), here / "tensorboard", QUICK)
    ending = session.run()
    assert ending.error is None
    assert all(map(np.array_equal, plain, weights(here)))
    (report,) = session.reports()
    assert report.crashed == {}
    assert len(report.facts["history"].logs["grad_norm"]) == 3


def test_processes_that_load_data_are_left_alone(here):
    """In a process of its own: one with TensorFlow in it cannot be forked safely."""
    command = ["worker_processes.py", "--learning-rate", "0.01"]
    subprocess.run([sys.executable, *command], check=True, timeout=120)
    plain = weights(here)
    run = [sys.executable, "-m", "keras_stable", "run", "--run-dir", "out", "--seconds", "5", *command]
    done = subprocess.run(run, capture_output=True, text=True, timeout=240)
    assert (done.returncode, done.stdout) == (0, "")
    assert all(map(np.array_equal, plain, weights(here)))
