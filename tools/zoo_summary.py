"""The rows of `tools/audit_zoo.py` as text: a line for each, totals, and the table of docs/audit_results.md."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from zoo import SICK
from zoo.program import Sick
from zoo.verdicts import Verdict, verdict_of

Row = dict[str, Any]
BEGIN = "<!-- zoo: begin -->"
END = "<!-- zoo: end -->"


def flagged(row: Row) -> bool:
    """Returns whether the audit found more than advice."""
    return any(statement.flags for statement in verdict_of(row).statements)


def right(row: Row) -> bool:
    """Returns whether any finding at warning or above, symptoms included, is a right cause."""
    program = SICK[row["program"]]
    return any(statement.flags and statement.rule in program.causes for statement in verdict_of(row).statements)


def right_first(row: Row) -> bool:
    """Returns whether the first cause is a right one."""
    causes = verdict_of(row).causes
    return bool(causes) and causes[0].rule in SICK[row["program"]].first_causes


def raised(row: Row) -> bool:
    """Returns whether the rule that the program was made for says anything, be it as advice."""
    return any(statement.rule == SICK[row["program"]].rule for statement in verdict_of(row).statements)


def crashed(row: Row) -> bool:
    """Returns whether a rule crashed."""
    return bool(verdict_of(row).crashed)


def failed(row: Row) -> bool:
    """Returns whether the program or the audit raised an exception."""
    return "failed" in row


def line(row: Row) -> str:
    """Returns a row as text."""
    head = f"{row['program']:38} {row['stage']:6} {row['seed']} {row['seconds']:6.1f} s  "
    if failed(row):
        return head + f"FAILED {row['failed'][:150]}"
    if "reached" in row:
        return head + "  ".join(f"{name} {value:.4g}" for name, value in row["reached"].items())
    verdict: Verdict = verdict_of(row)
    marks = ["flagged" if flagged(row) else "silent "]
    if isinstance(program := SICK.get(row["program"]), Sick):
        marks += ["cause right" if right(row) else "cause wrong", "first right" if right_first(row) else "first wrong"]
        marks += ["rule silent"] if program.rule and not raised(row) else []
    flags = list(dict.fromkeys(statement.rule for statement in verdict.statements if statement.flags))
    crashes = f"  CRASHED {row['crashed']}" if verdict.crashed else ""
    return head + "  ".join([*marks, ", ".join(flags) or "-"]) + crashes


def totals(rows: Sequence[Row]) -> dict[str, str]:
    """Returns the rates over every row."""
    result = {}
    for stage in ("before", "after"):
        result[f"healthy flagged, {stage} training"] = _share(_healthy(rows, stage), flagged)
    for name, part in _sick(rows).items():
        result[f"sick ({name}) flagged"] = _share(part, flagged)
        result[f"sick ({name}) with a right cause"] = _share(part, right)
        result[f"sick ({name}) with a right cause first"] = _share(part, right_first)
    made = _sick(rows)["made for a rule"]
    result["sick (made for a rule) whose rule speaks, be it as advice"] = _share(made, raised)
    result["failed"] = _share(rows, failed)
    result["with a crashed rule"] = _share(rows, crashed)
    return result


def markdown(rows: Sequence[Row]) -> str:
    """Returns the tables of the results page, with the seeds apart."""
    seeds = sorted({row["seed"] for row in rows})
    lines = ["| healthy programs | seed | audits | flagged | failed | crashed rules |", "| --- " * 6 + "|"]
    for stage in ("before", "after"):
        for seed in seeds:
            part = [row for row in _healthy(rows, stage) if row["seed"] == seed]
            counts = [str(sum(map(count, part))) for count in (flagged, failed, crashed)]
            if part:
                lines.append(f"| {stage} training | {seed} | {len(part)} | {' | '.join(counts)} |")
    lines += ["", "| sick programs | seed | audits | flagged | right cause among the findings | right cause first "]
    lines[-1] += "| the rule speaks, be it as advice |"
    lines.append("| --- " * 7 + "|")
    for name, chosen in _sick(rows).items():
        for seed in seeds:
            part = [row for row in chosen if row["seed"] == seed]
            counts = [str(sum(map(count, part))) for count in (flagged, right, right_first)]
            spoke = str(sum(map(raised, part))) if name == "made for a rule" else ""
            if part and name != "all":
                lines.append(f"| {name} | {seed} | {len(part)} | {' | '.join(counts)} | {spoke} |")
    return "\n".join(lines)


def put_into(path: Path, text: str) -> None:
    """Puts text between the marks of a page.

    Raises:
        SystemExit: the page lacks the marks.
    """
    page = path.read_text(encoding="utf-8")
    head, begin, rest = page.partition(BEGIN)
    _, end, tail = rest.partition(END)
    if not begin or not end:
        raise SystemExit(f"--results must name a page with the lines {BEGIN} and {END}. Received: {path}")
    path.write_text(f"{head}{BEGIN}\n\n{text}\n\n{END}{tail}", encoding="utf-8")


def _healthy(rows: Sequence[Row], stage: str) -> list[Row]:
    return [row for row in rows if row["program"] not in SICK and row["stage"] == stage]


def _sick(rows: Sequence[Row]) -> dict[str, list[Row]]:
    sick = [row for row in rows if row["program"] in SICK]
    return {
        "made for a rule": [row for row in sick if SICK[row["program"]].rule],
        "of a kind that people report": [row for row in sick if not SICK[row["program"]].rule],
        "all": sick,
    }


def _share(rows: Sequence[Row], has: Callable[[Row], bool]) -> str:
    """Returns "k of n (p %)"; a row that failed has no verdict, so it counts as not having it."""
    count = sum(map(has, rows))
    return f"{count} of {len(rows)} ({100 * count / len(rows):.0f} %)" if rows else "0 of 0"
