"""What a key must be, in words, from its JSON schema; and how a received value is shown."""

import difflib
from collections.abc import Iterable
from typing import Any

from keras_stable.config.schema import Node, accepts_null, keys, kinds, resolve

_BOUNDS = (
    ("minimum", ">="),
    ("exclusiveMinimum", ">"),
    ("maximum", "<="),
    ("exclusiveMaximum", "<"),
)
_NAMES = {"integer": ("an integer", "integers"), "number": ("a number", "numbers"), "string": ("a string", "strings")}


def must_be(node: Node) -> str:
    """Says what the value of a schema node must be.

    >>> must_be({"type": "integer", "minimum": 1})
    'an integer >= 1'
    >>> must_be({"anyOf": [{"enum": ["mlp", "conv"]}, {"type": "null"}]})
    'mlp or conv, or null'
    """
    node = resolve(node, None)
    branches = [must_be(branch) for branch in node.get("anyOf", ()) if branch.get("type") != "null"]
    text = _one_of(branches) if branches else _describe(node)
    return f"{text}, or null" if accepts_null(node) else text


def did_you_mean(word: Any, candidates: Iterable[str]) -> str:
    """Returns `Did you mean ...? ` for the candidate that looks most like the word, or an empty text.

    >>> did_you_mean("learning_rte", ["learning_rate", "epochs"])
    'Did you mean `learning_rate`? '
    """
    candidate = closest(word, candidates)
    return f"Did you mean `{candidate}`? " if candidate else ""


def closest(word: Any, candidates: Iterable[str]) -> str | None:
    """Returns the candidate that looks most like the word, or None."""
    matches = difflib.get_close_matches(str(word), list(candidates), n=1, cutoff=0.6)
    return matches[0] if matches else None


def shown(value: Any) -> str:
    """Returns a received value as YAML names it, on one line of at most 80 characters.

    >>> shown(None), shown(True), shown("3")
    ('null', 'true', "'3'")
    """
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    text = repr(list(value) if isinstance(value, tuple) else value)
    return text if len(text) <= 80 else f"{text[:77]}..."


def _describe(node: Node) -> str:
    if "errorMessage" in node:
        return node["errorMessage"]
    if "enum" in node:
        return _one_of([str(value) for value in node["enum"]])
    if "const" in node:
        return str(node["const"])
    if "discriminator" in node:
        return f"a mapping whose `kind` is {_one_of(kinds(node))}"
    kind = node.get("type")
    if kind == "boolean":
        return "true or false"
    if kind == "array":
        return _list(node)
    if kind == "object":
        names = ", ".join(f"`{key}`" for key in keys(node))
        return f"a mapping with keys out of {names}" if names else "a mapping"
    if kind == "string":
        return "a string that is not empty" if node.get("minLength") else "a string"
    return f"{_NAMES[str(kind)][0]}{_bounds(node)}"


def _list(node: Node) -> str:
    items = [resolve(item, None) for item in node.get("prefixItems", [])]
    item = items[0] if items else resolve(node["items"], None)
    count = f"{len(items)} " if items else ""
    least = " and at least one of them" if not items and node.get("minItems") else ""
    name = _NAMES[item["type"]][1] + _bounds(item) if item.get("type") in _NAMES else f"items, each {must_be(item)}"
    return f"a list of {count}{name}{least}"


def _bounds(node: Node) -> str:
    return "".join(
        f"{' and' if index else ''} {sign} {_number(node[name])}"
        for index, (name, sign) in enumerate((name, sign) for name, sign in _BOUNDS if name in node)
    )


def _number(value: float) -> str:
    return str(int(value)) if value == int(value) else str(value)


def _one_of(words: list[str]) -> str:
    if len(words) == 1:
        return words[0]
    return f"{', '.join(words[:-1])} or {words[-1]}"
