"""The directory of a run: where it is, and the files that say what was run."""

import contextlib
import itertools
import json
import os
import platform
import shutil
import sys
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

from keras_stable import __version__
from keras_stable.config import Config, dump_config
from keras_stable.errors import InvalidArgumentError, invalid_argument

_PACKAGES = ("keras", "tensorflow", "tensorboard", "numpy")
_CONFIG, _ENVIRONMENT = "config.yaml", "environment.json"
_STARTED = {_CONFIG, _ENVIRONMENT}
_FILES = _STARTED | {"history.csv", "tensorboard", "curves.png", "summary.json", "model.keras", "export"}


def make_run_directory(name: str, asked: str | os.PathLike[str] | None = None, overwrite: bool = False) -> Path:
    """Makes the directory of a new run.

    Args:
        name: str; the name of the config.
        asked: the directory to use. Default: `runs/<name>/<time>` under the current directory.
        overwrite: bool; whether the files of an earlier run in `asked` may be deleted. Nothing else is.

    Returns:
        The path of a new, empty directory.

    Raises:
        InvalidArgumentError: it exists and is not to be overwritten, it holds something that no run wrote, or it
            cannot be written.
    """
    try:
        if asked is None:
            return _new_directory(Path("runs") / name / time.strftime("%Y%m%d-%H%M%S"))
        path = Path(asked)
        if path.exists() and (not path.is_dir() or any(path.iterdir())):
            _clear(path, overwrite)
        path.mkdir(parents=True, exist_ok=True)
        probe = path / ".writable"
        probe.touch()
        probe.unlink()
        return path
    except OSError as error:
        received = f"{asked or 'runs'} ({error.strerror or error})"
        raise InvalidArgumentError(f"The run directory must be writable. Received: {received}") from error


def _new_directory(stem: Path) -> Path:
    """Makes the directory, with a number behind its name where runs of the same second were there first."""
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
    if not _STARTED <= names <= _FILES:
        others = ", ".join(sorted(names - _FILES)) or "no run"
        raise invalid_argument("run directory", "that of an earlier run and nothing else", f"{path} with {others}")
    for name in names:
        entry = path / name
        shutil.rmtree(entry) if entry.is_dir() else entry.unlink()


def write_start(path: Path, config: Config) -> None:
    """Writes what is known before the first step: `config.yaml` and `environment.json`."""
    (path / _CONFIG).write_text(dump_config(config), encoding="utf-8")
    environment = {
        "seed": config.seed,
        "deterministic": config.deterministic,
        "python": platform.python_version(),
        "platform": platform.platform(),
        "cpus": os.cpu_count(),
        "packages": {"keras_stable": __version__, **{name: version(name) for name in _PACKAGES}},
        "command": sys.argv,
    }
    write_json(path / _ENVIRONMENT, environment)


def write_json(path: Path, content: dict[str, Any]) -> None:
    """Writes strict JSON, whole or not at all; a number that is not finite becomes null."""
    partial = path.with_suffix(".partial")
    partial.write_text(json.dumps(_finite(content), indent=2, allow_nan=False) + "\n", encoding="utf-8")
    partial.replace(path)


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    if isinstance(value, float) and (value != value or value in (float("inf"), float("-inf"))):
        return None
    return value
