"""Groups findings under their root cause, so that a user reads one diagnosis and not twelve symptoms."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from keras_stable.diagnosis.reporting.finding import Finding
from keras_stable.diagnosis.rule import SEVERITIES, Rule


def grouped(findings: Sequence[Finding], rules: Iterable[Rule]) -> tuple[Finding, ...]:
    """Returns the findings with `cause` set, root causes first, each followed by what it explains.

    A finding is explained by another whose rule names it in `explains`, directly or through others, unless
    the other is of a lower severity than "warning" (advice explains nothing but advice). Among several
    possible causes the one with the higher severity and then the higher score is taken. Root causes are
    ordered by the gravest severity among themselves and what they explain, then by score, then by how many
    findings they explain.
    """
    if not findings:
        return ()
    explains = {rule.slug: rule.explains for rule in rules}
    reach = {slug: _reachable(slug, explains) for slug in explains}
    ranked = sorted(findings, key=_rank)
    causes = [_causes(finding, ranked, reach) for finding in ranked]
    roots = {index for index in range(len(ranked)) if not causes[index]}
    children: dict[int, list[Finding]] = {index: [] for index in sorted(roots)}
    for index, finding in enumerate(ranked):
        if index in roots:
            continue
        root = _root(index, causes, roots)
        if root is None:
            # Of findings that explain each other in a circle, the first to come stands for all.
            roots.add(index)
            children[index] = []
        else:
            children[root].append(replace(finding, cause=ranked[root].rule))
    order = sorted(children, key=lambda root: _root_rank(ranked[root], children[root]))
    return tuple(finding for root in order for finding in (ranked[root], *children[root]))


def _root(index: int, causes: Sequence[Sequence[int]], roots: set[int]) -> int | None:
    """Returns the nearest root among the causes of a finding, their causes, and so on; None in a circle without one."""
    seen, waiting = {index}, list(causes[index])
    while waiting:
        root = next((cause for cause in waiting if cause in roots), None)
        if root is not None:
            return root
        seen.update(waiting)
        waiting = [further for cause in waiting for further in causes[cause] if further not in seen]
    return None


def _root_rank(root: Finding, explained: Sequence[Finding]) -> tuple[int, float, int, str]:
    """Returns the sort key of a root cause, which is as grave as the gravest finding that it explains."""
    gravest = min(SEVERITIES.index(finding.severity) for finding in (root, *explained))
    return gravest, -root.score, -len(explained), root.id


def _causes(finding: Finding, ranked: Sequence[Finding], reach: Mapping[str, frozenset[str]]) -> list[int]:
    """Returns the indices of the findings that explain this one, the best first."""
    return [
        index
        for index, other in enumerate(ranked)
        if finding.rule in _reached(other, reach) and (other.severity != "advice" or finding.severity == "advice")
    ]


def _reached(finding: Finding, reach: Mapping[str, frozenset[str]]) -> frozenset[str]:
    if finding.explains is None:
        return reach[finding.rule]
    return frozenset(finding.explains).union(*(reach.get(slug, frozenset()) for slug in finding.explains))


def _rank(finding: Finding) -> tuple[int, float, str]:
    return SEVERITIES.index(finding.severity), -finding.score, finding.id


def _reachable(slug: str, explains: Mapping[str, Sequence[str]]) -> frozenset[str]:
    reached: set[str] = set()
    waiting = list(explains[slug])
    while waiting:
        name = waiting.pop()
        if name not in reached and name != slug:
            reached.add(name)
            waiting += explains.get(name, ())
    return frozenset(reached)
