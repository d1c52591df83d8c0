"""What an audit found, as data; how it is shown lies above."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from keras_stable.diagnosis.reporting.finding import Finding
from keras_stable.diagnosis.reporting.sarif import sarif_text
from keras_stable.diagnosis.rule import SEVERITIES, Severity
from keras_stable.reporting.plain_values import plain

SCHEMA_VERSION = 1


@dataclass(frozen=True)
class ReportContents:
    """What an audit found, as data: what the terminal, the page and JSON are made from.

    Attributes:
        findings: tuple of `Finding`, root causes first, each followed by what it explains.
        skipped: mapping of rule slug to why it did not run.
        crashed: mapping of rule slug to the first line of its exception.
        passed: tuple of slugs of the rules that ran and found nothing.
        verdict: str, one line: whether and how the model learns.
        facts: mapping of evidence name to plain data, for the plots and for JSON.
        about: mapping of str to str or number: model name, samples, seconds, versions.
        unexamined: mapping of rule slug to why it could not look: evidence that it needs was lost.
    """

    findings: tuple[Finding, ...] = ()
    skipped: Mapping[str, str] = field(default_factory=dict)
    crashed: Mapping[str, str] = field(default_factory=dict)
    passed: tuple[str, ...] = ()
    verdict: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)
    about: Mapping[str, Any] = field(default_factory=dict)
    unexamined: Mapping[str, str] = field(default_factory=dict)

    @property
    def ok(self) -> bool | None:
        """Returns whether there is no error or warning, and no rule crashed; None where not everything was examined.

        None counts as false, so `if report.ok` and `assert report.ok` let nothing pass that nobody has looked at.
        """
        if self.crashed or self.at_least("warning"):
            return False
        return None if self.unexamined else True

    def at_least(self, severity: Severity) -> tuple[Finding, ...]:
        """Returns the findings of this severity and above."""
        levels = SEVERITIES[: SEVERITIES.index(severity) + 1]
        return tuple(finding for finding in self.findings if finding.severity in levels)

    def of(self, rule: str) -> tuple[Finding, ...]:
        """Returns the findings of a rule, by slug or id."""
        return tuple(finding for finding in self.findings if rule in (finding.rule, finding.id))

    def to_dict(self) -> dict[str, Any]:
        """Returns the report as plain data; `keras_stable/diagnosis/reporting/report.schema.json` describes it.

        A number that is not finite, which also stands for what was not measured, becomes None.
        """
        return {
            "schema_version": SCHEMA_VERSION,
            "ok": self.ok,
            "verdict": self.verdict,
            "about": plain(self.about),
            "findings": plain(self.findings),
            "skipped": plain(self.skipped),
            "crashed": plain(self.crashed),
            "unexamined": plain(self.unexamined),
            "passed": list(self.passed),
            "facts": plain(self.facts),
        }

    def to_json(self) -> str:
        """Returns `to_dict` as strict JSON.

        >>> json.loads(ReportContents(about={"seconds": float("nan")}).to_json())["about"]
        {'seconds': None}
        """
        return json.dumps(self.to_dict(), indent=2, allow_nan=False)

    def to_sarif(self) -> str:
        """Returns the findings as SARIF 2.1.0, with the lines of the user's code where these are known.

        >>> json.loads(ReportContents().to_sarif())["version"]
        '2.1.0'
        """
        return sarif_text(self.findings)
