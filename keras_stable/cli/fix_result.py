"""What `keras-stable fix` has come to, whatever it was given."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from keras_stable.diagnosis.edit import Edit
from keras_stable.reporting.page_file import write_page
from keras_stable.scripts.source_fix import SourceFix, SourceRemedy
from keras_stable.source_edits.editing import Unplaced, as_typed
from keras_stable.source_edits.endings import TargetScale
from keras_stable.source_edits.writing import check_source, write_source


@dataclass(frozen=True)
class FixResult:
    """A repair, and what it makes of the user's files.

    Attributes:
        repair: `Repair`.
        diff: str, unified; "" where no text changes.
        texts: mapping of file to its new text.
        made: tuple of `SourceRemedy`, those in the diff or in the saved model.
        by_hand: tuple of `Unplaced`, what a person has to put into the code.
        proof: str, a sentence on how the changed program was proven; "".
        saved: path that a repaired model is saved to; None where the model is made by code.
        new: mapping of the path of a further file to its text.
    """

    repair: Any
    diff: str = ""
    texts: Mapping[str, str] = field(default_factory=dict)
    made: tuple[SourceRemedy, ...] = ()
    by_hand: tuple[Unplaced, ...] = ()
    proof: str = ""
    saved: Path | None = None
    new: Mapping[Path, str] = field(default_factory=dict)

    @classmethod
    def of(cls, repair: Any, fixed: SourceFix, checking: str) -> "FixResult":
        """Returns the result for remedies that were made in sources.

        Args:
            repair: the `Repair`.
            fixed: what became of its changes.
            checking: str, how the changed program was tried, the beginning of a sentence.
        """
        change, proof = fixed.change, ""
        if fixed.checked is not None:
            rules = ", ".join(remedy.rule for remedy in fixed.made if remedy.rule not in fixed.checked.rules)
            as_repaired = "no more than one of the repaired model"
            proof = f"Proven: {checking}, and an audit of it finds {f'no {rules} any more' if rules else as_repaired}."
        return cls(repair, change.diff(), change.after, fixed.made, change.unplaced, proof)

    @property
    def changes_files(self) -> bool:
        """Returns whether there is something to write."""
        return bool(self.texts or self.new) or self.saved is not None

    @property
    def is_wrong(self) -> bool:
        """Returns whether something is wrong with the program."""
        return self.repair.verdict != "nothing to repair"

    def write(self, force: bool = False) -> tuple[str, ...]:
        """Writes the files, and returns a line on each.

        Raises:
            InvalidArgumentError: one of them cannot be written; then none is.
        """
        for file in self.texts:
            check_source(file, force)
        lines = []
        for file, text in self.texts.items():
            backup = write_source(file, text)
            lines.append(f"Written: {as_typed(file)} (as it was: {backup.name})")
        for path, text in self.new.items():
            lines.append(f"Written: {write_page(path, text, 'write')}")
        if self.saved is not None:
            self.repair.model.save(self.saved)
            lines.append(f"Written: {self.saved}")
        return tuple(lines)


def source_remedies(repair: Any) -> tuple[SourceRemedy, ...]:
    """Returns the changes of a repair by the rule that they cure, in their order."""
    by_rule: dict[str, list[Any]] = {}
    for change in repair.changes:
        by_rule.setdefault(change.rule, []).append(change)
    return tuple(_remedy(rule, changes) for rule, changes in by_rule.items())


def _remedy(rule: str, changes: Sequence[Any]) -> SourceRemedy:
    from keras_stable.repairs.wording import evidence

    edits: list[Edit] = list(dict.fromkeys(change.edit for change in changes))
    return SourceRemedy(rule, tuple(edits), f"{changes[0].why} ({evidence(changes[0])})")


def left_over(repair: Any) -> frozenset[str]:
    """Returns the rules that still find something in the repaired program."""
    report = repair.report_after
    return frozenset() if report is None else frozenset(finding.rule for finding in report.findings)


def scales_of(repair: Any) -> dict[Edit, TargetScale]:
    """Returns what those changes of a repair make of the targets that only scale them."""
    from keras_stable.diagnosis.evidence.data.stream_kinds import stream_kind
    from keras_stable.repairs.target_scaling import scaling

    program = getattr(repair, "program", None)
    if program is None or stream_kind(program.x):
        return {}
    edits = [change.edit for change in repair.changes if change.edit.kind == "transform_data"]
    scales = {edit: scaling(edit, program.y, program.names.outputs) for edit in edits}
    return {edit: TargetScale(*scale) for edit, scale in scales.items() if scale is not None}
