"""Findings as people read them: a root cause with what it explains, and many places of one defect as one entry."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from keras_stable.diagnosis.reporting.finding import Finding
from keras_stable.diagnosis.rule import Severity


@dataclass(frozen=True)
class Entry:
    """Findings of one rule with the same severity and remedy, at one or more places.

    Attributes:
        findings: tuple of `Finding`, at least one.
    """

    findings: tuple[Finding, ...]

    @property
    def rule(self) -> str:
        """Returns the slug."""
        return self.findings[0].rule

    @property
    def id(self) -> str:
        """Returns the id of the rule."""
        return self.findings[0].id

    @property
    def severity(self) -> Severity:
        """Returns the severity, which all of them share."""
        return self.findings[0].severity

    @property
    def remedy(self) -> str:
        """Returns what to change, which all of them share."""
        return self.findings[0].remedy

    @property
    def confidence(self) -> float:
        """Returns the highest confidence of them."""
        return max(finding.confidence for finding in self.findings)


@dataclass(frozen=True)
class Group:
    """One diagnosis.

    Attributes:
        cause: Entry, the root cause.
        explained: tuple of `Entry`, what it explains; () when it stands alone.
    """

    cause: Entry
    explained: tuple[Entry, ...] = ()


def groups(findings: Sequence[Finding]) -> tuple[Group, ...]:
    """Returns the findings of a report, in its order, as groups.

    >>> cause = Finding("a", "X1", "error", "dense", "Bad.", {}, None, "Change it.", "", 0.9)
    >>> symptom = Finding("b", "X2", "error", "loss", "Worse.", {}, None, "Look there.", "", 0.9, cause="a")
    >>> [(group.cause.rule, [entry.rule for entry in group.explained]) for group in groups([cause, symptom])]
    [('a', ['b'])]
    """
    roots: dict[tuple[str, str, str], tuple[list[Finding], list[Finding]]] = {}
    root: tuple[list[Finding], list[Finding]] | None = None
    for finding in findings:
        if finding.cause and root is not None:
            root[1].append(finding)
        else:
            root = roots.setdefault(_kind(finding), ([], []))
            root[0].append(finding)
    return tuple(Group(Entry(tuple(causes)), _entries(explained)) for causes, explained in roots.values())


def _entries(findings: Iterable[Finding]) -> tuple[Entry, ...]:
    kinds: dict[tuple[str, str, str], list[Finding]] = {}
    for finding in findings:
        kinds.setdefault(_kind(finding), []).append(finding)
    return tuple(Entry(tuple(same)) for same in kinds.values())


def _kind(finding: Finding) -> tuple[str, str, str]:
    return finding.rule, finding.severity, finding.remedy
