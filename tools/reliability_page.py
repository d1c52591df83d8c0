"""What `tools/calibrate.py` writes: the table in the package, and the page in the docs."""

from collections.abc import Iterator, Sequence

import numpy as np
from reliability import LEAST, SPLITS, Case, bins, calibration_error, fitted, interval

PRINTED = ("first cause", "further cause")
"""Of these the report prints how sure they are."""
_SAID = {
    "first cause": "the first root cause at warning or above",
    "further cause": "each other root cause at warning or above",
    "explained": "what another finding explains",
    "advice": "advice that nothing explains",
}

_MODULE = '''"""How often findings were right in the zoo. Made by `tools/calibrate.py`; docs/confidence.md says how.

From {audits} audits of {sick} sick and {healthy} healthy programs. Cross-validated by program, the expected
calibration error of what a report prints is {printed:.3f}.
"""

STEPS: dict[str, tuple[tuple[float, float, int], ...]] = {{
{entries}
}}
"""By standing, steps of (lowest score, share of right findings, findings that it comes from), scores rising."""
'''

_PAGE = """# How sure a finding is

Made by `python tools/calibrate.py` from `golden/`, the verdicts on the {sick} sick and {healthy} healthy programs of
the zoo, `tests/diagnosis/zoo/`: {audits} audits of seed 0.

## What the number means

"95 % sure" behind a finding means: of the findings in the zoo that stood in their report as this one does, 95 % were
right. A finding is right where its rule is among the causes that the zoo accepts for that program; on a healthy program
none is. `Finding.confidence` is this share. `Finding.score` is what the rule says of itself: it orders causes,
and means no more. The share depends on how the finding stands in its report and, as far as the data show it, on
the score; it never falls as the score rises.

The report prints it with root causes at warning or above. It prints nothing with symptoms, which stand under their
cause, with advice, which may need no change, and with rules of your own, which nobody has measured: their confidence is
NaN, null in JSON.

| how it stands | score from | right | of findings | 95 % interval | `confidence` | printed |
| --- | --- | --- | --- | --- | --- | --- |
{steps}

The confidence is (k + 1) / (n + 2) for k right ones of n, by isotonic regression on the score, with at least
{least} findings in each step.

## How well it holds

{splits} times the programs were split in two halves by chance; the table was made from one half, and what it said of
the findings in the other is compared with what is true there. So no program sets its own number. Where a half has few
findings of a kind, it says more just where it drew the right ones, which the other half then lacks: such lines differ
more than the table does. What the report prints:

| said | of the findings | right |
| --- | --- | --- |
{reliability}

| | findings | expected calibration error | Brier score |
| --- | --- | --- | --- |
{errors}

The expected calibration error is the mean distance between what was said and what was true, over ten bins of equal
width. A test holds that of what is printed, and of every finding, is at most 0.08.

## What it does not mean

The rules were written, and their thresholds set, with these programs at hand. On other programs, fewer findings are
right, and how many fewer is not known. An audit of chosen rules (`select`, `ignore`, `AuditCallback`) may have another
finding first than the whole audit would; its numbers are those of the whole.
"""


def table(cases: Sequence[Case], said: np.ndarray, counts: tuple[int, int, int]) -> str:
    """Returns the text of the module that holds the map.

    Args:
        cases: all of them.
        said: what cross-validation says of each, [splits, n].
        counts: sick and healthy programs, and audits.
    """
    entries = []
    for standing, steps in fitted(cases).items():
        rows = [f"({step.lowest:g}, {step.share:g}, {step.findings})," for step in steps]
        # As ruff formats it.
        text = rows[0] if len(rows) == 1 else "".join(f"\n        {row}" for row in rows) + "\n    "
        entries.append(f'    "{standing}": ({text}),')
    printed = [case.standing in PRINTED for case in cases]
    error = calibration_error(said[:, printed], _right(cases)[printed])
    sick, healthy, audits = counts
    return _MODULE.format(sick=sick, healthy=healthy, audits=audits, printed=error, entries="\n".join(entries))


def page(cases: Sequence[Case], said: np.ndarray, counts: tuple[int, int, int]) -> str:
    """Returns the text of docs/confidence.md.

    Args:
        cases, said, counts: as for `table`.
    """
    right, scores = _right(cases), np.array([case.score for case in cases])
    own = np.array([case.standing in PRINTED for case in cases])
    sick, healthy, audits = counts
    return _PAGE.format(
        sick=sick,
        healthy=healthy,
        audits=audits,
        least=LEAST,
        splits=SPLITS,
        steps="\n".join(_steps(cases)),
        reliability="\n".join(_reliability(said[:, own], right[own])),
        errors="\n".join(
            f"| {text} | {part.sum()} | {calibration_error(values[..., part], right[part]):.3f} "
            f"| {np.mean((values - right)[..., part] ** 2):.3f} |"
            for text, values, part in (
                ("what the report prints", said, own),
                ("the scores of the same findings, taken as shares", scores, own),
                ("every finding", said, np.full(len(cases), True)),
                ("the scores of every finding, taken as shares", scores, np.full(len(cases), True)),
            )
        ),
    )


def _steps(cases: Sequence[Case]) -> Iterator[str]:
    steps = fitted(cases)
    for standing, text in _SAID.items():
        own = [case for case in cases if case.standing == standing]
        for place, step in enumerate(steps.get(standing, ())):
            above = steps[standing][place + 1].lowest if place + 1 < len(steps[standing]) else float("inf")
            hits = sum(case.right for case in own if step.lowest <= case.score < above)
            printed = "yes" if standing in PRINTED else "no"
            yield (
                f"| {text} | {step.lowest:g} | {hits} | {step.findings} | {_interval(hits, step.findings)} "
                f"| {step.share:.3f} | {printed} |"
            )


def _reliability(said: np.ndarray, right: np.ndarray) -> Iterator[str]:
    for one in bins(said, right):
        yield f"| {100 * one.said:.0f} % | {100 * one.weight:.1f} % | {100 * one.share:.0f} % |"


def _interval(hits: int, number: int) -> str:
    low, high = interval(hits, number)
    return f"{100 * low:.0f} to {100 * high:.0f} %"


def _right(cases: Sequence[Case]) -> np.ndarray:
    return np.array([case.right for case in cases])
