"""YAML 1.2 as its core schema reads it: `1e-3` is a number, `no` and `on` are text, a key stands once.

PyYAML alone follows YAML 1.1: it reads `1e-3` as text, `no` as False, `1:30` as 90, and keeps the last of
two equal keys. Source: YAML 1.2.2, chapter 10.3, "Core Schema" (https://yaml.org/spec/1.2.2/).
"""

import re
from dataclasses import dataclass, field
from typing import Any

import yaml

Path = tuple[Any, ...]

_TAG = "tag:yaml.org,2002:"
# Tag, pattern of its plain scalars, and the characters that these can start with.
_CORE_SCHEMA = [
    ("null", r"^(?:~|null|Null|NULL|)$", ["~", "n", "N", ""]),
    ("bool", r"^(?:true|True|TRUE|false|False|FALSE)$", list("tTfF")),
    ("int", r"^(?:[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+)$", list("-+0123456789")),
    (
        "float",
        r"^(?:[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$",
        list("-+.0123456789"),
    ),
]


class YamlSyntaxError(Exception):
    """Text that is no YAML, or YAML that a config cannot use; carries its line."""

    def __init__(self, line: int, text: str) -> None:
        super().__init__(text)
        self.line = line


@dataclass
class Document:
    """What a YAML text holds, with the line of every key and list item, and its repeated keys."""

    data: Any = None
    lines: dict[Path, int] = field(default_factory=dict)
    repeated: list[tuple[Path, int, int]] = field(default_factory=list)


class _Loader(yaml.SafeLoader):
    # Its own dict: the resolvers of PyYAML stay away.
    yaml_implicit_resolvers = {}  # noqa: RUF012

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            alias = self.peek_event()
            raise YamlSyntaxError(alias.start_mark.line + 1, f"the alias *{alias.anchor}; write its value out")
        return super().compose_node(parent, index)


class _Dumper(yaml.SafeDumper):
    def ignore_aliases(self, data: Any) -> bool:
        return True


for _name, _pattern, _first in _CORE_SCHEMA:
    _Loader.add_implicit_resolver(_TAG + _name, re.compile(_pattern), _first)
    # Added to the rules of YAML 1.1, so that text such as `no` or `1e-3` is quoted for readers of both versions.
    _Dumper.add_implicit_resolver(_TAG + _name, re.compile(_pattern), _first)
_Dumper.add_representer(
    tuple, lambda dumper, data: dumper.represent_sequence(_TAG + "seq", data, flow_style=all(map(_is_plain, data)))
)


def _is_plain(value: Any) -> bool:
    return isinstance(value, str | int | float)


def parse_yaml(text: str) -> Document:
    """Reads one YAML document.

    Args:
        text: str.

    Returns:
        A `Document`; `data` is None for a text without content.

    Raises:
        YamlSyntaxError: the text is not one YAML document of plain mappings, lists and scalars.

    >>> parse_yaml("{learning_rate: 1e-3, name: no}").data
    {'learning_rate': 0.001, 'name': 'no'}
    """
    document = Document()
    try:
        node = yaml.compose(text, Loader=_Loader)
        if node is not None:
            document.data = _construct(node, (), document)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        problem = error.problem or "no valid YAML"
        if "'\\t'" in problem:
            problem = "a tab where YAML wants spaces"
        raise YamlSyntaxError(mark.line + 1 if mark else 1, problem) from error
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise YamlSyntaxError(line, f"the character {chr(error.character)!r}") from error
    except RecursionError as error:
        raise YamlSyntaxError(1, "lists or mappings that are nested too deeply") from error
    return document


def dump_yaml(data: Any) -> str:
    """Writes YAML that `parse_yaml` reads back unchanged; tuples of plain values stand on one line.

    >>> print(dump_yaml({"clipvalue": 10.0, "name": "1e-3", "filters": (32, 64)}), end="")
    clipvalue: 10.0
    name: '1e-3'
    filters: [32, 64]
    """
    return yaml.dump(data, Dumper=_Dumper, sort_keys=False, allow_unicode=True, default_flow_style=False, width=120)


def _construct(node: yaml.Node, path: Path, document: Document) -> Any:
    if isinstance(node, yaml.ScalarNode):
        return _scalar(node)
    if node.tag not in (_TAG + "map", _TAG + "seq"):
        raise YamlSyntaxError(node.start_mark.line + 1, f"the tag {node.tag!r}")
    if isinstance(node, yaml.SequenceNode):
        items = []
        for index, item in enumerate(node.value):
            document.lines[(*path, index)] = item.start_mark.line + 1
            items.append(_construct(item, (*path, index), document))
        return items
    mapping: dict[Any, Any] = {}
    for key_node, value_node in node.value:
        line = key_node.start_mark.line + 1
        if not isinstance(key_node, yaml.ScalarNode):
            raise YamlSyntaxError(line, "a key that is itself a list or a mapping")
        key = _scalar(key_node)
        if key in mapping:
            document.repeated.append(((*path, key), document.lines[(*path, key)], line))
            continue
        document.lines[(*path, key)] = line
        mapping[key] = _construct(value_node, (*path, key), document)
    return mapping


def _scalar(node: yaml.ScalarNode) -> Any:
    text = node.value
    try:
        match node.tag.removeprefix(_TAG):
            case "str":
                return text
            case "null":
                return None
            case "bool":
                return {"true": True, "false": False}[text.lower()]
            case "int":
                return int(text, {"0o": 8, "0x": 16}.get(text[:2], 10))
            case "float":
                return float(text.lower().replace(".inf", "inf").replace(".nan", "nan"))
    except (ValueError, KeyError) as error:
        raise YamlSyntaxError(node.start_mark.line + 1, f"{text[:80]!r} for the tag {node.tag!r}") from error
    raise YamlSyntaxError(node.start_mark.line + 1, f"the tag {node.tag!r}")
