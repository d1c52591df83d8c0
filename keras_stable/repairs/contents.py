"""What a repair has come to, as data; how it is shown lies above."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from keras_stable.diagnosis.edit import Edit
from keras_stable.diagnosis.reporting.code_location import CodeLocation
from keras_stable.diagnosis.reporting.report import Report
from keras_stable.repairs.program import Program

if TYPE_CHECKING:
    import keras

Verdict = Literal["nothing to repair", "repaired", "improved", "not repaired"]


@dataclass(frozen=True)
class Change:
    """One change that was made, and what it is worth.

    Attributes:
        rule: str, slug of the rule whose finding it cures; of a general measure, of the finding that it was tried for.
        where: str, what is changed, as an edit names it: "optimizer", "layer:<path>", "data", "fit".
        before: str, the code that stands there; "" for nothing.
        after: str, the code that comes in its place; "" where it goes.
        gain: float, how much better the figure was on rows that neither training nor choosing had seen, with all
            changes together: accuracy, balanced accuracy or R²; of a single change where it was measured alone.
        p_value: float, of a paired test over folds of these rows and seeds; NaN for what is right whatever they show.
        why: str, what is wrong and what the change does.
        edit: the typed `Edit`.
        location: the line of the user's code; None where a script was not run.
    """

    rule: str
    where: str
    before: str
    after: str
    gain: float
    p_value: float
    why: str
    edit: Edit
    location: CodeLocation | None = None

    def __str__(self) -> str:
        return f"{self.rule}: {self.where}: {self.before or '(nothing)'} -> {self.after or '(nothing)'}"


@dataclass(frozen=True)
class Curves:
    """Figure and history of the program before and after, trained on the same rows.

    Attributes:
        figure: str, what was measured: "accuracy", "balanced accuracy", "R²" or "loss" (its negative).
        before, after: float, the figure on rows that neither training nor choosing had seen; NaN where not measured.
        history_before, history_after: mapping of str to list of float, what `fit` logged.
        rows: int, rows that judged.
        apart: bool, whether they are others than those that trained; with few rows all of them do both.
    """

    figure: str = ""
    before: float = float("nan")
    after: float = float("nan")
    history_before: Mapping[str, list[float]] = field(default_factory=dict)
    history_after: Mapping[str, list[float]] = field(default_factory=dict)
    rows: int = 0
    apart: bool = True


@dataclass(frozen=True)
class RepairContents:
    """A program after its repair, as data: what the text and the page are made from.

    Attributes:
        changes: tuple of `Change`; empty where nothing was changed.
        model: compiled, at its start: `repair.model.fit(*repair.prepare(x, y), **repair.fit_arguments)` trains it. It
            takes the same inputs and answers in the same form and unit. Weights are kept where the changes allow it.
            Where nothing was changed it is the very model that was given.
        fit_arguments: dict, for `fit`: what was given, after the changes; validation data are prepared.
        trainings: float, how much was trained, in units of the program's own training; the audits' probes not counted.
        verdict: "nothing to repair", "repaired" (and an audit finds nothing grave any more), "improved" or
            "not repaired".
        report: `Report` of the audit before; report_after: of the audit after, None where nothing was changed.
        curves: `Curves` before and after.
        refused: mapping of what was tried and not taken to why.
    """

    changes: tuple[Change, ...]
    model: "keras.Model"
    fit_arguments: dict[str, Any]
    trainings: float
    verdict: Verdict
    report: Report
    report_after: Report | None
    curves: Curves
    program: Program
    refused: Mapping[str, str] = field(default_factory=dict)
