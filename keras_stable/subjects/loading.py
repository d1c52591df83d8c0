"""Loads what is to be audited: a model with its data."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import keras

from keras_stable.config import Config
from keras_stable.data import Data, load_data
from keras_stable.imports import load_object
from keras_stable.runs.composition import class_weight
from keras_stable.runs.fitting import adapted_model
from keras_stable.subjects.archives import read_archive
from keras_stable.subjects.functions import call_for_data, call_for_model
from keras_stable.subjects.places import Place, missing_data
from keras_stable.subjects.saved_models import read_model

# These arguments belong to the data, and go when other data replace them.
_OF_DATA = ("x", "y", "sample_weight", "validation_data", "validation_split", "steps_per_epoch")


@dataclass(frozen=True)
class Subject:
    """A model with its data, ready for `keras_stable.audit(model, **arguments)`.

    Attributes:
        model: the model; it may not be compiled.
        arguments: of `audit`, `x` among them.
    """

    model: keras.Model
    arguments: Mapping[str, Any]


def load_subject(model: Place, data: Place | None = None, *, needs_data: bool = True) -> Subject:
    """Loads what is to be audited.

    Args:
        model: where the model is, as `find_subject` returns it.
        data: where the data are; None takes what comes with the model.
        needs_data: bool; whether a model alone is an error. Default True.

    Raises:
        InvalidArgumentError: one of them cannot be loaded, or there is no data.
    """
    # First the data: their module may register the classes that a saved model is made of.
    other = None if data is None else load_data_of(data)
    subject = _subject(model)
    if other is not None:
        kept = {name: value for name, value in subject.arguments.items() if name not in _OF_DATA}
        return Subject(subject.model, {**kept, **other})
    if needs_data and "x" not in subject.arguments:
        raise missing_data("A model alone")
    return subject


def _subject(source: Place) -> Subject:
    if source.kind == "saved model":
        return Subject(read_model(source.path), {})
    if source.kind == "function":
        return Subject(*call_for_model(source.name))
    assert source.config is not None
    config = source.config
    # So that the model has the weights that `train` begins with.
    keras.utils.set_random_seed(config.seed)
    data = _load(config)
    if source.kind == "config":
        return Subject(adapted_model(config, data), _arguments(config, data))
    if config.model.module is not None:
        # The module registers the classes that the encoder is made of.
        load_object(config.model.module, "model.module")
    return Subject(read_model(source.path / "model.keras"), {**_arguments(config, data), "history": source.path})


def load_data_of(source: Place) -> dict[str, Any]:
    """Loads data without a model, as arguments of `audit`."""
    if source.kind == "archive":
        return read_archive(source.path)
    if source.kind == "function":
        return call_for_data(source.name)
    assert source.config is not None
    return _arguments(source.config, _load(source.config))


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
