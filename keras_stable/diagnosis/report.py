"""The report of an audit, and its findings."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from keras_stable.diagnosis.rule import SEVERITIES, Severity

SCHEMA_VERSION = 1


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong.

    Attributes:
        rule: str, slug of the rule, such as "unscaled-inputs".
        id: str, such as "KS102".
        severity: "error", "warning" or "advice".
        where: str, the place.
        message: str, what is wrong, with the figures.
        evidence: mapping of str to a number.
        threshold: float, or None.
        remedy: str, what to change.
        url: str, the rule's page.
        confidence: float in (0, 1].
        cause: str, slug of the finding that explains this one; "" for a root cause.
    """

    rule: str
    id: str
    severity: Severity
    where: str
    message: str
    evidence: Mapping[str, float]
    threshold: float | None
    remedy: str
    url: str
    confidence: float
    cause: str = ""


@dataclass(frozen=True)
class Report:
    """What an audit found. `print(report)` is the same table as on the terminal, without colour.

    Attributes:
        findings: tuple of `Finding`, root causes first, each followed by what it explains.
        skipped: mapping of rule slug to why it did not run.
        crashed: mapping of rule slug to the first line of its exception.
        passed: tuple of slugs of the rules that ran and found nothing.
        verdict: str, one line: whether and how the model learns.
        facts: mapping of evidence name to plain data, for the plots and for JSON.
        about: mapping of str to str or number: model name, samples, seconds, versions.
    """

    findings: tuple[Finding, ...] = ()
    skipped: Mapping[str, str] = field(default_factory=dict)
    crashed: Mapping[str, str] = field(default_factory=dict)
    passed: tuple[str, ...] = ()
    verdict: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)
    about: Mapping[str, Any] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        """Returns whether there is no error or warning, and no rule crashed."""
        return not self.crashed and not self.at_least("warning")

    def at_least(self, severity: Severity) -> tuple[Finding, ...]:
        """Returns the findings of this severity and above."""
        levels = SEVERITIES[: SEVERITIES.index(severity) + 1]
        return tuple(finding for finding in self.findings if finding.severity in levels)

    def of(self, rule: str) -> tuple[Finding, ...]:
        """Returns the findings of a rule, by slug or id."""
        return tuple(finding for finding in self.findings if rule in (finding.rule, finding.id))

    def to_dict(self) -> dict[str, Any]:
        """Returns the report as plain data; `keras_stable/diagnosis/report.schema.json` describes it."""
        return {
            "schema_version": SCHEMA_VERSION,
            "ok": self.ok,
            "verdict": self.verdict,
            "about": dict(self.about),
            "findings": [asdict(finding) for finding in self.findings],
            "skipped": dict(self.skipped),
            "crashed": dict(self.crashed),
            "passed": list(self.passed),
            "facts": dict(self.facts),
        }
