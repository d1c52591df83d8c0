"""One thing that an audit found wrong."""

from collections.abc import Mapping
from dataclasses import dataclass

from keras_stable.diagnosis.edit import Edit
from keras_stable.diagnosis.reporting.code_location import CodeLocation
from keras_stable.diagnosis.rule import Severity


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
        confidence: float in (0, 1), how often a finding like this one was right on programs whose defects are known;
            docs/confidence.md has the figures. NaN for a rule that is not the package's: nobody has measured it.
        cause: str, slug of the finding that explains this one; "" for a root cause.
        explains: tuple of slugs, what it can be the cause of; None for all that its rule can.
        score: float in (0, 1], what the rule says of itself; it orders causes of one severity.
        edits: tuple of `Edit`, the remedy as data; () where there is none that a program could make.
        location: the line of the user's code to change; None where a script was not run.
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
    score: float = 0.9
    edits: tuple[Edit, ...] = ()
    location: CodeLocation | None = None
