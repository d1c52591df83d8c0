"""How sure a finding is: how often findings like it were right on programs whose defects are known."""

import math
from collections.abc import Sequence
from dataclasses import replace

from keras_stable.diagnosis.judging.confidence_table import STEPS
from keras_stable.diagnosis.reporting.finding import Finding
from keras_stable.diagnosis.rules import find_rule


def calibrated(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """Returns the findings of a report, in its order, with their `confidence` set.

    For a rule that is not the package's it is NaN: nobody has measured it.

    Args:
        findings: with `score` and `cause`, root causes first.
    """
    # What a cause explains comes after it, and only a cause at warning or above explains more than advice.
    first = next((finding.rule for finding in findings if finding.severity != "advice"), "")
    return tuple(replace(finding, confidence=_confidence(finding, first)) for finding in findings)


def standing(severity: str, cause: str, is_first: bool) -> str:
    """Returns the role of a finding in its report, which says more about how sure it is than its score.

    Args:
        severity, cause: of the finding.
        is_first: bool, whether its rule is that of the first root cause at warning or above.

    >>> standing("error", "", True), standing("error", "unscaled-inputs", False)
    ('first cause', 'explained')
    """
    if cause:
        return "explained"
    if severity == "advice":
        return "advice"
    return "first cause" if is_first else "further cause"


def share_right(standing: str, score: float) -> float:
    """Returns the share of the findings in this role, with about this score, that were right.

    >>> 0 < share_right("explained", 0.5) < share_right("first cause", 0.5) < 1
    True
    """
    steps = STEPS[standing]
    return next((share for lowest, share, _ in reversed(steps) if score >= lowest), steps[0][1])


def _confidence(finding: Finding, first: str) -> float:
    if find_rule(finding.rule) is None:
        return math.nan
    return share_right(standing(finding.severity, finding.cause, finding.rule == first), finding.score)
