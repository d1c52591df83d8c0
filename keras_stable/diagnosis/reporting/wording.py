"""What a report says in words, both on the terminal and on the page."""

import math
from collections.abc import Mapping
from typing import Any

from keras_stable.diagnosis.reporting.contents import ReportContents
from keras_stable.diagnosis.reporting.grouping import Entry
from keras_stable.reporting.numbers import significant

SIGNS = {"error": "x", "warning": "!", "advice": "-"}
"""What stands before a severity, so that it is told by more than its colour."""

_PLURALS = {"error": "errors", "warning": "warnings", "advice": "pieces of advice"}
_COUNTED = {"parameters", "samples", "probe steps", "seconds"}
_TITLES = {"keras": "Keras", "tensorflow": "TensorFlow", "numpy": "NumPy", "python": "Python"}


def verdict(report: ReportContents) -> str:
    """Returns the verdict, or a line in its place where the audit gave none."""
    if report.verdict:
        return report.verdict
    if report.at_least("warning"):
        return "Something is wrong with this model."
    if report.crashed:
        return "A rule crashed, so this is not the whole picture."
    return unexamined(report) or "Nothing wrong was found."


def unexamined(report: ReportContents) -> str:
    """Returns what could not be looked at, and why, as one sentence; "" where everything was.

    >>> unexamined(ReportContents(unexamined={"a": "the training step raises KeyError: 'x'"}))
    "Not everything was examined: 1 rule could not look, because the training step raises KeyError: 'x'."
    """
    if not report.unexamined:
        return ""
    reason, number = next(iter(by_reason(report.unexamined))), len(report.unexamined)
    return f"Not everything was examined: {rules(number)} could not look, because {reason.rstrip('.')}."


def counts(report: ReportContents) -> str:
    """Returns how many findings there are, by severity.

    >>> counts(ReportContents())
    'No errors, no warnings, no advice.'
    """
    texts = []
    for severity, plural in _PLURALS.items():
        number = sum(finding.severity == severity for finding in report.findings)
        one = "piece of advice" if severity == "advice" else severity
        nothing = "no advice" if severity == "advice" else f"no {plural}"
        texts.append(nothing if not number else f"1 {one}" if number == 1 else f"{number} {plural}")
    text = ", ".join(texts)
    rest = f" Not examined: {rules(len(report.unexamined))}." if report.unexamined else ""
    return f"{text[0].upper()}{text[1:]}.{rest}"


def about(report: ReportContents) -> list[tuple[str, str]]:
    """Returns what was audited and how, as titles and texts; what is unknown is left out.

    >>> about(ReportContents(about={"model": "mlp", "parameters": 4160, "seconds": 3.14159, "history": None}))
    [('model', 'mlp'), ('parameters', '4,160'), ('seconds', '3.14')]
    """
    entries = ((key, value) for key, value in report.about.items() if value is not None and value != "")
    return [(title(key), figure(value)) for key, value in entries]


def title(key: str) -> str:
    """Returns a key of `Report.about` in words.

    >>> title("probe_steps"), title("keras")
    ('probe steps', 'Keras')
    """
    return _TITLES.get(key, key.replace("_", " "))


def about_line(report: ReportContents) -> str:
    """Returns the same as one line.

    >>> about_line(ReportContents(about={"model": "mlp", "parameters": 4160, "batch_size": 32}))
    'model mlp, 4,160 parameters, batch size 32'
    """
    pairs = about(report)
    return ", ".join(f"{text} {title}" if title in _COUNTED else f"{title} {text}" for title, text in pairs)


def figure(value: Any) -> str:
    """Returns a value as text: whole numbers whole, others with three significant digits.

    >>> [figure(value) for value in (4160, 0.12345, 3.0, float("nan"), True, "adam")]
    ['4,160', '0.123', '3', 'not measured', 'yes', 'adam']
    """
    if isinstance(value, bool):
        return "yes" if value else "no"
    if not hasattr(value, "__float__") or isinstance(value, str):
        return str(value)
    number = float(value)
    if math.isnan(number):
        return "not measured"
    return f"{number:,.0f}" if number.is_integer() and abs(number) < 1e15 else significant(number)


def sureness(entry: Entry) -> str:
    """Returns how sure an entry is; "" where that says nothing: of symptoms, of advice, and of what was not measured.

    >>> from dataclasses import replace
    >>> from keras_stable.diagnosis.reporting.finding import Finding
    >>> finding = Finding("a", "X1", "error", "dense", "Bad.", {}, None, "Change it.", "", 0.953)
    >>> sureness(Entry((finding,))), sureness(Entry((replace(finding, cause="b"),)))
    ('95 % sure', '')
    """
    if entry.severity == "advice" or entry.findings[0].cause or math.isnan(entry.confidence):
        return ""
    return f"{100 * entry.confidence:.0f} % sure"


def by_reason(skipped: Mapping[str, str]) -> dict[str, list[str]]:
    """Returns the slugs of the skipped rules by reason, the commonest reason first.

    >>> by_reason({"a": "no history", "b": "no labels", "c": "no labels"})
    {'no labels': ['b', 'c'], 'no history': ['a']}
    """
    reasons: dict[str, list[str]] = {}
    for slug, reason in skipped.items():
        reasons.setdefault(reason, []).append(slug)
    return dict(sorted(reasons.items(), key=lambda item: -len(item[1])))


def rules(number: int) -> str:
    """Returns a number of rules.

    >>> rules(1), rules(3)
    ('1 rule', '3 rules')
    """
    return "1 rule" if number == 1 else f"{number:,} rules"
