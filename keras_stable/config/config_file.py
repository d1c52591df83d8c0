"""From a YAML file and overrides to a `Config`, and back."""

import math
import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from keras_stable.config.config import Config
from keras_stable.config.mistakes import Mistake, check, dotted
from keras_stable.config.overrides import Override, OverrideError, apply_overrides, overriding, parse_override
from keras_stable.config.strict_yaml import Document, YamlSyntaxError, dump_yaml, parse_yaml
from keras_stable.errors import ConfigError


def load_config(path: str | os.PathLike[str], overrides: Sequence[str | Override] = ()) -> Config:
    """Reads a config file strictly and reports every mistake of it at once.

    Paths inside the config stay as they are written, so a relative one is relative to the current directory,
    as on any command line, and not to the config file.

    Args:
        path: str or path of a YAML file.
        overrides: sequence of `Override` or of str, `a.b=value` with a YAML value. null is the value null where the
            key may be null, and otherwise unsets the key. A new `data.kind` drops the keys of the old kind.
            Default: none.

    Returns:
        A `Config`; its `name` is that of the file unless the config names itself.

    Raises:
        ConfigError: one line for each mistake, as `path:line: ...` or `--set a.b=value: ...`.

    >>> load_config("no_such.yaml")
    Traceback (most recent call last):
    ...
    keras_stable.errors.ConfigError: no_such.yaml: the config must be a file that exists. Received: no such file
    """
    document = _read(path)
    lines: list[str] = []
    parsed: list[Override] = []
    for override in overrides:
        try:
            parsed.append(parse_override(override) if isinstance(override, str) else override)
        except OverrideError as error:
            lines.append(str(error))
    data = document.data
    if isinstance(data, dict):
        if data.get("name") is None:
            data["name"] = _name(path)
        lines += apply_overrides(data, parsed)
    config, mistakes = check(data)
    placed = [_placed(mistake, path, document, parsed) for mistake in mistakes]
    placed += [
        (second, f"{path}:{second}: `{dotted(key)}` must be given once. Received: lines {first} and {second}")
        for key, first, second in document.repeated
    ]
    lines = [line for _, line in sorted(placed)] + lines
    if config is None or lines:
        raise ConfigError("\n".join(lines))
    return config


def dump_config(config: Config) -> str:
    """Returns YAML with every key of a config; loading it gives an equal config.

    >>> dump_config(Config.model_validate({"data": {"kind": "sklearn", "name": "iris"}})).splitlines()[:2]
    ['name: null', 'seed: 0']
    """
    return dump_yaml(config.model_dump(mode="python"))


def _read(path: str | os.PathLike[str]) -> Document:
    try:
        document = parse_yaml(Path(path).read_text(encoding="utf-8-sig"))
    except FileNotFoundError as error:
        raise _unreadable(path, "a file that exists", "no such file") from error
    except IsADirectoryError as error:
        raise _unreadable(path, "a file", "a directory") from error
    except UnicodeDecodeError as error:
        raise _unreadable(path, "UTF-8 text", f"byte 0x{error.object[error.start]:02x} at {error.start}") from error
    except (OSError, ValueError) as error:
        raise _unreadable(path, "a readable file", getattr(error, "strerror", None) or str(error)) from error
    except YamlSyntaxError as error:
        raise ConfigError(f"{path}:{error.line}: the config must be valid YAML. Received: {error}") from error
    if document.data is None:
        raise _unreadable(path, "a mapping with the key `data`", "an empty file")
    return document


def _unreadable(path: str | os.PathLike[str], must_be: str, received: str) -> ConfigError:
    return ConfigError(f"{path}: the config must be {must_be}. Received: {received}")


def _name(path: str | os.PathLike[str]) -> str:
    return re.sub(r"[^\w .+=-]", "_", Path(path).stem).lstrip(" .+=-") or "config"


def _placed(mistake: Mistake, path: Any, document: Document, overrides: list[Override]) -> tuple[float, str]:
    """Returns a mistake's line number, and its text behind its place: an override, or the nearest key in the file.

    Of two values that cannot be right together, the one from an override is named, and then one that was given.
    """
    override = overriding(mistake, overrides)
    if override is not None:
        return math.inf, f"{override.source}: {mistake.text}"
    keys = (mistake.path, *mistake.involved)
    above = [mistake.path[:length] for length in range(len(mistake.path) - 1, 0, -1)]
    line = next((document.lines[key] for key in [*keys, *above] if key in document.lines), 1)
    return line, f"{path}:{line}: {mistake.text}"
