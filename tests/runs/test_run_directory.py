import json
import os
import signal
import subprocess
import sys

import numpy as np
import pytest

from keras_stable.config import Config, load_config
from keras_stable.errors import InvalidArgumentError
from keras_stable.reporting.temporary_path import TemporaryPath
from keras_stable.runs.run_directory import config_of, make_run_directory, read_environment, write_json, write_start

CONFIG = Config.model_validate({"name": "iris", "data": {"kind": "sklearn", "name": "iris"}})
# Starts a run like `train`, and is killed by the system at one of the calls that change files.
PROGRAM = """
import os, pathlib, signal, sys
from keras_stable.config import Config
from keras_stable.runs.run_directory import config_of, make_run_directory, write_environment, write_json, write_start

calls = 0
def deadly(function):
    def call(*arguments, **keywords):
        global calls
        calls += 1
        if calls == int(sys.argv[2]):
            os.kill(os.getpid(), signal.SIGKILL)
        return function(*arguments, **keywords)
    return call
for name in ("replace", "unlink", "touch", "write_text"):
    setattr(pathlib.Path, name, deadly(getattr(pathlib.Path, name)))
path = make_run_directory("iris", sys.argv[1], overwrite=True)
write_start(path, Config.model_validate({"name": "iris", "data": {"kind": "sklearn", "name": "iris"}}))
write_json(path / "summary.json", {"epochs": 3})
print(calls)
"""


