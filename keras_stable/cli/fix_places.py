"""`keras-stable fix` of a config, a run directory or a saved model."""

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from keras_stable.cli.fix_result import FixResult, left_over, source_remedies
from keras_stable.cli.progress import status
from keras_stable.diagnosis.edit import Edit
from keras_stable.errors import InvalidArgumentError
from keras_stable.imports import first_line
from keras_stable.scripts.source_checking import Checked
from keras_stable.scripts.source_fix import SourceRemedy, fix_sources
from keras_stable.source_edits.config_edits import edited_config
from keras_stable.source_edits.editing import SourceChange, Unplaced
from keras_stable.source_edits.not_placed import NotPlacedError
from keras_stable.source_edits.pasting import code_to_paste
from keras_stable.subjects.places import Place, find_subject

_OF_THE_CALL = ("fit", "data", "callback")


def fixed_place(places: tuple[Place, Place | None], options: Mapping[str, Any]) -> FixResult:
    """Repairs the model of a place on its data, and returns what that makes of the files.

    Args:
        places: of the model and of its data, as `find_subject` returns them.
        options: budget, seconds and seed of `keras_stable.repair`.

    Raises:
        InvalidArgumentError: the model cannot be repaired.
    """
    from keras_stable.repairs.repairing import repair
    from keras_stable.subjects.loading import load_subject

    place, data = places
    click.echo(f"Loading {place.name}", err=True)
    subject = load_subject(place, data)
    with status() as say:
        result = repair(subject.model, **{**subject.arguments, **options}, progress=say)
    remedies = source_remedies(result)
    if not remedies:
        return FixResult(result)
    if place.kind == "saved model":
        return _as_model(place.path, result, remedies)
    file = place.path / "config.yaml" if place.kind == "run" else place.path
    fixed = fix_sources(
        _ConfigSources(file), remedies, lambda texts: _checked(texts[str(file)], data), left_over(result)
    )
    whole = FixResult.of(result, fixed, f"{file} was tried with this change")
    if place.kind != "run" or not whole.texts:
        return whole
    # What a run was is not rewritten: what it should have been comes beside it.
    new = {_free(file.with_name("config.repaired.yaml")): whole.texts[str(file)]}
    return FixResult(result, whole.diff, {}, whole.made, whole.by_hand, whole.proof, None, new)


@dataclass(frozen=True)
class _ConfigSources:
    """The YAML file of a config."""

    file: Path

    def changed(self, remedies: Sequence[Sequence[Edit]]) -> SourceChange:
        """Returns what remedies make of it; no file is written."""
        before = text = self.file.read_bytes().decode("utf-8-sig")
        placed, others = [], []
        for remedy in remedies:
            try:
                text = edited_config(text, remedy)
            except NotPlacedError as reason:
                others.append(self.by_hand(tuple(remedy), str(reason)))
            else:
                placed.append(tuple(remedy))
        name = str(self.file)
        after = {name: text} if text != before else {}
        return SourceChange({name: before}, after, tuple(placed), tuple(others))

    def by_hand(self, edits: tuple[Edit, ...], reason: str) -> Unplaced:
        """Returns a remedy as code."""
        return Unplaced(edits, reason, str(self.file), 1, tuple(map(code_to_paste, edits)))


def _checked(text: str, data: Place | None) -> Checked:
    """Audits the model of a changed config."""
    from keras_stable.diagnosis.audit import audit
    from keras_stable.subjects.loading import load_subject

    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory, "config.yaml")
        path.write_text(text, encoding="utf-8")
        try:
            subject = load_subject(find_subject(str(path))[0], data)
            with status() as say:
                report = audit(subject.model, **subject.arguments, progress=say)
        except InvalidArgumentError as error:
            return Checked({}, failure=first_line(error))
    return Checked({finding.rule: finding.severity for finding in report.findings}, report.verdict)


def _as_model(path: Path, result: Any, remedies: Sequence[SourceRemedy]) -> FixResult:
    """Returns the result for a saved model: a repaired one beside it; what `fit` is given is no part of it."""
    made, by_hand = [], []
    for remedy in remedies:
        outside = tuple(edit for edit in remedy.edits if edit.target.partition(":")[0] in _OF_THE_CALL)
        if len(outside) < len(remedy.edits):
            made.append(remedy)
        if outside:
            reason = "a saved model does not hold what `fit` is given"
            by_hand.append(Unplaced(outside, reason, "", 0, tuple(map(code_to_paste, outside))))
    saved = _free(path.with_name(f"{path.stem}.repaired.keras")) if made else None
    return FixResult(result, "", {}, tuple(made), tuple(by_hand), "", saved)


def _free(path: Path) -> Path:
    candidate, number = path, 2
    while candidate.exists():
        candidate = path.with_stem(f"{path.stem}_{number}")
        number += 1
    return candidate
