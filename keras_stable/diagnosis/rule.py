"""A rule: a pure function of named evidence, with what its page says."""

import functools
import inspect
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from keras_stable.diagnosis.edit import Edit
from keras_stable.errors import invalid_argument

Severity = Literal["error", "warning", "advice"]
SEVERITIES: tuple[Severity, ...] = ("error", "warning", "advice")

_ID = re.compile(r"[A-Z]{1,8}\d{1,4}")
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


@dataclass(frozen=True)
class Found:
    """What a rule yields for one place where something is wrong.

    Attributes:
        where: str, the place: a layer path, an input, an output, "compile", "data", "training".
        message: str, one sentence: what is wrong, with the figures.
        evidence: mapping of str to a number, the figures by name.
        threshold: float, the limit that was passed; None where there is none.
        remedy: str, what to change; None takes the rule's.
        severity: None takes the rule's.
        confidence: float in (0, 1], how sure the rule is that this is so and that it matters: the finding's `score`.
        explains: tuple of slugs, where it explains less than its rule may; None takes the rule's.
        edits: tuple of `Edit`, the remedy as data; () where there is none that a program could make.
    """

    where: str
    message: str
    evidence: Mapping[str, float] = field(default_factory=dict)
    threshold: float | None = None
    remedy: str | None = None
    severity: Severity | None = None
    confidence: float = 0.9
    explains: tuple[str, ...] | None = None
    edits: tuple[Edit, ...] = ()


class Skip(Exception):  # noqa: N818 - it is no error: the rule has nothing to say, and says why
    """Raised by a rule that does not apply, with the reason as its text."""


class Lost(Skip):
    """Raised where evidence that applies cannot be had, with the reason: what was not examined is not healthy."""


@dataclass(frozen=True)
class Threshold:
    """A limit of a rule, with why it is where it is.

    Attributes:
        value: float.
        reason: str, what it was calibrated on.
    """

    value: float
    reason: str


@dataclass(frozen=True)
class Rule:
    """A rule, as `rule` makes it.

    Attributes:
        id: str, such as "KS102".
        slug: str, such as "unscaled-inputs".
        severity: of its findings, unless one says otherwise.
        check: the function; its parameter names ask for evidence, its docstring is the page.
        remedy: str, what to change.
        explains: tuple of slugs, the findings that this one is a cause of.
        thresholds: mapping of str to `Threshold`.
        own: bool, whether no other known tool has it.
    """

    id: str
    slug: str
    severity: Severity
    check: Callable[..., Iterable[Found] | None]
    remedy: str
    explains: tuple[str, ...] = ()
    thresholds: Mapping[str, Threshold] = field(default_factory=dict)
    own: bool = False

    @property
    def needs(self) -> tuple[str, ...]:
        """Returns the names of the evidence without which it cannot run."""
        return _parameters(self.check)[0]

    @property
    def uses(self) -> tuple[str, ...]:
        """Returns the names of the evidence that it takes where there is any; else it gets the default."""
        return _parameters(self.check)[1]

    @property
    def summary(self) -> str:
        """Returns the first line of its page."""
        return (inspect.getdoc(self.check) or "").partition("\n")[0]

    def run(self, evidence: Mapping[str, Any]) -> Iterator[Found]:
        """Runs it on evidence by name."""
        yield from self.check(**{name: evidence[name] for name in (*self.needs, *self.uses) if name in evidence}) or ()


@functools.cache
def _parameters(check: Callable[..., Any]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    # Asked for at the end of every epoch that the live rules look at.
    parameters = inspect.signature(check).parameters.values()
    needed = tuple(parameter.name for parameter in parameters if parameter.default is parameter.empty)
    return needed, tuple(parameter.name for parameter in parameters if parameter.default is not parameter.empty)


def rule(
    id: str,
    slug: str,
    *,
    severity: Severity = "warning",
    remedy: str,
    explains: Iterable[str] = (),
    thresholds: Mapping[str, Threshold] | None = None,
    own: bool = False,
) -> Callable[[Callable[..., Iterable[Found] | None]], Rule]:
    """Makes a rule of a function.

    The function's parameter names are names of evidence; one with a default is optional. It yields a `Found`
    for each place where something is wrong, or raises `Skip`.

    Args:
        id: str, letters and digits, such as "KS102"; own rules take letters of their own.
        slug: str, the defect in lower case with hyphens.
        severity: "error", "warning" or "advice".
        remedy: str, what to change, naming the line of Keras code.
        explains: slugs of the findings that this one is a cause of.
        thresholds: mapping of str to `Threshold`, shown on the page.
        own: bool, whether no other known tool has it.

    Raises:
        InvalidArgumentError: an id, slug or severity of another form.

    >>> @rule("MY1", "tiny-batch", severity="advice", remedy="Use `batch_size=16` or more.")
    ... def tiny_batch(plan):
    ...     '''Batches of one or two samples.'''
    ...     if plan.batch_size < 3:
    ...         yield Found("training", f"A batch has {plan.batch_size} samples.", {"batch_size": plan.batch_size})
    >>> from keras_stable.diagnosis.facts import Plan
    >>> [found.message for found in tiny_batch.run({"plan": Plan(batch_size=1)})]
    ['A batch has 1 samples.']
    """
    if not isinstance(id, str) or not _ID.fullmatch(id):
        raise invalid_argument("id", 'capital letters and digits, such as "KS102"', id)
    if not isinstance(slug, str) or not _SLUG.fullmatch(slug):
        raise invalid_argument("slug", 'lower-case words with hyphens, such as "unscaled-inputs"', slug)
    if severity not in SEVERITIES:
        raise invalid_argument("severity", "one of " + ", ".join(SEVERITIES), severity)

    def make(check: Callable[..., Iterable[Found] | None]) -> Rule:
        return Rule(id, slug, severity, check, remedy, tuple(explains), dict(thresholds or {}), own)

    return make
