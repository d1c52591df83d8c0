"""Verdicts of the audit on the zoo: those of a release are kept in `golden/`, so that none moves unseen."""

import difflib
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .program import HEALTHY, SICK

GOLDEN = Path(__file__).parents[3] / "golden"
SEED = 0
"""The verdicts that are kept are those of this seed."""


@dataclass(frozen=True)
class Statement:
    """What an audit says by one rule.

    Attributes:
        severity, rule: str.
        score: float, the rule's own.
        cause: str, the rule that explains it; "" for a root cause.
    """

    severity: str
    rule: str
    score: float
    cause: str = ""

    def __str__(self) -> str:
        return f"{self.severity} {self.rule} {self.score:g}" + (f" by {self.cause}" if self.cause else "")

    @classmethod
    def of(cls, text: str) -> "Statement":
        """Returns the statement of a text as `str` makes it.

        >>> Statement.of("warning dead-units 0.85 by unscaled-inputs").cause
        'unscaled-inputs'
        """
        severity, rule, score, *cause = text.split()
        return cls(severity, rule, float(score), cause[-1] if cause else "")

    @property
    def flags(self) -> bool:
        """Returns whether it is more than advice."""
        return self.severity != "advice"


@dataclass(frozen=True)
class Verdict:
    """What an audit says of a program.

    Attributes:
        state: str, of the judgement whether the model learns; "failed" where the audit raised an exception.
        statements: tuple of `Statement`, in the report's order, one for each rule, severity and cause.
        crashed: tuple of slugs, the rules that crashed.
    """

    state: str
    statements: tuple[Statement, ...]
    crashed: tuple[str, ...] = ()

    @property
    def causes(self) -> tuple[Statement, ...]:
        """Returns the root causes at warning or above, in order, each rule once."""
        first: dict[str, Statement] = {}
        for statement in self.statements:
            if statement.flags and not statement.cause:
                first.setdefault(statement.rule, statement)
        return tuple(first.values())

    def lines(self) -> list[str]:
        """Returns it as lines."""
        return [f"state {self.state}", *map(str, self.statements), *(f"crashed {slug}" for slug in self.crashed)]


def verdict_of(row: Mapping[str, Any]) -> Verdict:
    """Returns the verdict in a row of `examining`. Places and figures vary by machine, and are left out."""
    if "failed" in row:
        return Verdict("failed", ())
    kinds: dict[tuple[str, str, str], Statement] = {}
    for finding in row["findings"]:
        kind = (finding["rule"], finding["severity"], finding["cause"])
        kinds.setdefault(kind, Statement(finding["severity"], finding["rule"], finding["score"], finding["cause"]))
    return Verdict(row["state"], tuple(kinds.values()), tuple(sorted(row["crashed"])))


def verdicts_of(rows: Iterable[Mapping[str, Any]]) -> dict[str, Verdict]:
    """Returns the verdicts of the rows of `SEED`, by program and stage."""
    return {f"{row['program']} {row['stage']}": verdict_of(row) for row in rows if row["seed"] == SEED}


def read(directory: Path | None = None) -> dict[str, Verdict]:
    """Returns the verdicts that are kept in a directory, by default `GOLDEN`, by program and stage."""
    verdicts = {}
    for path in sorted((directory or GOLDEN).glob("*.json")):
        for name, kept in json.loads(path.read_text(encoding="utf-8")).items():
            statements = tuple(Statement.of(text) for text in kept["findings"])
            verdicts[name] = Verdict(kept["state"], statements, tuple(kept.get("crashed", ())))
    return verdicts


def write(verdicts: Mapping[str, Verdict], directory: Path | None = None) -> None:
    """Keeps verdicts: those that were kept and are not among them stay, those of programs that are gone go."""
    directory = directory or GOLDEN
    kept = {**read(directory), **verdicts}
    directory.mkdir(parents=True, exist_ok=True)
    for kind, programs in (("healthy", HEALTHY), ("sick", SICK)):
        chosen = {name: kept[name] for name in sorted(kept) if name.split()[0] in programs}
        text = json.dumps({name: _plain(verdict) for name, verdict in chosen.items()}, indent=1)
        (directory / f"{kind}.json").write_text(text + "\n", encoding="utf-8")


def _plain(verdict: Verdict) -> dict[str, Any]:
    plain: dict[str, Any] = {"state": verdict.state, "findings": [str(statement) for statement in verdict.statements]}
    return plain | ({"crashed": list(verdict.crashed)} if verdict.crashed else {})


def moved(kept: Mapping[str, Verdict], new: Mapping[str, Verdict]) -> Iterator[str]:
    """Yields lines that say what differs in the verdicts that are new; nothing where all are as kept."""
    for name, verdict in new.items():
        if name not in kept:
            yield f"{name}: no verdict was kept"
        elif verdict != kept[name]:
            yield f"{name}:"
            lines = difflib.ndiff(kept[name].lines(), verdict.lines())
            yield from (f"  {line}" for line in lines if line[0] in "+-")


def digest(*directories: Path, without: Iterable[str] = ()) -> str:
    """Returns a short text that changes with the Python code in directories, files of some names left out."""
    total = hashlib.sha256()
    for directory in directories:
        for path in sorted(path for path in directory.rglob("*.py") if path.name not in without):
            total.update(str(path.relative_to(directory)).encode() + b"\0" + path.read_bytes() + b"\0")
    return total.hexdigest()[:12]
