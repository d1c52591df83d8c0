"""What the command line can audit: a saved model, a config, a run directory, or a function that returns a model."""

import inspect
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import keras
import numpy as np

from keras_stable.composition import class_weight
from keras_stable.config import Config, load_config
from keras_stable.data import Data, load_data
from keras_stable.errors import InvalidArgumentError, invalid_argument
from keras_stable.imports import call_object, first_line
from keras_stable.models import load_model
from keras_stable.training import adapted_model

_MODEL = "a .keras file, a config, a run directory, or package.module:function"
_DATA = "an .npz file, a config, a run directory, or package.module:function that returns (x, y) or a dataset"
# Of the arguments of `fit`, what an audit takes as well; the others have no bearing on it.
_TAKEN = (
    "batch_size",
    "epochs",
    "validation_data",
    "validation_split",
    "sample_weight",
    "class_weight",
    "shuffle",
    "history",
)


@dataclass(frozen=True)
class Subject:
    """A model with its data, ready for `keras_stable.audit(model, **arguments)`.

    Attributes:
        model: compiled.
        arguments: of `audit`, `x` among them.
    """

    model: keras.Model
    arguments: Mapping[str, Any] = field(default_factory=dict)


def load_subject(target: str, data: str | None = None) -> Subject:
    """Loads what is to be audited.

    | target | what is audited |
    | --- | --- |
    | `model.keras` | the saved model, on `data` |
    | `config.yaml` | the model of a config before training, on its data |
    | a run directory | the trained model, on the run's data, with its history |
    | `package.module:function` | what the function returns: (model, x, y, fit arguments), or fewer of them |

    Args:
        target: str.
        data: str, where the data is: an `.npz` file with x_train and y_train, or x and y; a config; a run
            directory; or `package.module:function` that returns (x, y), a batched dataset, or (x, y, fit arguments).
            None takes what comes with the target.

    Raises:
        InvalidArgumentError: one of them cannot be loaded, or there is no data.
    """
    path = Path(target)
    if path.is_dir():
        return _with_data(_from_run(path), data)
    if path.suffix in (".yaml", ".yml"):
        return _with_data(_from_config(load_config(path)), data)
    if path.suffix in (".keras", ".h5"):
        if data is None:
            raise InvalidArgumentError(f"A saved model brings no data: `--data` must be {_DATA}. Received: no --data")
        return _with_data(Subject(_saved_model(path)), data)
    if ":" in target:
        return _with_data(_from_function(target), data)
    raise invalid_argument("model", _MODEL, target)


def _with_data(subject: Subject, data: str | None) -> Subject:
    return subject if data is None else Subject(subject.model, {**subject.arguments, **_data_arguments(data)})


def _from_run(path: Path) -> Subject:
    for name in ("config.yaml", "model.keras", "history.csv"):
        if not (path / name).is_file():
            raise invalid_argument("model", f"a run directory, with a file {name}", str(path))
    arguments = _config_arguments(load_config(path / "config.yaml"))
    return Subject(_saved_model(path / "model.keras"), {**arguments, "history": path})


def _from_config(config: Config) -> Subject:
    keras.utils.set_random_seed(config.seed)
    data = _load(config)
    return Subject(adapted_model(config, data), _arguments(config, data))


def _config_arguments(config: Config) -> dict[str, Any]:
    return _arguments(config, _load(config))


def _load(config: Config) -> Data:
    return load_data(config.data, batch_size=config.fit.batch_size, seed=config.seed)


def _arguments(config: Config, data: Data) -> dict[str, Any]:
    validation = data.validation
    return {
        "x": data.train.x,
        "y": data.train.y,
        "batch_size": config.fit.batch_size,
        "epochs": config.fit.epochs,
        "validation_data": (validation.x, validation.y) if validation.is_arrays else validation.x,
        "class_weight": class_weight(config, data),
    }


def _saved_model(path: Path) -> keras.Model:
    try:
        return load_model(path)
    except (ValueError, OSError, TypeError, ImportError) as error:
        raise InvalidArgumentError(
            f"`model` must be a saved model that loads. Received: {first_line(error)}"
        ) from error


def _from_function(target: str) -> Subject:
    found = call_object(target, {}, "model")
    parts = list(found) if isinstance(found, tuple | list) else [found]
    arguments = parts.pop() if len(parts) > 1 and _is_fit_arguments(parts[-1]) else {}
    if not parts or not isinstance(parts[0], keras.Model) or len(parts) > 3:
        raise invalid_argument("model", f"a function that returns (model, x, y, fit arguments): {target}", found)
    given = dict(zip(("x", "y"), parts[1:], strict=False))
    return Subject(parts[0], {**given, **_taken(arguments)})


def _data_arguments(data: str) -> dict[str, Any]:
    path = Path(data)
    if path.suffix == ".npz":
        return _npz_arguments(path)
    if path.suffix in (".yaml", ".yml"):
        return _config_arguments(load_config(path))
    if path.is_dir() and (path / "config.yaml").is_file():
        return _config_arguments(load_config(path / "config.yaml"))
    if ":" not in data:
        raise invalid_argument("data", _DATA, data)
    found = call_object(data, {}, "data.target")
    parts = list(found) if isinstance(found, tuple | list) else [found]
    arguments = parts.pop() if len(parts) > 1 and _is_fit_arguments(parts[-1]) else {}
    if len(parts) > 2:
        raise invalid_argument("data", f"a function that returns (x, y) or a dataset: {data}", found)
    return {"y": None, **dict(zip(("x", "y"), parts, strict=False)), **_taken(arguments)}


def _npz_arguments(path: Path) -> dict[str, Any]:
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
    except (OSError, ValueError) as error:
        raise invalid_argument("data", "an .npz file that NumPy reads", f"{path} ({first_line(error)})") from error
    for x, y in (("x_train", "y_train"), ("x", "y")):
        if x in arrays and y in arrays:
            tests = [
                (arrays[a], arrays[b]) for a, b in (("x_val", "y_val"), ("x_test", "y_test")) if {a, b} <= {*arrays}
            ]
            return {"x": arrays[x], "y": arrays[y], "validation_data": tests[0] if tests else None}
    raise invalid_argument("data", "an .npz file with x_train and y_train, or x and y", f"{path} with {sorted(arrays)}")


def _is_fit_arguments(value: Any) -> bool:
    accepted = set(inspect.signature(keras.Model.fit).parameters) | {"history"}
    return isinstance(value, dict) and all(isinstance(name, str) and name in accepted for name in value)


def _taken(arguments: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in arguments.items() if name in (*_TAKEN, "x", "y") and value is not None}
