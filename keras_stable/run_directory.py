"""The directory of a run: where it is, and the files that say what was run."""

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
_CONFIG = "config.yaml"


def run_directory(name: str, asked: str | os.PathLike[str] | None = None, overwrite: bool = False) -> Path:
    """Makes the directory of a new run.

    Args:
        name: str; the name of the config.
        asked: the directory to use. Default: `runs/<name>/<time>` under the current directory.
        overwrite: bool; whether an earlier run in `asked` may be deleted. Only a directory that a run made is.

    Returns:
        The path of a new, empty directory.

    Raises:
        InvalidArgumentError: it exists and is not to be overwritten, or it cannot be written.
    """
    path = Path(asked) if asked is not None else _new_path(name)
    try:
        if path.exists() and (not path.is_dir() or any(path.iterdir())):
            _clear(path, overwrite)
        path.mkdir(parents=True, exist_ok=True)
        probe = path / ".writable"
        probe.touch()
        probe.unlink()
    except OSError as error:
        received = f"{path} ({error.strerror or error})"
        raise InvalidArgumentError(f"The run directory must be writable. Received: {received}") from error
    return path


def _new_path(name: str) -> Path:
    stem = Path("runs") / name / time.strftime("%Y%m%d-%H%M%S")
    path, number = stem, 1
    while path.exists():
        number += 1
        path = stem.with_name(f"{stem.name}-{number}")
    return path


def _clear(path: Path, overwrite: bool) -> None:
    if not overwrite:
        raise invalid_argument("run directory", "new or empty, or overwriting must be asked for", str(path))
    if not (path / _CONFIG).is_file():
        raise invalid_argument("run directory", "that of an earlier run, to be overwritten", str(path))
    shutil.rmtree(path)


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
    write_json(path / "environment.json", environment)


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
