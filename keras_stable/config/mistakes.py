"""Checks a raw config and says every mistake at once, each with the place where it was written."""

import copy
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from keras_stable.config.config import Config
from keras_stable.config.schema import all_paths, child, is_union, keys, kinds, node_at, resolve
from keras_stable.config.section import Conflict
from keras_stable.config.wording import closest, did_you_mean, must_be, shown

Path = tuple[Any, ...]


@dataclass(frozen=True)
class Mistake:
    """One mistake: the key that is wrong, the sentence that says so, and other keys that it depends on."""

    path: Path
    text: str
    involved: tuple[Path, ...] = ()


def check(data: Any) -> tuple[Config | None, list[Mistake]]:
    """Validates a raw config.

    Values that are right alone and wrong together are looked for also when other values are wrong: the wrong
    ones are left out for a second look, and what that look says of them is dropped.

    Args:
        data: what the YAML file holds.

    Returns:
        The config and no mistakes, or None and every mistake.
    """
    if not isinstance(data, dict):
        return None, [Mistake((), f"the config must be a mapping with the key `data`. Received: {shown(data)}")]
    config, errors, conflicts = _validate(data)
    mistakes = {mistake.path: mistake for mistake in (_explain(error, data) for error in reversed(errors))}
    doubtful = set(mistakes)
    if errors:
        rest = copy.deepcopy(data)
        for path in sorted(mistakes, key=len, reverse=True):
            doubtful |= _meant(path, data)
            _remove(rest, path)
        _, _, conflicts = _validate(rest)
    for conflict in conflicts:
        if doubtful.isdisjoint({conflict.path, *conflict.involved}):
            mistakes[conflict.path] = Mistake(
                conflict.path,
                _sentence(conflict.path, conflict.must_be, conflict.received),
                conflict.involved,
            )
    return (None if mistakes else config), list(mistakes.values())


def _validate(data: Any) -> tuple[Config | None, list[Any], list[Conflict]]:
    conflicts: list[Conflict] = []
    try:
        return Config.model_validate(data, context=conflicts), [], conflicts
    except ValidationError as error:
        return None, error.errors(include_url=False), conflicts


def _explain(error: Any, data: dict[Any, Any]) -> Mistake:
    kind = error["type"]
    path = _path(error["loc"], data)
    if kind == "missing" and isinstance(path[-1], int):
        # A list that is too short: what is wrong is its length, not the item that is not there.
        kind, path = "too_short", path[:-1]
    if kind in ("extra_forbidden", "invalid_key"):
        return Mistake(path, _unknown_key(path, error["input"], data))
    if kind.startswith("union_tag"):
        path = (*path, "kind")
    node = node_at(path, data)
    text = "named by text" if error["loc"][-1] == "[key]" else must_be(node or {})
    if kind in ("missing", "union_tag_not_found"):
        return Mistake(path, f"`{dotted(path)}` must be given: {text}. Received: nothing")
    received = _get(data, path)
    if node is not None and "enum" in node:
        hint = did_you_mean(received, map(str, node["enum"]))
    elif kind.startswith("union_tag"):
        hint = did_you_mean(received, kinds(node_at(("data",), {}) or {}))
    else:
        hint = ""
    return Mistake(path, _sentence(path, text, received, hint))


def _sentence(path: Path, text: str, received: Any, hint: str = "") -> str:
    key = dotted(path)
    return f"`{key}` must be {text}. {hint}Received: {key}={shown(received)}"


def _unknown_key(path: Path, received: Any, data: dict[Any, Any]) -> str:
    node = node_at(path[:-1], data) or {}
    meant = closest(path[-1], keys(node))
    if meant is None:
        elsewhere = [other for other in all_paths() if other.rsplit(".", 1)[-1] == path[-1]]
        meant = elsewhere[0] if len(elsewhere) == 1 else None
    hint = f"Did you mean `{meant}`? " if meant else ""
    return _sentence(path, f"one of {', '.join(keys(node))}", received, hint)


def _meant(path: Path, data: dict[Any, Any]) -> set[Path]:
    """Returns the key that an unknown key was probably meant to be: nothing is known about its value."""
    node = node_at(path[:-1], data) or {}
    meant = closest(path[-1], keys(node)) if path and path[-1] not in keys(node) else None
    return {(*path[:-1], meant)} if meant else set()


def _path(location: Path, data: Any) -> Path:
    """Returns the path of a key in the file from pydantic's location, which names branches of unions too."""
    if location[0] == "data" and len(location) > 1:
        location = (location[0], *location[2:])
    path: Path = ()
    node = resolve(node_at((), data) or {}, data)
    for key in location:
        if key == "[key]" or is_union(node):
            break
        path = (*path, key)
        data = data.get(key) if isinstance(data, dict) else data[key] if key_in_list(data, key) else None
        node = resolve(child(node, key) or {}, data)
    return path


def key_in_list(data: Any, key: Any) -> bool:
    """Tells whether `data` is a list that has the index `key`."""
    return isinstance(data, list) and isinstance(key, int) and 0 <= key < len(data)


def _get(data: Any, path: Path) -> Any:
    for key in path:
        data = data[key]
    return data


def _remove(data: Any, path: Path) -> None:
    for key in path[:-1]:
        data = data.get(key) if isinstance(data, dict) else data[key] if key_in_list(data, key) else None
    if isinstance(data, dict):
        data.pop(path[-1], None)
    elif key_in_list(data, path[-1]):
        del data[path[-1]]


def dotted(path: Path) -> str:
    """Returns a path as it is written in `--set`: `a.b.0`."""
    return ".".join(map(str, path))
