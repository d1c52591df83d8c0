"""A config from whatever a Python program has: a `Config`, the path of a YAML file, or a mapping."""

import os
from collections.abc import Mapping
from typing import Any

import yaml
from pydantic import BaseModel

from keras_stable.config.config import Config
from keras_stable.config.config_file import dump_config, load_config
from keras_stable.config.mistakes import check
from keras_stable.config.overrides import Override, apply_overrides, override_path, overriding
from keras_stable.config.strict_yaml import parse_yaml
from keras_stable.errors import ConfigError, invalid_argument

ConfigSource = Config | Mapping[str, Any] | str | os.PathLike[str]


def read_config(
    source: ConfigSource,
    overrides: Mapping[str, Any] | None = None,
    *,
    seed: int | None = None,
    argument: str = "config",
) -> Config:
    """Returns the config that a source describes, checked as strictly as a file.

    Args:
        source: a `Config`, the path of a YAML file, or a mapping with the keys of a config.
        overrides: mapping of dotted keys to values, which replace those of the source. None is the value null where
            the key may be null, and otherwise unsets the key. Default: none.
        seed: int, which replaces the seed. Default: none.
        argument: str, what to call the source in a message.

    Raises:
        InvalidArgumentError: the source is none of these, or `overrides` is no such mapping.
        ConfigError: one line for each mistake.

    >>> iris = {"data": {"kind": "sklearn", "name": "iris"}}
    >>> config = read_config(iris, {"fit.epochs": 5}, seed=3)
    >>> config.fit.epochs, config.seed
    (5, 3)
    >>> read_config({**iris, "fit": {"epoch": 5}})
    Traceback (most recent call last):
    ...
    keras_stable.errors.ConfigError: `fit.epoch` must be one of epochs, batch_size, class_weight, mixed_precision, \
early_stopping, stability_guard, normalization_update_epochs, checkpoint_every, jit_compile, steps_per_execution, \
verbose. Did you mean `epochs`? Received: fit.epoch=5
    """
    changes = _overrides(overrides)
    if seed is not None:
        changes.append(Override(("seed",), seed, f"seed={seed!r}"))
    if isinstance(source, str | os.PathLike):
        return load_config(source, changes)
    if not isinstance(source, Config | Mapping):
        must_be = "a Config, the path of a YAML file, or a mapping with the keys of a config"
        raise invalid_argument(argument, must_be, source)
    if isinstance(source, Config):
        text = _yaml(source, argument)
        return _checked(parse_yaml(text).data, changes) if changes else source
    config = _checked(_plain(source), changes)
    _yaml(config, argument)
    return config


def _overrides(overrides: Mapping[str, Any] | None) -> list[Override]:
    if overrides is None:
        return []
    if not isinstance(overrides, Mapping) or not all(isinstance(key, str) and all(key.split(".")) for key in overrides):
        raise invalid_argument("overrides", 'a mapping of dotted keys such as {"fit.epochs": 5}', overrides)
    return [Override(override_path(key), _plain(value), f"overrides[{key!r}]") for key, value in overrides.items()]


def _checked(data: Any, overrides: list[Override]) -> Config:
    lines = apply_overrides(data, overrides)
    config, mistakes = check(data)
    for mistake in mistakes:
        override = overriding(mistake, overrides)
        lines.append(f"{override.source}: {mistake.text}" if override else mistake.text)
    if config is None or lines:
        raise ConfigError("\n".join(lines))
    return config


def _plain(value: Any) -> Any:
    """Returns a copy in the types that YAML has, as far as it has them: they are what a config is checked in."""
    if isinstance(value, BaseModel):
        return _plain(value.model_dump())
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    # Numbers of NumPy, which a config needs for nothing else.
    return value.item() if getattr(value, "ndim", None) == 0 and hasattr(value, "item") else value


def _yaml(config: Config, argument: str) -> str:
    """Returns the config as YAML, which the run directory keeps.

    Raises:
        ConfigError: an argument of a function or layer is nothing that YAML knows, such as an array.
    """
    try:
        return dump_config(config)
    except yaml.representer.RepresenterError as error:
        what = type(error.args[-1]).__name__
        raise ConfigError(
            f"`{argument}` must hold numbers, text, lists and mappings alone, for a run keeps it as YAML. "
            f"Received: an object of type {what}"
        ) from error
