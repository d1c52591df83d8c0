"""A report for a terminal, or for a pipe."""

import io
from collections.abc import Iterator

from rich.console import Console, RenderableType
from rich.console import Group as Lines
from rich.constrain import Constrain
from rich.padding import Padding
from rich.text import Text

from keras_stable.diagnosis.reporting import wording
from keras_stable.diagnosis.reporting.contents import ReportContents
from keras_stable.diagnosis.reporting.grouping import Entry, Group, groups

_COLOURS = {"error": "bold red", "warning": "bold yellow", "advice": "bold cyan"}
# A defect in every layer of a deep model would fill the screen.
_MOST_PLACES = 5
# Longer lines are hard to read.
_WIDEST = 100
_INDENT = 3


def renderable(report: ReportContents, details: bool = False) -> RenderableType:
    """Returns a report in the form that a rich console prints.

    Args:
        report: what to show.
        details: bool, whether to show every place, what to do about what a cause explains, and the names of the
            rules that were skipped or passed.
    """
    return Constrain(Lines(*_parts(report, details)), _WIDEST)


def print_report(report: ReportContents, details: bool = False) -> None:
    """Prints a report on standard output, with colour where that is a terminal."""
    Console().print(renderable(report, details))


def plain_text(report: ReportContents, details: bool = False, width: int = 100) -> str:
    """Returns the same as text without colour.

    Args:
        report: what to show.
        details: as for `renderable`.
        width: int, characters in a line.
    """
    stream = io.StringIO()
    console = Console(file=stream, width=width, color_system=None, force_terminal=False, force_jupyter=False)
    console.print(renderable(report, details))
    return "\n".join(line.rstrip() for line in stream.getvalue().rstrip().split("\n"))


def _parts(report: ReportContents, details: bool) -> Iterator[RenderableType]:
    yield Text(wording.verdict(report), "bold")
    if report.about:
        yield Text(wording.about_line(report), "dim")
    yield Text()
    yield Text(wording.counts(report))
    yield from _crashed(report)
    yield from _unexamined(report, details)
    all_groups = groups(report.findings)
    for number, group in enumerate(all_groups, 1):
        yield Text()
        yield from _group(number, group, details)
    yield Text()
    if all_groups:
        yield Text(f"A rule's page, with what to do: keras-stable explain {all_groups[0].cause.id}", "dim")
    yield from _checked(report, details)


def _crashed(report: ReportContents) -> Iterator[RenderableType]:
    if not report.crashed:
        return
    yield Text()
    yield Text(f"CRASHED: {wording.rules(len(report.crashed))}. What crashed was not checked.", "bold red")
    for slug, error in report.crashed.items():
        yield _indented(Text(f"{slug}: {error}"), _INDENT)


def _unexamined(report: ReportContents, details: bool) -> Iterator[RenderableType]:
    if not report.unexamined:
        return
    yield Text()
    number = wording.rules(len(report.unexamined))
    yield Text(f"NOT EXAMINED: {number}. What could not be looked at may be wrong.", "bold yellow")
    for reason, slugs in wording.by_reason(report.unexamined).items():
        yield _indented(Text(f"{reason}: {', '.join(slugs) if details else wording.rules(len(slugs))}"), _INDENT)


def _group(number: int, group: Group, details: bool) -> Iterator[RenderableType]:
    yield from _entry(f"{number}. ", group.cause, 0, details)
    yield _remedy(group.cause, _INDENT)
    if group.explained:
        yield _indented(Text("It explains, so change it first:"), _INDENT)
    for entry in group.explained:
        yield from _entry("", entry, _INDENT * 2, details)
        # What the cause explains mostly goes away with it: a remedy for each would bury the one that counts.
        if details:
            yield _remedy(entry, _INDENT * 3)


def _entry(number: str, entry: Entry, indent: int, details: bool) -> Iterator[RenderableType]:
    head = Text(number)
    head.append(f"{wording.SIGNS[entry.severity]} {entry.severity}", _COLOURS[entry.severity])
    head.append(f"  {entry.id} ")
    head.append(entry.rule, "bold")
    if sureness := wording.sureness(entry):
        head.append(f"  ({sureness})", "dim")
    yield _indented(head, indent)
    shown = entry.findings if details else entry.findings[:_MOST_PLACES]
    for finding in shown:
        text = Text()
        text.append(f"{finding.where}: ", "italic")
        text.append(finding.message)
        yield _indented(text, indent + _INDENT)
        # What a cause explains goes away with it, wherever it shows.
        if finding.location is not None and (number or details):
            yield _indented(Text(f"{finding.location}  {finding.location.text}", "dim"), indent + _INDENT)
    if left := len(entry.findings) - len(shown):
        yield _indented(Text(f"and at {left} more {'place' if left == 1 else 'places'}", "dim"), indent + _INDENT)


def _remedy(entry: Entry, indent: int) -> Padding:
    text = Text("To do: ", "bold")
    text.append(entry.remedy, "not bold")
    return _indented(text, indent)


def _checked(report: ReportContents, details: bool) -> Iterator[RenderableType]:
    if report.skipped:
        reasons = wording.by_reason(report.skipped)
        texts = [f"{reason} ({len(slugs)})" for reason, slugs in reasons.items()]
        yield Text(f"Skipped: {wording.rules(len(report.skipped))}" + ("" if details else f": {'; '.join(texts)}"))
        for reason, slugs in reasons.items() if details else ():
            yield _indented(Text(f"{reason}: {', '.join(slugs)}"), _INDENT)
    yield Text(f"Passed: {wording.rules(len(report.passed))}" + (f": {', '.join(report.passed)}" if details else ""))


def _indented(text: Text, by: int) -> Padding:
    return Padding(text, (0, 0, 0, by), expand=False)
