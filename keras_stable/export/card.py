"""The card of an export: what it takes and gives, and where it comes from, as JSON and as Markdown."""

import json
import platform
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from keras_stable import __version__
from keras_stable.export.manifest import hashes
from keras_stable.export.private_text import without_paths
from keras_stable.reporting.plain_values import plain

CARD, PAGE = "card.json", "card.md"
_PACKAGES = ("keras", "tensorflow", "numpy", "onnx", "onnxruntime", "tf2onnx", "ai-edge-litert")
_ESCAPED = str.maketrans({character: f"\\{character}" for character in "\\`*_{}[]()#|!<>~"})
SECTIONS = ("data", "config", "metrics", "audit")
"""What only the caller knows of a model; null where it is unknown."""


def versions() -> dict[str, str]:
    """Returns the versions of Python, of keras_stable, and of the packages that an export depends on."""
    own = {"python": platform.python_version(), "keras_stable": __version__}
    for package in _PACKAGES:
        try:
            own[package] = version(package)
        except PackageNotFoundError:
            continue
    return own


def write_card(directory: Path, export: Mapping[str, Any], about: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Writes `card.json` and `card.md` into a directory of an export.

    Args:
        directory: with the files of the export, whose SHA-256 the card holds.
        export: what is known of the export itself: format, inputs, outputs, proof.
        about: `data`, `config`, `metrics` and `audit`, as far as they are known. Default: none.

    Returns:
        The card, as plain values without a path of this machine.
    """
    known = dict(about or {})
    card = {**export, **{name: known.pop(name, None) for name in SECTIONS}, **known, "versions": versions()}
    card = without_paths(plain(card)) | {"manifest": hashes(directory)}
    text = json.dumps(card, indent=2, allow_nan=False, ensure_ascii=False)
    (directory / CARD).write_text(text + "\n", encoding="utf-8")
    (directory / PAGE).write_text(_markdown(card), encoding="utf-8")
    return card


def _markdown(card: Mapping[str, Any]) -> str:
    lines = [f"# {_escaped(card.get('name') or 'Export')}", ""]
    for section, content in card.items():
        if section == "name":
            continue
        lines += [f"## {_escaped(section.capitalize().replace('_', ' '))}", "", *_section(content), ""]
    return "\n".join(lines)


def _section(content: Any) -> list[str]:
    if content in (None, {}, [], ""):
        return ["Unknown."]
    if not isinstance(content, dict):
        return [_escaped(content)]
    rows = [f"| {_escaped(key)} | {_escaped(value)} |" for key, value in _flat(content, "")]
    return ["| | |", "| --- | --- |", *rows]


def _flat(content: dict[str, Any], start: str) -> list[tuple[str, Any]]:
    rows: list[tuple[str, Any]] = []
    for key, value in content.items():
        name = f"{start}{key}"
        rows += _flat(value, f"{name}.") if isinstance(value, dict) and value else [(name, value)]
    return rows


def _escaped(value: Any) -> str:
    """Returns a value as one line of text in which Markdown and HTML mean nothing."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return " ".join(text.split()).translate(_ESCAPED)
