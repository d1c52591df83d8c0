"""A report as SARIF 2.1.0, the format in which code hosts take the findings of an analysis (OASIS, 2020)."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from keras_stable import __version__
from keras_stable.diagnosis.reporting.finding import Finding

_LEVELS = {"error": "error", "warning": "warning", "advice": "note"}
_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"


def sarif_text(findings: Sequence[Finding]) -> str:
    """Returns findings as one SARIF run; those with a location point to their line.

    >>> json.loads(sarif_text(()))["runs"][0]["tool"]["driver"]["name"]
    'keras_stable'
    """
    slugs = sorted({(finding.rule, finding.id) for finding in findings})
    rules = [{"id": id, "name": slug, "shortDescription": {"text": slug.replace("-", " ")}} for slug, id in slugs]
    driver = {
        "name": "keras_stable",
        "semanticVersion": __version__,
        "rules": rules,
    }
    run = {"tool": {"driver": driver}, "results": [_result(finding, slugs) for finding in findings]}
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2)


def _result(finding: Finding, slugs: Sequence[tuple[str, str]]) -> dict[str, Any]:
    text = f"{finding.where}: {finding.message} {finding.remedy}"
    result: dict[str, Any] = {
        "ruleId": finding.id,
        "ruleIndex": slugs.index((finding.rule, finding.id)),
        "level": _LEVELS[finding.severity],
        "message": {"text": text},
    }
    if finding.location is not None:
        region: dict[str, Any] = {"startLine": finding.location.line}
        if finding.location.text:
            region["snippet"] = {"text": finding.location.text}
        artifact = {"uri": _address(finding.location.file)}
        result["locations"] = [{"physicalLocation": {"artifactLocation": artifact, "region": region}}]
    return result


def _address(file: str) -> str:
    """Returns a path relative to the current directory where it lies below that, as code hosts want it.

    >>> _address("jobs/my train.py")
    'jobs/my%20train.py'
    """
    path = Path(file).resolve()
    try:
        return quote(path.relative_to(Path.cwd()).as_posix())
    except ValueError:
        return path.as_uri()
