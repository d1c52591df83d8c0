"""The JSON schema of `Report.to_json()`, made from the dataclasses and their docstrings."""

import inspect
import json
import re
import types
import typing
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from importlib.resources import files
from typing import Any, Literal, TypedDict

from keras_stable.diagnosis import facts
from keras_stable.diagnosis.reporting.contents import SCHEMA_VERSION, ReportContents

Node = dict[str, Any]

_PLAIN: dict[Any, Node] = {
    str: {"type": "string"},
    bool: {"type": "boolean"},
    int: {"type": "integer"},
    # A number that is not finite, or was not measured, is null.
    float: {"type": ["number", "null"]},
    type(None): {"type": "null"},
    Any: {},
}


class Facts(TypedDict, total=False):
    """Evidence by name. What was not gathered is absent; own evidence may stand beside it."""

    plan: facts.Plan
    inputs: tuple[facts.Input, ...]
    labels: tuple[facts.Labels, ...]
    duplicates: facts.Duplicates
    pipeline: facts.Pipeline
    contrast: facts.Contrast
    dependence: facts.Dependence
    pairing: facts.Pairing
    structure: facts.Structure
    outputs: tuple[facts.Output, ...]
    compiled: facts.Compiled
    callbacks: facts.Callbacks
    schedule: facts.Schedule
    weights: facts.Weights
    suspects: facts.Suspects
    evaluation: facts.Evaluation
    activations: tuple[facts.LayerOutput, ...]
    gradients: facts.Gradients
    features: facts.Features
    origin: facts.NonfiniteOrigin | None
    time_layers: tuple[facts.TimeLayer, ...]
    padding: tuple[facts.Padding, ...]
    words: tuple[facts.Words, ...]
    axes: tuple[facts.Axes, ...]
    carried_state: facts.CarriedState
    target_copies: tuple[facts.TargetCopy, ...]
    future: tuple[facts.FutureReach, ...]
    frozen_statistics: tuple[facts.FrozenStatistics, ...]
    failure: facts.StepFailure | None
    loss_checks: tuple[facts.LossCheck, ...]
    balance: facts.Balance
    kept_metrics: tuple[str, ...]
    history: facts.History
    probe: facts.Probe
    learning: facts.Learning
    overfit: facts.Overfit
    zeroed: facts.ZeroedInputs
    curvature: facts.Curvature
    noise: facts.GradientNoise
    rate_range: facts.RateRange


def report_schema() -> Node:
    """Returns the JSON schema of a report, built from the dataclasses.

    >>> report_schema()["properties"]["schema_version"]
    {'const': 1}
    """
    definitions: dict[str, Node] = {}
    report = _of_dataclass(ReportContents, definitions)
    names = typing.get_type_hints(Facts)
    own = {
        "schema_version": {"const": SCHEMA_VERSION},
        "ok": {
            "type": ["boolean", "null"],
            "description": "whether there is no error or warning, and no rule crashed; null where nothing was found, "
            "but not everything could be examined",
        },
    }
    report["properties"]["facts"] = {
        "type": "object",
        "description": inspect.getdoc(Facts),
        "properties": {name: _of_type(hint, definitions) for name, hint in names.items()},
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "keras_stable audit report",
        "description": "What `Report.to_json()` writes. Fields may be added within a schema version.",
        "type": "object",
        "properties": {**own, **report["properties"]},
        "required": [*own, *report["required"]],
        "$defs": dict(sorted(definitions.items())),
    }


def schema_text() -> str:
    """Returns the text of the published file, `keras_stable/diagnosis/reporting/report.schema.json`."""
    return json.dumps(report_schema(), indent=2) + "\n"


def published_schema() -> Node:
    """Returns the schema as it is published with the package."""
    return json.loads((files("keras_stable.diagnosis.reporting") / "report.schema.json").read_text(encoding="utf-8"))


def _of_dataclass(kind: Any, definitions: dict[str, Node]) -> Node:
    hints = typing.get_type_hints(kind)
    said = _attributes(inspect.getdoc(kind) or "")
    properties = {}
    for field in fields(kind):
        node = _of_type(hints[field.name], definitions)
        # A description beside a reference is kept by this draft of JSON schema.
        properties[field.name] = {**node, "description": said[field.name]} if field.name in said else node
    return {"type": "object", "properties": properties, "required": list(properties)}


def _of_type(hint: Any, definitions: dict[str, Node]) -> Node:
    if hint in _PLAIN:
        return dict(_PLAIN[hint])
    if is_dataclass(hint):
        assert isinstance(hint, type)
        if hint.__name__ not in definitions:
            definitions[hint.__name__] = {}
            definitions[hint.__name__] = _of_dataclass(hint, definitions)
        return {"$ref": f"#/$defs/{hint.__name__}"}
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is Literal:
        return {"enum": list(arguments)}
    if origin in (types.UnionType, typing.Union):
        return _of_union([_of_type(argument, definitions) for argument in arguments])
    if origin is tuple and arguments[-1] is Ellipsis:
        return {"type": "array", "items": _of_type(arguments[0], definitions)}
    if origin is tuple:
        length = len(arguments)
        items = [_of_type(argument, definitions) for argument in arguments]
        return {"type": "array", "prefixItems": items, "minItems": length, "maxItems": length}
    if origin is Mapping:
        return {"type": "object", "additionalProperties": _of_type(arguments[1], definitions)}
    raise TypeError(f"no JSON schema is known for {hint!r}")


def _of_union(nodes: list[Node]) -> Node:
    if any(set(node) != {"type"} for node in nodes):
        return {"anyOf": nodes}
    kinds = [kind for node in nodes for kind in ([node["type"]] if isinstance(node["type"], str) else node["type"])]
    return {"type": list(dict.fromkeys(kinds))}


def _attributes(page: str) -> dict[str, str]:
    """Returns what a docstring says of each attribute."""
    section = page.partition("Attributes:\n")[2]
    said: dict[str, str] = {}
    for entry in re.split(r"\n(?= {4}\S)", section.split("\n\n")[0]):
        names, _, text = " ".join(entry.split()).partition(": ")
        said |= {name.strip(): text for name in names.split(",")}
    # The schema states the types itself. An interval such as (0, 1] has a comma of its own.
    stated = re.compile(r"^(str|int|float|bool|tuple)\b([(\[][^)\]]*[)\]]|[^,:;.(\[])*[,:] ")
    return {name: stated.sub("", text) for name, text in said.items() if text}
