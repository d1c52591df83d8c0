"""Reports fit the schema, and the schema says what the dataclasses say."""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import pytest

from keras_stable.diagnosis.reporting.report import Report
from keras_stable.diagnosis.reporting.schema import _of_type, published_schema, report_schema, schema_text

_TYPES = {
    "object": dict,
    "array": list,
    "string": str,
    "boolean": bool,
    "integer": int,
    "number": (int, float),
    "null": type(None),
}


def mistakes(value, node, root, path="report"):
    """Yields where a value breaks a schema; a key that the schema does not name breaks it too."""
    if "$ref" in node:
        yield from mistakes(value, root["$defs"][node["$ref"].rsplit("/", 1)[1]], root, path)
    if "anyOf" in node and all(list(mistakes(value, branch, root, path)) for branch in node["anyOf"]):
        yield f"{path}: fits no branch"
    if ("const" in node and value != node["const"]) or ("enum" in node and value not in node["enum"]):
        yield f"{path}: {value!r}"
    kinds = [node["type"]] if isinstance(node.get("type"), str) else node.get("type", [])
    if kinds and not any(isinstance(value, _TYPES[k]) and (k == "boolean" or value is not bool(value)) for k in kinds):
        yield f"{path}: {value!r} is not {kinds}"
        return
    if isinstance(value, dict):
        yield from (f"{path}: no {key}" for key in node.get("required", ()) if key not in value)
        for key, item in value.items():
            child = node.get("properties", {}).get(key, node.get("additionalProperties"))
            if child is None and "properties" in node:
                yield f"{path}: unknown {key}"
            yield from mistakes(item, child or {}, root, f"{path}.{key}")
    if isinstance(value, list):
        if not node.get("minItems", 0) <= len(value) <= node.get("maxItems", math.inf):
            yield f"{path}: {len(value)} items"
        for index, item in enumerate(value):
            child = node["prefixItems"][index] if "prefixItems" in node else node.get("items", {})
            yield from mistakes(item, child, root, f"{path}[{index}]")


def read(report):
    def refuse(name):
        raise AssertionError(f"{name} is no JSON")

    return json.loads(report.to_json(), parse_constant=refuse)


def test_the_published_schema_is_that_of_the_code():
    fresh = report_schema()
    assert published_schema() == fresh, "report.schema.json is stale: run `python tools/generate.py`"


def test_reports_fit_the_schema(sample_report):
    schema = published_schema()
    for report in (sample_report, Report(), replace(sample_report, facts={"origin": None})):
        assert list(mistakes(read(report), schema, schema)) == []


@pytest.mark.parametrize(
    ("change", "mistake"),
    [
        (lambda content: content.pop("verdict"), "report: no verdict"),
        (lambda content: content.update(ok="yes"), "report.ok: 'yes' is not ['boolean', 'null']"),
        (lambda content: content["findings"][0].update(severity="bad"), "report.findings[0].severity: 'bad'"),
        (lambda content: content["facts"]["features"]["std"].pop(), "report.facts.features.std: 2 items"),
    ],
)
def test_what_does_not_fit_is_noticed(sample_report, change, mistake):
    content, schema = read(sample_report), published_schema()
    change(content)
    assert list(mistakes(content, schema, schema)) == [mistake]


def test_every_fact_of_the_sample_is_in_the_schema(sample_report):
    assert set(sample_report.facts) == set(published_schema()["properties"]["facts"]["properties"])


def test_numbers_are_plain(make_finding):
    finding = make_finding(evidence={"a": np.float32(0.5), "b": np.int64(3), "c": math.inf}, threshold=np.float64(2))
    content = read(Report((finding,), facts={"own": {"array": np.arange(2), 3: (math.nan,)}}))
    assert content["findings"][0]["evidence"] == {"a": 0.5, "b": 3, "c": None}
    assert content["findings"][0]["threshold"] == 2.0
    assert content["facts"]["own"] == {"array": [0, 1], "3": [None]}
    assert content["ok"] is False


@dataclass(frozen=True)
class Inner:
    """One thing.

    Attributes:
        number: float in (0, 1), how sure it is, see `other`; NaN
            where nobody knows.
        first, second: int, two of them.

    Not a part of it: this.
    """

    number: float
    first: int
    second: int
    unsaid: str


@pytest.mark.parametrize(
    ("hint", "expected"),
    [
        (str, {"type": "string"}),
        (int, {"type": "integer"}),
        (bool, {"type": "boolean"}),
        (float, {"type": ["number", "null"]}),
        (Any, {}),
        (Literal["a", "b"], {"enum": ["a", "b"]}),
        (str | None, {"type": ["string", "null"]}),
        (float | None, {"type": ["number", "null"]}),
        (tuple[int, ...], {"type": "array", "items": {"type": "integer"}}),
        (
            tuple[int, str],
            {"type": "array", "prefixItems": [{"type": "integer"}, {"type": "string"}], "minItems": 2, "maxItems": 2},
        ),
        (Mapping[str, bool], {"type": "object", "additionalProperties": {"type": "boolean"}}),
        (Inner, {"$ref": "#/$defs/Inner"}),
        (Inner | None, {"anyOf": [{"$ref": "#/$defs/Inner"}, {"type": "null"}]}),
    ],
    ids=str,
)
def test_each_type_has_its_node(hint, expected):
    assert _of_type(hint, {}) == expected


def test_a_dataclass_is_described_by_its_docstring():
    definitions = {}
    _of_type(tuple[Inner, ...], definitions)
    assert definitions["Inner"] == {
        "type": "object",
        "properties": {
            "number": {
                "type": ["number", "null"],
                "description": "how sure it is, see `other`; NaN where nobody knows.",
            },
            "first": {"type": "integer", "description": "two of them."},
            "second": {"type": "integer", "description": "two of them."},
            "unsaid": {"type": "string"},
        },
        "required": ["number", "first", "second", "unsaid"],
    }


@pytest.mark.parametrize("hint", [set[int], list[int], complex])
def test_a_type_that_json_lacks_is_refused(hint):
    with pytest.raises(TypeError, match="no JSON schema is known for"):
        _of_type(hint, {})


def test_everything_that_a_report_has_is_required():
    schema = report_schema()
    assert set(schema["required"]) == set(Report().to_dict())
    assert json.loads(schema_text()) == schema
    assert schema_text().endswith("}\n")


def test_every_reference_leads_somewhere():
    text = schema_text()
    names = {part.split('"')[0] for part in text.split('"#/$defs/')[1:]}
    assert names
    assert names <= set(report_schema()["$defs"])
