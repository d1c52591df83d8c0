"""The remedies of a program made in its sources, and proven there: the changed program is run and audited."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from keras_stable.diagnosis.edit import Edit
from keras_stable.scripts.source_checking import Checked
from keras_stable.source_edits.editing import SourceChange, Unplaced, edit_sources, unplaced
from keras_stable.source_edits.endings import TargetScale
from keras_stable.source_edits.sites import ProgramSites


@dataclass(frozen=True)
class SourceRemedy:
    """The edits that cure one finding.

    Attributes:
        rule: str, slug of the rule.
        edits: tuple of `Edit`, made together.
        why: str, what is wrong, and the evidence.
    """

    rule: str
    edits: tuple[Edit, ...]
    why: str


@dataclass(frozen=True)
class SourceFix:
    """What became of the remedies.

    Attributes:
        change: `SourceChange` of those that the sources hold surely; `unplaced` are the others, as code to paste.
        made: tuple of `SourceRemedy`, those in the change.
        checked: `Checked`, the audit of the changed program; None where nothing was changed.
    """

    change: SourceChange
    made: tuple[SourceRemedy, ...]
    checked: Checked | None = None


class Sources(Protocol):
    """The files that a program is written in."""

    def changed(self, remedies: Sequence[Sequence[Edit]]) -> SourceChange:
        """Returns what remedies make of them; no file is written."""

    def by_hand(self, edits: tuple[Edit, ...], reason: str) -> Unplaced:
        """Returns a remedy as code to paste."""


@dataclass(frozen=True)
class ScriptSources:
    """The Python files of a program whose sites are known.

    Attributes:
        sites: where its parts are made.
        scales: mapping of edits that scale targets to `TargetScale`.
    """

    sites: ProgramSites
    scales: Mapping[Edit, TargetScale] = field(default_factory=dict)

    def changed(self, remedies: Sequence[Sequence[Edit]]) -> SourceChange:
        """Returns what remedies make of them; no file is written."""
        return edit_sources(self.sites, remedies, scales=self.scales)

    def by_hand(self, edits: tuple[Edit, ...], reason: str) -> Unplaced:
        """Returns a remedy as code to paste."""
        return unplaced(self.sites, edits, reason)


def fix_sources(
    sources: Sources,
    remedies: Sequence[SourceRemedy],
    check: Callable[[Mapping[str, str]], Checked],
    left: Collection[str] = (),
) -> SourceFix:
    """Makes remedies in the sources of a program, and takes back those that the changed program does not prove.

    No file is written.

    Args:
        sources: the files.
        remedies: what is to be made.
        check: runs the program with other texts of its files, and audits it.
        left: slugs of rules that are known to find something after all remedies, too. Advice is no reason to take
            one back.
    """
    wanted, refused = list(remedies), list[Unplaced]()
    while True:
        change = sources.changed([remedy.edits for remedy in wanted])
        made = tuple(remedy for remedy in wanted if remedy.edits in change.placed)
        whole = replace(change, unplaced=(*change.unplaced, *refused))
        if not change.after:
            return SourceFix(whole, made)
        checked = check(change.after)
        found = {rule for rule, severity in checked.rules.items() if severity != "advice"} - set(left)
        failed = [remedy for remedy in made if checked.failure or remedy.rule in found]
        if not failed:
            return SourceFix(whole, made, checked)
        for remedy in failed:
            reason = f"the program was run and audited with it, and {remedy.rule} still finds something"
            if checked.failure:
                reason = f"the program was run with it, and failed: {checked.failure}"
            refused.append(sources.by_hand(remedy.edits, reason))
        wanted = [remedy for remedy in wanted if remedy not in failed]
