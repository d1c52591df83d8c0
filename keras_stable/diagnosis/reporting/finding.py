"""One thing that an audit found wrong."""

from collections.abc import Mapping
from dataclasses import dataclass

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
        url: str, the rule's page.
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
