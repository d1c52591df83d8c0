"""Exports what the command line names: a run, a saved model, or what a function returns."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from keras_stable.diagnosis.audit import audit
from keras_stable.errors import KerasStableError
from keras_stable.export.exporting import PROOF_SAMPLES, Exported
from keras_stable.export.formats import export_as
from keras_stable.export.optional import require
from keras_stable.export.run_export import check_run, check_target, load_run
from keras_stable.export.samples import first_labels, first_samples
from keras_stable.imports import first_line
from keras_stable.subjects.loading import Subject, load_data_of, load_subject
from keras_stable.subjects.places import find_data, find_subject
from keras_stable.subjects.saved_models import read_model

_SAVED = (".keras", ".h5")


def export_subject(
    subject: str,
    directory: Path,
    *,
    form: str = "saved_model",
    quantize: str | None = None,
    data: str | None = None,
    class_names: Sequence[str] | None = None,
    encoder: str | None = None,
    audited: bool = True,
) -> Exported:
    """Writes the next version of an export, with all that is known of the model on its card.

    Args:
        subject: a run directory, a `.keras` file, or `package.module:function` that returns a model with its data.
        directory: the directory of the versions.
        form: "saved_model", "onnx" or "litert". Default "saved_model".
        quantize: "int8". Default: none.
        data: where samples come from, as for `keras-stable audit --data`. Default: those of the subject.
        class_names: in the order of the class ids. Default: those of the subject.
        encoder: the name of the layer that gives the features. Default: the recognisable one.
        audited: bool; whether the card says what an audit without a training finds. Default True.

    Raises:
        InvalidArgumentError: something given cannot be right; nothing was written.
        ExportError: the export disagrees with its model; nothing is left of it.
    """
    require(form)
    is_run = Path(subject).suffix not in _SAVED and (":" not in subject or Path(subject).is_dir())
    if is_run:
        check_run(Path(subject))
    check_target(directory, empty=False)
    loaded, options = _run(subject) if is_run else _other(subject, data)
    if is_run and data is not None:
        arguments = load_data_of(find_data(data))
        loaded = Subject(loaded.model, {**loaded.arguments, **arguments})
        options |= _samples(arguments)
    options["about"]["audit"] = _audit(loaded) if audited and "x" in loaded.arguments else None
    names = {"class_names": class_names} if class_names else {}
    return export_as(form, loaded.model, directory, **{**options, **names}, encoder=encoder, quantize=quantize)


def _run(subject: str) -> tuple[Subject, dict[str, Any]]:
    run = load_run(Path(subject))
    train, validation = run.data.train, run.data.validation
    arguments = {
        "x": train.x,
        "y": train.y,
        "batch_size": run.config.fit.batch_size,
        "validation_data": (validation.x, validation.y) if validation.is_arrays else validation.x,
        "history": run.directory,
    }
    return Subject(run.model, arguments), run.options()


def _other(subject: str, data: str | None) -> tuple[Subject, dict[str, Any]]:
    if data is None and Path(subject).suffix in _SAVED:
        return Subject(read_model(Path(subject)), {}), {"about": {}}
    if ":" in subject:
        loaded = load_subject(*find_subject(subject, data), needs_data=False)
    else:
        loaded = load_subject(*find_subject(subject, data))
    options = _samples(loaded.arguments) if "x" in loaded.arguments else {}
    return loaded, {**options, "about": {}}


def _samples(arguments: Any) -> dict[str, Any]:
    """Returns samples and labels of data, held-out ones where there are some."""
    x, y = arguments["x"], arguments.get("y")
    held_out = arguments.get("validation_data")
    if isinstance(held_out, tuple):
        x, y = held_out[:2]
    elif held_out is not None:
        x, y = held_out, None
    return {"samples": first_samples(x, PROOF_SAMPLES), "labels": first_labels(x, y, PROOF_SAMPLES)}


def _audit(subject: Subject) -> dict[str, Any]:
    try:
        report = audit(subject.model, **subject.arguments, probe=False, seconds=20.0)
    except KerasStableError as error:
        return {"not_run": first_line(error)}
    findings = [
        {"rule": finding.rule, "severity": finding.severity, "message": finding.message} for finding in report.findings
    ]
    return {"ok": report.ok, "findings": findings, "passed": len(report.passed), "trained": False}
