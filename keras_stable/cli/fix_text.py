"""What `keras-stable fix` prints, and writes as JSON."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from keras_stable.cli.fix_result import FixResult
from keras_stable.source_edits.editing import Unplaced, as_typed


@dataclass(frozen=True)
class FixText:
    """A result in words.

    Attributes:
        result: `FixResult`.
    """

    result: FixResult

    def diff(self) -> str:
        """Returns the diff alone."""
        return self.result.diff

    def whole(self, written: Sequence[str] = ()) -> str:
        """Returns all of it: what is wrong, the diff, its proof, and what is left to do by hand.

        Args:
            written: lines on the files that were written.
        """
        return "\n".join(self._lines(written)).strip("\n")

    def as_data(self) -> dict[str, Any]:
        """Returns what a program may want to read."""
        result = self.result
        return {
            "verdict": result.repair.verdict,
            "trainings": result.repair.trainings,
            "changes": [
                {"rule": remedy.rule, "why": remedy.why, "edits": [asdict(edit) for edit in remedy.edits]}
                for remedy in result.made
            ],
            "diff": result.diff,
            "files": [as_typed(file) for file in result.texts],
            "proof": result.proof,
            "by_hand": [
                {"reason": remedy.reason, "file": remedy.file, "line": remedy.line, "code": list(remedy.code)}
                for remedy in result.by_hand
            ],
        }

    def _lines(self, written: Sequence[str]) -> Iterator[str]:
        from keras_stable.repairs.wording import headline

        result = self.result
        yield headline(result.repair)
        if result.repair.trainings:
            yield f"It took {result.repair.trainings:.1f} trainings of the program."
        for remedy in result.made:
            yield f"\n{remedy.rule}: {remedy.why}"
        if result.diff:
            yield f"\n{result.diff}"
        if result.proof:
            yield result.proof
        for unplaced in result.by_hand:
            yield from _by_hand(unplaced)
        yield from self._end(written)

    def _end(self, written: Sequence[str]) -> Iterator[str]:
        result = self.result
        if result.is_wrong and not result.repair.changes:
            yield "\nNo change was proven to make it better. What the audit found:\n"
            yield from (f"{f.severity} {f.rule} at {f.where}: {f.message}" for f in result.repair.report.findings)
        yield from written
        if result.changes_files and not written:
            what = f"--write saves the repaired model as {result.saved}" if result.saved else "--write makes the change"
            yield f"\nNothing was written: {what}."


def _by_hand(remedy: Unplaced) -> Iterator[str]:
    where = f"{remedy.file}:{remedy.line}" if remedy.file else "your code"
    yield f"\nTo paste by hand, at {where}, because {remedy.reason}:"
    yield from (f"    {line}" for line in remedy.code)
