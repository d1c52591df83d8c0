import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from keras_stable.runs.comparison import runner

ROOT = Path(__file__).parents[2]
SMALL = "data: {kind: sklearn, name: iris}\nfit: {epochs: 2, verbose: 0}\n"


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "small.yaml").write_text(SMALL, encoding="utf-8")
    return tmp_path


def test_train_writes_a_run_under_the_current_directory(run, here):
    result = run("train", "small.yaml", "--set", "fit.epochs=1")
    assert result.exit_code == 0, result.output
    (path,) = (here / "runs" / "small").iterdir()
    assert f"Run directory: runs/small/{path.name}" in result.output
    assert json.loads((path / "summary.json").read_text())["epochs"] == 1
    result = run("export", str(path), "--to", "served")
    assert result.exit_code == 0, result.output
    assert (here / "served" / "1" / "saved_model.pb").is_file()


class InThisProcess(contextlib.nullcontext):
    """In place of the processes that each run has of its own, which another test starts."""

    def __init__(self, calls, preload):
        super().__init__(self)

    def call(self, function, *arguments):
        return function(*arguments)


def test_compare_prints_a_table_and_writes_the_page(run, here, monkeypatch):
    monkeypatch.setattr(runner, "OwnProcesses", InThisProcess)
    result = run(
        "compare", "small.yaml", "small.yaml", "--html", "page.html", "--json", "figures.json", "--png", "p.png"
    )
    assert result.exit_code == 0, result.output
    assert "small" in result.stdout
    assert (here / "page.html").read_text(encoding="utf-8").lower().startswith("<!doctype html>")
    assert json.loads((here / "figures.json").read_text())
    assert (here / "p.png").read_bytes().startswith(b"\x89PNG")


BAD = {
    "missing file": (["train", "nope.yaml"], "nope.yaml"),
    "misspelt key": (["train", "small.yaml", "--set", "fit.epoch=3"], "Did you mean"),
    "wrong type": (["train", "small.yaml", "--set", "fit.epochs=many"], "`fit.epochs` must be"),
    "unknown encoder": (["train", "small.yaml", "--set", "model.encoder=resnet"], "`model.encoder` must be"),
    "missing data": (["train", "small.yaml", "--set", "data.kind=npz", "--set", "data.path=no.npz"], "no.npz"),
    "bad function": (
        ["train", "small.yaml", "--set", "data.kind=python", "--set", "data.target=nowhere:f"],
        "`data.target` must be",
    ),
    "batch size": (["train", "small.yaml", "--set", "fit.batch_size=1000"], "batch_size"),
    "run directory in use": (["train", "small.yaml", "--run-dir", "."], "`run directory` must be"),
    "unwritable run directory": (["train", "small.yaml", "--run-dir", "small.yaml/run"], "must be writable"),
    "no run": (["export", ".", "--to", "served"], "`run` must be a run directory"),
    "unwritable export": (["export", "run", "--to", "small.yaml/served"], "`run` must be a run directory"),
    "unknown activation": (["train", "small.yaml", "--set", "model.activation=reluu"], "`activation` must be"),
    "unknown monitor": (
        ["train", "small.yaml", "--set", "fit.early_stopping={monitor: val_acuracy}"],
        "`fit.early_stopping.monitor` must be",
    ),
    "augmentation that does not fit": (
        [
            *("train", "small.yaml", "--set", "data.name=digits"),
            *("--set", "augmentation=[{layer: RandomCrop, height: 20, width: 20}]"),
        ],
        "must take inputs of shape (8, 8)",
    ),
    "unwritable page": (["compare", "small.yaml", "--html", "small.yaml/page.html"], "`html` must be a path"),
    "unwritable figures": (["compare", "small.yaml", "--json", "small.yaml/f.json"], "`json` must be a path"),
    "no seeds": (["compare", "small.yaml", "--seeds", "0"], "--seeds"),
}


@pytest.mark.parametrize("mistake", BAD)
def test_a_mistake_gets_a_clear_message_exit_code_2_and_writes_nothing(mistake, run, here):
    arguments, message = BAD[mistake]
    result = run(*arguments)
    assert result.exit_code == 2, result.output
    assert message in result.stderr
    assert "Traceback" not in result.stderr
    assert [path.name for path in here.iterdir()] == ["small.yaml"]


@pytest.mark.parametrize(("tool", "arguments"), [("train", ["nope"]), ("export", ["nope", "--to", "x"])])
def test_scripts_do_what_the_commands_do(tool, arguments, here):
    command = [sys.executable, str(ROOT / "tools" / f"{tool}.py"), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "nope" in done.stderr


def test_ctrl_c_ends_a_run_with_130_and_keeps_the_model(here):
    """A real SIGINT in a real process, once some epochs are in the history."""
    command = [sys.executable, "-m", "keras_stable.cli", "train", "small.yaml", "--set", "fit.epochs=100000"]
    process = subprocess.Popen([*command, "--run-dir", "run"], cwd=here, stderr=subprocess.PIPE, text=True)
    try:
        wait_for_epochs(here / "run" / "history.csv", 3, process)
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=120)
    finally:
        process.kill()
    assert process.returncode == 130, errors
    assert "best weights so far" in errors
    assert json.loads((here / "run" / "summary.json").read_text())["interrupted"] is True
    assert (here / "run" / "model.keras").is_file()


def test_ctrl_c_ends_a_comparison_with_130_and_shows_the_runs_that_ended(here):
    """A real SIGINT to the whole group, as a terminal sends it, while the second run trains."""
    (here / "long.yaml").write_text(SMALL.replace("epochs: 2", "epochs: 100000"), encoding="utf-8")
    command = [sys.executable, "-m", "keras_stable.cli", "compare", "small.yaml", "long.yaml", "--html", "page.html"]
    process = subprocess.Popen(
        command, cwd=here, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    try:
        lines = []
        while not lines or not lines[-1].startswith("long, seed 0: run 2 of 2"):
            lines.append(process.stderr.readline())
            assert lines[-1], lines
        time.sleep(1)
        os.killpg(process.pid, signal.SIGINT)
        output, errors = process.communicate(timeout=120)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    assert process.returncode == 130, errors
    # TensorFlow before 2.19 has lines of its own, which no setting silences.
    assert next(line for line in lines if line.startswith("small")) == "small, seed 0: run 1 of 2, 2 epochs\n"
    assert errors == ""
    assert "Last accuracy" in output
    assert (here / "page.html").is_file()


def wait_for_epochs(path, epochs, process):
    deadline = time.monotonic() + 120
    while not path.is_file() or len(path.read_text().splitlines()) <= epochs:
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.1)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "CONFIG or `--resume RUN` must be given"),
        (("small.yaml", "--resume", "run"), "given without CONFIG"),
        (("--resume", "run", "--overwrite"), "given without CONFIG"),
        (("--resume", "run"), "must be the directory of a run"),
    ],
    ids=["nothing", "both", "overwrite", "no run"],
)
def test_what_cannot_be_resumed_is_said(run, here, arguments, words):
    result = run("train", *arguments)
    assert result.exit_code == 2
    assert words in result.stderr
    assert not (here / "runs").exists()


def test_a_run_that_ended_is_resumed_for_longer(run, here):
    assert run("train", "small.yaml", "--run-dir", "run").exit_code == 0
    result = run("train", "--resume", "run", "--set", "fit.epochs=3")
    assert result.exit_code == 0, result.output
    summary = json.loads((here / "run" / "summary.json").read_text())
    assert (summary["epochs"], summary["goodput"]["starts"]) == (3, 2)
