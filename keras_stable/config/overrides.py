"""`--set a.b=value`: changes to a raw config before it is checked."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from keras_stable.config.data_config import DataSection
from keras_stable.config.mistakes import Mistake, Path, dotted, key_in_list
from keras_stable.config.schema import accepts_null, node_at
from keras_stable.config.strict_yaml import YamlSyntaxError, parse_yaml
from keras_stable.config.wording import shown


@dataclass(frozen=True)
class Override:
    """One parsed `a.b=value`."""

    path: Path
    value: Any
    source: str


class OverrideError(Exception):
    """An override that cannot be read or has no place in the config."""


def parse_override(text: str) -> Override:
    """Reads `a.b=value`; the value is YAML, so `1e-3` is a number and `null` is null.

    Args:
        text: str.

    Raises:
        OverrideError: the text has no `=`, an empty key, or a value that is no YAML.

    >>> parse_override("fit.epochs=5").path, parse_override("fit.epochs=5").value
    (('fit', 'epochs'), 5)
    """
    source = f"--set {text}"
    key, equals, value = text.partition("=")
    if not equals or not all(key.strip().split(".")):
        raise OverrideError(f"{source}: an override must be of the form a.b=value. Received: {shown(text)}")
    try:
        document = parse_yaml(value)
    except YamlSyntaxError as error:
        raise OverrideError(f"{source}: the value must be valid YAML. Received: {error}") from error
    if document.repeated:
        path, _, _ = document.repeated[0]
        raise OverrideError(f"{source}: `{dotted(path)}` must be given once. Received: the key twice")
    return Override(override_path(key), document.data, source)


def override_path(key: str) -> Path:
    """Returns the path of a dotted key; a number is an index of a list.

    >>> override_path("augmentation.0.factor")
    ('augmentation', 0, 'factor')
    """
    return tuple(int(part) if part.isdigit() else part for part in key.strip().split("."))


def overriding(mistake: Mistake, overrides: Sequence[Override]) -> Override | None:
    """Returns the last override that gave the value of a mistake, or one that the mistake depends on."""
    keys = (mistake.path, *mistake.involved)
    for override in reversed(overrides):
        if any(key[: len(override.path)] == override.path for key in keys):
            return override
    return None


def apply_overrides(data: dict[Any, Any], overrides: list[Override]) -> list[str]:
    """Changes a raw config in place, in order; the last of two overrides of one key wins.

    - A new `data.kind` comes first, and removes what belongs to the old kind.
    - null is the value null where the key may be null, and otherwise takes the key out, so that its default holds.
    - A number is an index of a list that is there: `augmentation.0.factor=0.2`.

    Returns:
        One line for each override whose path leads through a value without keys, or to an item that is not there.
    """
    lines = []
    for override in sorted(overrides, key=lambda override: override.path != ("data", "kind")):
        try:
            _apply(data, override)
        except OverrideError as error:
            lines.append(str(error))
    return lines


def _apply(data: dict[Any, Any], override: Override) -> None:
    if override.path == ("data", "kind"):
        _change_kind(data, override.value)
    parent = _parent(data, override)
    key = override.path[-1]
    node = node_at(override.path, data)
    if isinstance(parent, dict) and override.value is None and node is not None and not accepts_null(node):
        parent.pop(key, None)
    else:
        parent[key] = override.value


def _change_kind(data: dict[Any, Any], kind: Any) -> None:
    section = data.get("data")
    if isinstance(section, dict) and section.get("kind") != kind:
        data["data"] = {key: value for key, value in section.items() if key in DataSection.model_fields}


def _parent(data: Any, override: Override) -> Any:
    path = override.path
    for depth, key in enumerate(path[:-1]):
        if isinstance(data, dict):
            if data.get(key) is None:
                data[key] = {}
            data = data[key]
        elif key_in_list(data, key):
            data = data[key]
        else:
            raise _no_place(override, path[:depth], data)
    if not isinstance(data, dict) and not key_in_list(data, path[-1]):
        raise _no_place(override, path[:-1], data)
    return data


def _no_place(override: Override, path: Path, data: Any) -> OverrideError:
    what = "a list that has this index" if isinstance(data, list) else "a mapping"
    return OverrideError(f"{override.source}: `{dotted(path)}` must be {what}. Received: {dotted(path)}={shown(data)}")
