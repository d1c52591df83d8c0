"""The remedies of a program made in its own script, and proven there: the changed script is run and audited."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from keras_stable.diagnosis.edit import Edit
from keras_stable.scripts.checked_source import Checked, checked_source
from keras_stable.scripts.programs import UserProgram
from keras_stable.source_edits.editing import SourceChange, Unplaced, edit_sources, unplaced
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
        change: `SourceChange` of those that the script holds surely; `unplaced` are the others, as code to paste.
        made: tuple of `SourceRemedy`, those in the change.
        checked: `Checked`, the audit of the changed script; None where nothing was changed.
    """

    change: SourceChange
    made: tuple[SourceRemedy, ...]
    checked: Checked | None = None


Check = Callable[[Mapping[str, str]], Checked]


def fix_sources(
    sites: ProgramSites, remedies: Sequence[SourceRemedy], check: Check, left: Collection[str] = ()
) -> SourceFix:
    """Makes remedies in the sources of a program, and takes back those that the changed program does not prove.

    No file is written.

    Args:
        sites: where the parts of the program are.
        remedies: what is to be made.
        check: runs the program with other texts of its files, and audits it.
        left: slugs of rules that are known to find something after all remedies, too.
    """
    wanted, refused = list(remedies), []
    while True:
        change = edit_sources(sites, [remedy.edits for remedy in wanted])
        made = [remedy for remedy in wanted if remedy.edits in change.placed]
        if not change.after:
            return SourceFix(replace(change, unplaced=(*change.unplaced, *refused)), tuple(made))
        checked = check(change.after)
        failed = [remedy for remedy in made if checked.failure or remedy.rule in checked.rules.keys() - set(left)]
        if not failed:
            return SourceFix(replace(change, unplaced=(*change.unplaced, *refused)), tuple(made), checked)
        reason = "the script with it was run and audited, and {} still finds what was wrong"
        if checked.failure:
            reason = f"the script with it was run, and did not come to its `fit`: {checked.failure}"
        refused += [unplaced(sites, remedy.edits, reason.format(remedy.rule)) for remedy in failed]
        wanted = [remedy for remedy in wanted if remedy not in failed]


def check_of(program: UserProgram, fit: int, options: Mapping[str, Any]) -> Check:
    """Returns the check of `fix_sources` for a program that is run up to its n-th `fit`."""
    return lambda texts: checked_source(program, fit, texts, options)
