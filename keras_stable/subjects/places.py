"""Finds where a model and its data are from command-line arguments. Imports no TensorFlow."""

import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from keras_stable.config import Config, load_config
from keras_stable.errors import InvalidArgumentError, invalid_argument

Kind = Literal["run", "config", "saved model", "archive", "function"]

_MODEL = "a .keras file, a config, a run directory, or package.module:function"
_DATA = "an .npz file, a config, a run directory, or package.module:function that returns (x, y) or a dataset"
_RUN = ("config.yaml", "model.keras", "history.csv")


@dataclass(frozen=True)
class Place:
    """A place that a model or data can be loaded from.

    Attributes:
        kind: "run", "config", "saved model", "archive" or "function".
        name: str, as it was given.
        config: of a config or a run directory; else None.
    """

    kind: Kind
    name: str
    config: Config | None = None

    @property
    def path(self) -> Path:
        """Returns the name as a path."""
        return Path(self.name)


def find_subject(model: str, data: str | None = None) -> tuple[Place, Place | None]:
    """Returns where a model is, and where its data are if they are somewhere else.

    | model | what it is |
    | --- | --- |
    | `model.keras` | a saved model, which needs `data` |
    | `config.yaml` | the model of a config before training, on its data |
    | a run directory | a trained model, on the run's data, with its history |
    | `package.module:function` | what the function returns: (model, x, y, fit arguments), or fewer of them |

    Args:
        model: str.
        data: str: an `.npz` file with x_train and y_train, or x and y; a config; a run directory; or
            `package.module:function` that returns (x, y), a batched dataset, or (x, y, fit arguments). None takes
            what comes with the model.

    Raises:
        InvalidArgumentError: there is no such file, its form is wrong, or a saved model comes without data.

    >>> find_subject("script:build")
    (Place(kind='function', name='script:build', config=None), None)
    """
    source = _find_model(model)
    if source.kind == "saved model" and data is None:
        raise missing_data("A saved model")
    return source, None if data is None else find_data(data)


def missing_data(what: str) -> InvalidArgumentError:
    """Returns the error for a model that comes without data."""
    return InvalidArgumentError(f"{what} brings no data: `--data` must be {_DATA}. Received: no --data")


def _find_model(model: str) -> Place:
    path = Path(model)
    if path.is_dir():
        return _run("model", path, _RUN)
    if path.suffix in (".yaml", ".yml"):
        return Place("config", model, load_config(path))
    if path.suffix in (".keras", ".h5"):
        _check_file("model", path, is_zip=path.suffix == ".keras")
        return Place("saved model", model)
    if ":" in model:
        return Place("function", model)
    raise _unknown("model", _MODEL, path)


def find_data(data: str) -> Place:
    """Returns where data are; see `find_subject`."""
    path = Path(data)
    if path.is_dir():
        return _run("data", path, _RUN[:1])
    if path.suffix in (".yaml", ".yml"):
        return Place("config", data, load_config(path))
    if path.suffix == ".npz":
        _check_file("data", path, is_zip=True)
        return Place("archive", data)
    if ":" in data:
        return Place("function", data)
    raise _unknown("data", _DATA, path)


def _run(argument: str, path: Path, needed: tuple[str, ...]) -> Place:
    for name in needed:
        if not (path / name).is_file():
            raise invalid_argument(argument, f"a run directory, with a file {name}", str(path))
    return Place("run", str(path), load_config(path / "config.yaml"))


def _unknown(argument: str, must_be: str, path: Path) -> InvalidArgumentError:
    missing = "" if path.exists() else f", and there is no such file or directory in {Path.cwd()}"
    return InvalidArgumentError(f"`{argument}` must be {must_be}. Received: {argument}={str(path)!r}{missing}")


def _check_file(argument: str, path: Path, is_zip: bool) -> None:
    if not path.is_file():
        received = f"{argument}={str(path)!r}, seen from {Path.cwd()}"
        raise InvalidArgumentError(f"`{argument}` must be a file that exists. Received: {received}")
    if is_zip and not zipfile.is_zipfile(path):
        received = f"{argument}={str(path)!r}, which is broken or none"
        raise InvalidArgumentError(f"`{argument}` must be a file in the {path.suffix} format. Received: {received}")
