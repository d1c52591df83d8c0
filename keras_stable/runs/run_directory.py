"""The directory of a run: where it is, and the files that say what was run."""

import contextlib
import itertools
import json
import os
import platform
import shutil
import sys
import time
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from keras_stable import __version__
from keras_stable.checkpoints.directory_lock import is_locked
from keras_stable.config import Config, dump_config, load_config
from keras_stable.errors import ConfigError, InvalidArgumentError, invalid_argument
from keras_stable.reporting.plain_values import plain
from keras_stable.reporting.temporary_path import TemporaryPath

CHECKPOINTS = "checkpoints"
_PACKAGES = ("keras", "tensorflow", "tensorboard", "numpy")
_CONFIG, _ENVIRONMENT = "config.yaml", "environment.json"
_STARTED = {_CONFIG, _ENVIRONMENT}
# What `keras-stable run` leaves of a script that trained.
_RECORDED = {_ENVIRONMENT, "tensorboard"}
_RESULTS = {
    "history.csv",
    "confusion.csv",
    "tensorboard",
    "curves.png",
    "summary.json",
    "model.keras",
    "export",
    "reports",
    "guard",
}
_FILES = _STARTED | _RESULTS | {CHECKPOINTS}
# What a killed process left in the time when these were the names of files that are being written.
_EARLIER_TEMPORARIES = {"environment.partial", "summary.partial"}


def make_run_directory(name: str, asked: str | os.PathLike[str] | None = None, overwrite: bool = False) -> Path:
    """Makes the directory of a new run.

    Args:
        name: str; the name of the config.
        asked: the directory to use. Default: `runs/<name>/<time>` under the current directory.
        overwrite: bool; whether the files of an earlier run in `asked` may be deleted. Nothing else is.

    Returns:
        The path of a directory without the files of any run. From now on it is recognised as the directory of a run,
        even if the process is killed.

    Raises:
        InvalidArgumentError: it exists and is not to be overwritten, it holds something that no run wrote, or it
            cannot be written.
    """
    try:
        if asked is None:
            path = _new_directory(Path("runs") / name / time.strftime("%Y%m%d-%H%M%S"))
        else:
            path = Path(asked)
            if path.exists() and (not path.is_dir() or any(path.iterdir())):
                _clear(path, overwrite)
            path.mkdir(parents=True, exist_ok=True)
        _claim(path).touch()
        return path
    except OSError as error:
        received = f"{asked or 'runs'} ({error.strerror or error})"
        raise InvalidArgumentError(f"The run directory must be writable. Received: {received}") from error


def _new_directory(stem: Path) -> Path:
    """Makes the directory; its name gets a number where a run of the same second has it already."""
    stem.parent.mkdir(parents=True, exist_ok=True)
    for number in itertools.count(1):
        path = stem if number == 1 else stem.with_name(f"{stem.name}-{number}")
        with contextlib.suppress(FileExistsError):
            path.mkdir()
            return path
    raise AssertionError("counting ended")


def _clear(path: Path, overwrite: bool) -> None:
    if not overwrite:
        raise invalid_argument("run directory", "new or empty, or overwriting must be asked for", str(path))
    names = {entry.name for entry in path.iterdir()} if path.is_dir() else {path.name}
    if any(is_locked(lock.parent) for lock in (path / CHECKPOINTS).rglob("lock")):
        raise invalid_argument("run directory", "that of a run that has ended; this one is going on", str(path))
    others = {name for name in names if _final_name(name) not in _FILES}
    claims = {name for name in names if TemporaryPath.final_name(name) == _ENVIRONMENT}
    if others or not (claims or any(marks <= names for marks in (_STARTED, _RECORDED))):
        what = ", ".join(sorted(others)) or "no run"
        raise invalid_argument("run directory", "that of an earlier run and nothing else", f"{path} with {what}")
    _claim(path).touch()
    for name in names - claims:
        entry = path / name
        shutil.rmtree(entry) if entry.is_dir() else entry.unlink()
    for name in claims - {_claim(path).name}:
        (path / name).unlink()


def _claim(path: Path) -> Path:
    """Returns the file that marks a directory as that of a run before `environment.json` is there."""
    return TemporaryPath(path / _ENVIRONMENT).path


def _final_name(name: str) -> str:
    if name in _EARLIER_TEMPORARIES:
        return f"{Path(name).stem}.json"
    return TemporaryPath.final_name(name) or name


def write_start(path: Path, config: Config) -> Path:
    """Writes what is known before the first step, `config.yaml` and `environment.json`, and returns the path."""
    # The environment comes last: until then its temporary file says whose directory this is.
    with TemporaryPath(path / _CONFIG) as temporary:
        temporary.write_text(dump_config(config), encoding="utf-8")
    try:
        write_environment(path, seed=config.seed, deterministic=config.deterministic)
    except BaseException:
        (path / _CONFIG).unlink()
        raise
    return path


def read_environment(path: Path) -> dict[str, Any]:
    """Returns what `write_environment` wrote in the directory of a run.

    Raises:
        InvalidArgumentError: it is no such directory.
    """
    try:
        environment = json.loads((path / _ENVIRONMENT).read_bytes())
    except (OSError, ValueError, RecursionError) as error:
        raise invalid_argument("run", "the directory of a run, with its environment.json", str(path)) from error
    if not isinstance(environment, dict):
        raise invalid_argument("run", "the directory of a run, with its environment.json", str(path))
    return environment


def config_of(path: Path, overrides: Sequence[str] = ()) -> Config:
    """Returns the config that a run directory was started with.

    Args:
        path: the run directory.
        overrides: sequence of "key=value", which replace values of it. Default: none.

    Raises:
        InvalidArgumentError: it is no such directory, or its config is none of this version.
    """
    if not (path / _CONFIG).is_file():
        raise invalid_argument("run", "the directory of a run, with its config.yaml", str(path))
    try:
        return load_config(path / _CONFIG, overrides)
    except ConfigError as error:
        written = read_environment(path).get("packages", {}).get("keras_stable")
        if written in (None, __version__):
            raise
        by = f"The run is of keras_stable {written}, and this is {__version__}."
        raise ConfigError(f"{error}\n{by}") from error


def write_environment(path: Path, **settings: Any) -> None:
    """Writes `environment.json`: the machine, the versions, the command, and what else is to be known of a run."""
    about = {
        "python": platform.python_version(),
        "platform": platform.platform(),
        "cpus": os.cpu_count(),
        "packages": {"keras_stable": __version__, **{name: version(name) for name in _PACKAGES}},
        "command": sys.argv,
    }
    write_json(path / _ENVIRONMENT, settings | about)


def write_json(path: Path, content: dict[str, Any]) -> None:
    """Writes strict JSON, whole or not at all; a number that is not finite becomes null."""
    with TemporaryPath(path) as temporary:
        temporary.write_text(json.dumps(plain(content), indent=2, allow_nan=False) + "\n", encoding="utf-8")
