import json
import math
from dataclasses import replace

import numpy as np
import pytest

from keras_stable.diagnosis.reporting.report import Report
from keras_stable.diagnosis.reporting.schema import published_schema, report_schema

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
