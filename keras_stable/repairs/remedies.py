"""What might cure a program: the remedies of what an audit found, as edits. Imports no TensorFlow."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from keras_stable.diagnosis.edit import Edit
from keras_stable.diagnosis.reporting.contents import ReportContents
from keras_stable.diagnosis.reporting.finding import Finding

# A leak makes answers look better than they are, so that its cure makes them look worse.
LEAKS = frozenset({"target-in-input", "future-leak", "train-validation-leak"})
# What these cure shows late in a training, in its metrics, or in how it is validated, and hardly in its answers.
SOUND = frozenset(
    {"metric-mismatch", "unseen-classes", "ineffective-callback", "decaying-schedule", "zero-weights"}
    | {"stateful-shuffle", "missing-loss-scaling", "validation-inputs-differ", "validation-targets-differ"}
)


@dataclass(frozen=True)
class Remedy:
    """The edits that together cure one thing.

    Attributes:
        finding: what they cure.
        edits: tuple of `Edit`.
        why: str, a sentence.
        general: bool, whether they are no remedy of the finding's rule but a measure that helps many programs.
    """

    finding: Finding = field(compare=False)
    edits: tuple[Edit, ...]
    why: str
    general: bool = False

    @property
    def leak(self) -> bool:
        """Returns whether it may make figures look worse because they were too good."""
        return not self.general and self.finding.rule in LEAKS

    @property
    def longer(self) -> bool:
        """Returns whether it is a longer training for its own sake: a race of short trainings cannot show its worth."""
        only_epochs = all((edit.target, edit.argument) == ("fit", "epochs") for edit in self.edits)
        return only_epochs and not self.finding.cause

    @property
    def sound(self) -> bool:
        """Returns whether it is right also where figures do not show it."""
        return not self.general and (self.leak or self.finding.rule in SOUND)


def remedies_of(report: ReportContents) -> tuple[Remedy, ...]:
    """Returns the remedies of a report, those of root causes first, each edit once.

    The places of one rule are cured together. Advice counts where something graver was found too.
    """
    roots = [finding for finding in report.findings if not finding.cause]
    explained = [finding for finding in report.findings if finding.cause]
    return tuple(_by_rule([*roots, *explained]))


def _by_rule(findings: Iterable[Finding]) -> Iterable[Remedy]:
    by_rule: dict[tuple[str, str], list[Finding]] = {}
    for finding in findings:
        if finding.edits:
            by_rule.setdefault((finding.rule, finding.severity), []).append(finding)
    seen: set[Edit] = set()
    for same in by_rule.values():
        edits: list[Edit] = []
        for finding in same:
            for edit in finding.edits:
                if edit not in seen and not conflict(edits, [edit]):
                    edits.append(edit)
        if edits:
            seen.update(edits)
            yield Remedy(same[0], tuple(edits), f"{same[0].message} {same[0].remedy}")


def conflict(some: Sequence[Edit], others: Sequence[Edit]) -> bool:
    """Returns whether edits are of the same thing, so that only the one or the other can be made.

    >>> rate, other = (Edit("set_argument", "optimizer", "learning_rate", value) for value in ("0.1", "0.2"))
    >>> conflict([rate], [other]), conflict([rate], [Edit("set_argument", "optimizer", "clipnorm", "1.0")])
    (True, False)
    """
    return any(_same(one, other) for one in some for other in others)


def _same(one: Edit, other: Edit) -> bool:
    if one.target != other.target:
        # The schedule is a part of the optimizer.
        parts = {one.target, other.target}
        return parts == {"optimizer", "schedule"} and any(
            edit.kind == "replace" or edit.argument == "learning_rate" for edit in (one, other)
        )
    if "insert_layer" in (one.kind, other.kind):
        return one.kind == other.kind and "Normalization" in one.value and "Normalization" in other.value
    if one.kind == "transform_data" == other.kind:
        return one.argument == other.argument
    if {"replace", "remove"} & {one.kind, other.kind}:
        return True
    return one.argument == other.argument and one.kind != "append"


def together(remedies: Iterable[Remedy]) -> tuple[Remedy, ...]:
    """Returns the remedies that can be made at once; of two that cannot, the first."""
    kept: list[Remedy] = []
    for remedy in remedies:
        if not any(conflict(one.edits, remedy.edits) for one in kept):
            kept.append(remedy)
    return tuple(kept)