def start(path, die_at):
    command = [sys.executable, "-c", PROGRAM, str(path), str(die_at)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def whole_run(path):
    write_start(make_run_directory("iris", path), CONFIG)
    for name in ("history.csv", "model.keras", "summary.json", "curves.png"):
        (path / name).touch()
    for name in ("tensorboard", "export"):
        (path / name / "1").mkdir(parents=True)


def test_a_run_starts_with_its_config_and_environment(tmp_path):
    path = make_run_directory("iris", tmp_path / "new" / "run")
    write_start(path, CONFIG)
    assert sorted(entry.name for entry in path.iterdir()) == ["config.yaml", "environment.json"]
    assert load_config(path / "config.yaml") == CONFIG
    environment = json.loads((path / "environment.json").read_text())
    assert (environment["seed"], environment["deterministic"]) == (0, True)
    assert environment["packages"]["numpy"] == np.__version__


def test_runs_of_one_second_do_not_meet(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    paths = {make_run_directory("a") for _ in range(3)}
    assert len(paths) == 3
    assert {path.parent for path in paths} == {next(iter(paths)).parent}


def test_a_run_is_overwritten_only_when_asked(tmp_path):
    whole_run(tmp_path)
    with pytest.raises(
        InvalidArgumentError, match="`run directory` must be new or empty, or overwriting must be asked"
    ):
        make_run_directory("iris", tmp_path)
    assert (tmp_path / "model.keras").is_file()
    write_start(make_run_directory("iris", tmp_path, overwrite=True), CONFIG)
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["config.yaml", "environment.json"]


@pytest.mark.parametrize(
    "names",
    [
        ("config.yaml",),
        ("config.yaml", "summary.json"),
        ("environment.json",),
        ("config.yaml", "environment.json", "thesis.txt"),
        ("config.yaml", "environment.json", ".partial-1-thesis.txt"),
        (".partial-1-environment.json", "thesis.txt"),
        (".partial-1-summary.json",),
    ],
)
def test_what_no_run_wrote_is_never_deleted(names, tmp_path):
    for name in names:
        (tmp_path / name).write_text("years of work")
    with pytest.raises(InvalidArgumentError, match="`run directory` must be that of an earlier run and nothing else"):
        make_run_directory("iris", tmp_path, overwrite=True)
    assert {entry.name: entry.read_text() for entry in tmp_path.iterdir()} == dict.fromkeys(names, "years of work")


@pytest.mark.parametrize("before", ["nothing", "a run"])
def test_a_kill_at_any_moment_leaves_a_directory_that_can_be_overwritten(before, tmp_path):
    """The process is really killed: before each call that changes a file, one after the other."""
    for die_at in range(1, 100):
        path = tmp_path / str(die_at)
        if before == "a run":
            whole_run(path)
        ended = start(path, die_at)
        if ended.returncode == 0:
            break
        assert ended.returncode == -signal.SIGKILL, ended.stderr
        make_run_directory("iris", path, overwrite=True)
        assert [entry.name for entry in path.iterdir()] == [TemporaryPath("environment.json").path.name]
    assert int(ended.stdout) == die_at - 1 > 5


def test_a_start_that_fails_leaves_nothing(tmp_path, monkeypatch):
    path = make_run_directory("iris", tmp_path)
    monkeypatch.setattr("keras_stable.runs.run_directory.version", lambda name: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        write_start(path, CONFIG)
    make_run_directory("iris", tmp_path, overwrite=True)
    monkeypatch.setattr("keras_stable.runs.run_directory.version", lambda name: {1})
    monkeypatch.setattr("keras_stable.runs.run_directory.plain", lambda content: content)
    with pytest.raises(TypeError):
        write_start(path, CONFIG)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["summary.partial", "environment.partial", ".partial-4711-model.keras"])
def test_what_a_killed_run_left_is_known(name, tmp_path):
    whole_run(tmp_path)
    (tmp_path / name).touch()
    make_run_directory("iris", tmp_path, overwrite=True)
    assert not (tmp_path / name).exists()


def test_json_is_strict_and_whole(tmp_path, monkeypatch):
    path = tmp_path / "summary.json"
    write_json(path, {"norms": [1.0, float("nan"), np.float32("inf")], "epochs": np.int64(3)})
    assert json.loads(path.read_text()) == {"norms": [1.0, None, None], "epochs": 3}
    monkeypatch.setattr(json, "dumps", lambda *_, **__: 1)
    with pytest.raises(TypeError):
        write_json(path, {})
    assert json.loads(path.read_text())["epochs"] == 3
    assert os.listdir(tmp_path) == ["summary.json"]


def test_a_file_in_the_place_of_the_directory(tmp_path):
    (tmp_path / "file").write_text("kept")
    with pytest.raises(InvalidArgumentError, match="The run directory must be writable. Received: .*file"):
        make_run_directory("iris", tmp_path / "file" / "run")
    with pytest.raises(InvalidArgumentError, match="`run directory` must be"):
        make_run_directory("iris", tmp_path / "file", overwrite=True)
    assert (tmp_path / "file").read_text() == "kept"


def test_a_run_that_is_going_on_is_not_overwritten(tmp_path):
    path = make_run_directory("iris", tmp_path / "run")
    write_start(path, CONFIG)
    (path / "checkpoints" / "fit_1").mkdir(parents=True)
    lock = path / "checkpoints" / "fit_1" / "lock"
    hold = "import fcntl, sys; f = open(sys.argv[1], 'a'); fcntl.flock(f, fcntl.LOCK_EX); print(flush=True); input()"
    command = [sys.executable, "-c", hold, str(lock)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        process.stdout.readline()
        with pytest.raises(InvalidArgumentError, match="this one is going on"):
            make_run_directory("iris", path, overwrite=True)
        process.kill()
    assert make_run_directory("iris", path, overwrite=True) == path


def test_the_config_of_a_newer_version_is_said_to_be_that(tmp_path):
    path = make_run_directory("iris", tmp_path / "run")
    write_start(path, CONFIG)
    assert config_of(path) == CONFIG
    assert config_of(path, ["fit.epochs=3"]).fit.epochs == 3
    config, environment = path / "config.yaml", path / "environment.json"
    config.write_text(config.read_text() + "fly: true\n")
    written = json.loads(environment.read_text())
    environment.write_text(json.dumps(written | {"packages": {"keras_stable": "99.0"}}))
    with pytest.raises(InvalidArgumentError, match=r"(?s)fly.*The run is of keras_stable 99\.0"):
        config_of(path)


@pytest.mark.parametrize("content", [None, "[]", "{"])
def test_what_is_no_run_has_no_environment(tmp_path, content):
    if content is not None:
        (tmp_path / "environment.json").write_text(content)
    with pytest.raises(InvalidArgumentError, match="must be the directory of a run"):
        read_environment(tmp_path)
