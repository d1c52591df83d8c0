"""The report of an audit, and its findings."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from keras_stable.diagnosis.rule import SEVERITIES, Severity
from keras_stable.reporting.plain import plain

if TYPE_CHECKING:
    from rich.console import RenderableType

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
        url: str, `file:` address of the rule's page on this machine, or of the file that defines a rule of your own;
            "" where there is none. `rule` names the page on any other machine: `keras-stable explain SLUG`.
        confidence: float in (0, 1].
        cause: str, slug of the finding that explains this one; "" for a root cause.
        explains: tuple of slugs, what it can be the cause of; None for all that its rule can.
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
    explains: tuple[str, ...] | None = None


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
        """Returns the report as plain data; `keras_stable/diagnosis/report.schema.json` describes it.

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
            "passed": list(self.passed),
            "facts": plain(self.facts),
        }

    def to_json(self) -> str:
        """Returns `to_dict` as strict JSON.

        >>> json.loads(Report(about={"seconds": float("nan")}).to_json())["about"]
        {'seconds': None}
        """
        return json.dumps(self.to_dict(), indent=2, allow_nan=False)

    def to_html(self, path: str | os.PathLike[str]) -> Path:
        """Writes one HTML file with the findings and pictures of the facts; it needs no network.

        Args:
            path: where to; an earlier file is replaced, and missing directories are made.

        Returns:
            The absolute path of the file.

        Raises:
            InvalidArgumentError: the path cannot be written; nothing was.
        """
        from keras_stable.diagnosis.page import page
        from keras_stable.reporting.page_file import check_page_path, write_page

        check_page_path(path)
        return write_page(path, page(self))

    def to_text(self, details: bool = False, width: int = 100) -> str:
        """Returns what `print` shows.

        Args:
            details: bool, whether to show every place, what to do about what a cause explains, and the names of the
                rules that were skipped or passed.
            width: int, characters in a line.
        """
        from keras_stable.diagnosis.terminal import plain_text

        return plain_text(self, details, width)

    def __str__(self) -> str:
        return self.to_text()

    def __rich__(self) -> "RenderableType":
        from keras_stable.diagnosis.terminal import renderable

        return renderable(self)
