"""The JSON schema of a config, for editors and as the one source of what each key must be."""

import functools
from collections.abc import Iterator
from typing import Any

from keras_stable.config.config import Config

Node = dict[str, Any]


@functools.cache
def _root() -> Node:
    schema = Config.model_json_schema()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": "keras_stable config"}


def config_schema() -> Node:
    """Returns the JSON schema of a config as a new dict.

    >>> sorted(config_schema()["properties"])[:3]
    ['augmentation', 'data', 'deterministic']
    """
    return dict(_root())


def node_at(path: tuple[Any, ...], data: Any) -> Node | None:
    """Returns the schema of one key of a config, or None for a key that the schema does not have.

    Args:
        path: tuple, such as `("data", "path")`.
        data: the raw config, whose `kind` decides what the section `data` may hold.
    """
    node: Node | None = resolve(_root(), data)
    for key in path:
        node = None if node is None else child(node, key)
        data = _value(data, key)
        node = None if node is None else resolve(node, data)
    return node


def resolve(node: Node, value: Any) -> Node:
    """Follows references, the one branch beside null, and the branch that `kind` names."""
    if "$ref" in node:
        return resolve(_root()["$defs"][node["$ref"].rsplit("/", 1)[1]], value)
    if "discriminator" in node:
        kind = value.get("kind") if isinstance(value, dict) else None
        mapping = node["discriminator"]["mapping"]
        return resolve({"$ref": mapping[kind]}, value) if isinstance(kind, str) and kind in mapping else node
    branches = _branches(node)
    if len(branches) == 1:
        return {**resolve(branches[0], value), "nullable": True}
    return node


def child(node: Node, key: Any) -> Node | None:
    """Returns the schema of a key or list index below a resolved node."""
    if "properties" in node and key in node["properties"]:
        return node["properties"][key]
    if isinstance(key, int) and "prefixItems" in node and key < len(node["prefixItems"]):
        return node["prefixItems"][key]
    if isinstance(key, int) and "items" in node:
        return node["items"]
    if key == "kind" and "discriminator" in node:
        return {"enum": kinds(node)}
    # An object may have any other key where it does not say which; an older pydantic says nothing of that kind.
    extra = node.get("additionalProperties", node.get("type") == "object" and "properties" not in node)
    return {} if extra is True else extra or None


def keys(node: Node) -> list[str]:
    """Returns the keys that a mapping may have."""
    return list(node.get("properties", ()))


def kinds(node: Node) -> list[str]:
    """Returns the values that decide between the branches of a node."""
    return sorted(node["discriminator"]["mapping"])


def all_paths() -> Iterator[str]:
    """Yields the dotted path of every key outside `data`."""
    for section, node in _root()["properties"].items():
        yield section
        for key in keys(resolve(node, None)):
            yield f"{section}.{key}"


def accepts_null(node: Node) -> bool:
    """Tells whether null is a value of a resolved node."""
    nullable = node.get("nullable", False) or any(branch.get("type") == "null" for branch in node.get("anyOf", ()))
    return nullable or not (node.keys() - {"title", "description", "default"})


def is_union(node: Node) -> bool:
    """Tells whether a resolved node has several branches beside null."""
    return len(_branches(node)) > 1


def _branches(node: Node) -> list[Node]:
    return [branch for branch in node.get("anyOf", ()) if branch.get("type") != "null"]


def _value(data: Any, key: Any) -> Any:
    if isinstance(data, dict):
        return data.get(key)
    if isinstance(data, list) and isinstance(key, int) and key < len(data):
        return data[key]
    return None
