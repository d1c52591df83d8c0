"""Runs rules over evidence, and orders what they find."""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from keras_stable.diagnosis.judging.calibration import calibrated
from keras_stable.diagnosis.judging.causes import grouped
from keras_stable.diagnosis.reporting.addresses import page_address
from keras_stable.diagnosis.reporting.finding import Finding
from keras_stable.diagnosis.reporting.report import Report
from keras_stable.diagnosis.rule import Found, Lost, Rule, Skip
from keras_stable.imports import first_line


class Evidence(Mapping[str, Any]):
    """Evidence by name, each gathered when a rule first asks for it, and once.

    Args:
        providers: mapping of str to a function without arguments that gathers it, or raises `Skip` with the
            reason why it is not available.

    >>> evidence = Evidence({"answer": lambda: 42})
    >>> evidence["answer"], evidence.gathered
    (42, {'answer': 42})
    """

    def __init__(self, providers: Mapping[str, Callable[[], Any]]) -> None:
        self._providers = dict(providers)
        self.failures: dict[str, Exception] = {}
        self.gathered: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        if name in self.failures:
            raise self.failures[name]
        if name not in self.gathered:
            if name not in self._providers:
                raise Skip(f"there is no evidence named {name!r}")
            try:
                self.gathered[name] = self._providers[name]()
            except Exception as error:
                self.failures[name] = error
                raise
        return self.gathered[name]

    def failure(self, name: str) -> Exception | None:
        """Returns why a kind of evidence is not available; None where it is."""
        try:
            self[name]
        except Exception as error:  # noqa: BLE001 - returned, for the caller to judge
            return error
        return None

    def __iter__(self) -> Iterator[str]:
        return iter(self._providers)

    def __len__(self) -> int:
        return len(self._providers)


def run_rules(rules: Iterable[Rule], evidence: Evidence, progress: Callable[[str], None] | None = None) -> Report:
    """Runs every rule; one that is skipped or crashes does not keep the others from running.

    Args:
        rules: the rules, in the order of their ids.
        evidence: what the rules may ask for.
        progress: called with the name of each rule before it runs.

    Returns:
        A report without `facts` and `about`.
    """
    findings: list[Finding] = []
    skipped: dict[str, str] = {}
    unexamined: dict[str, str] = {}
    crashed: dict[str, str] = {}
    passed: list[str] = []
    chosen = list(rules)
    for rule in chosen:
        if progress is not None:
            progress(rule.slug)
        try:
            reported = [_finding(rule, hit) for hit in rule.run(_arguments(rule, evidence))]
        except Lost as reason:
            unexamined[rule.slug] = str(reason)
        except Skip as reason:
            skipped[rule.slug] = str(reason)
        except Exception as error:  # noqa: BLE001 - a rule may be anybody's code; its crash is reported, not hidden
            crashed[rule.slug] = first_line(error)
        else:
            findings += reported
            lost = "" if reported else _lost(rule, evidence)
            if lost:
                unexamined[rule.slug] = lost
            elif not reported:
                passed.append(rule.slug)
    return Report(calibrated(grouped(findings, chosen)), skipped, crashed, tuple(passed), unexamined=unexamined)


def _lost(rule: Rule, evidence: Evidence) -> str:
    """Returns why a rule that found nothing did so with less evidence than there should be; "" where it had all."""
    failures = (evidence.failures.get(name) for name in rule.uses)
    return next((str(failure) for failure in failures if isinstance(failure, Lost)), "")


def _arguments(rule: Rule, evidence: Evidence) -> dict[str, Any]:
    arguments = {name: evidence[name] for name in rule.needs}
    for name in rule.uses:
        try:
            arguments[name] = evidence[name]
        except Skip:
            continue
    return arguments


def _finding(rule: Rule, hit: Found) -> Finding:
    return Finding(
        rule=rule.slug,
        id=rule.id,
        severity=hit.severity or rule.severity,
        where=hit.where,
        message=hit.message,
        evidence=dict(hit.evidence),
        threshold=hit.threshold,
        remedy=hit.remedy or rule.remedy,
        url=page_address(rule),
        confidence=math.nan,
        explains=hit.explains,
        score=hit.confidence,
        edits=hit.edits,
    )
