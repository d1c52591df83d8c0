"""Paths of the `data` section, relative to the current directory."""

from pathlib import Path

from keras_stable.data.checks import data_error


def existing_file(argument: str, path: str) -> Path:
    """Returns the path of a file, or raises DataError where there is none."""
    if Path(path).is_dir():
        raise data_error(argument, "a file", f"the directory {path}")
    if not Path(path).is_file():
        raise data_error(argument, "a file that exists", f"{path}, seen from {Path.cwd()}")
    return Path(path)


def existing_directory(argument: str, path: str) -> Path:
    """Returns the path of a directory, or raises DataError where there is none."""
    if not Path(path).is_dir():
        what = "a file" if Path(path).exists() else f"seen from {Path.cwd()}"
        raise data_error(argument, "a directory that exists", f"{path}, {what}")
    return Path(path)
