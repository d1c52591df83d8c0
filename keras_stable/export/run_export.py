"""Exports the model of an earlier run."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras

from keras_stable.arguments import try_to_make
from keras_stable.config import Config, load_config
from keras_stable.data import Data, load_data
from keras_stable.errors import InvalidArgumentError, invalid_argument
from keras_stable.export.exporting import PROOF_SAMPLES
from keras_stable.export.formats import export_saved_model
from keras_stable.export.samples import first_labels, first_samples
from keras_stable.imports import first_line, load_object
from keras_stable.models import load_model
from keras_stable.reporting.json_file import read_json


@dataclass(frozen=True)
class FinishedRun:
    """A run that is there, loaded.

    Attributes:
        directory: its path.
        config: its `Config`.
        data: its `Data`.
        model: its trained `keras.Model`.
    """

    directory: Path
    config: Config
    data: Data
    model: keras.Model

    def options(self) -> dict[str, Any]:
        """Returns the arguments of an export: samples and labels that validate, class names, and what the card says."""
        validation = self.data.validation
        return {
            "samples": first_samples(validation.x, PROOF_SAMPLES),
            "labels": first_labels(validation.x, validation.y, PROOF_SAMPLES),
            "class_names": self.data.class_names,
            "about": about_run(self.config, self.data, read_json(self.directory / "summary.json")),
        }


def check_run(run: Path) -> None:
    """Raises InvalidArgumentError for what is no directory of a finished run."""
    for name in ("config.yaml", "model.keras"):
        if not (run / name).is_file():
            raise invalid_argument("run", f"a run directory, with a file {name}", str(run))


def check_target(directory: Path, *, empty: bool) -> None:
    """Raises InvalidArgumentError for a directory that an export cannot be written to."""
    if directory.exists() and (not directory.is_dir() or (empty and any(directory.iterdir()))):
        raise invalid_argument("to", "a new or empty directory" if empty else "a directory", str(directory))
    try:
        # Also beside what is there already: a directory may be read-only.
        try_to_make(directory.absolute() / f".partial-{os.getpid()}-try")
    except OSError as error:
        received = f"to={str(directory)!r} ({error.strerror or error})"
        raise InvalidArgumentError(f"`to` must be a directory that can be written. Received: {received}") from error


def load_run(run: Path) -> FinishedRun:
    """Loads config, data and model of a run.

    Raises:
        InvalidArgumentError: one of them is gone or broken.
    """
    config = load_config(run / "config.yaml")
    data = load_data(config.data, batch_size=config.fit.batch_size, seed=config.seed)
    if config.model.module is not None:
        # The module registers the classes that the encoder is made of.
        load_object(config.model.module, "model.module")
    try:
        return FinishedRun(run, config, data, load_model(run / "model.keras"))
    except Exception as error:
        raise InvalidArgumentError(f"`run` must hold a model that loads. Received: {first_line(error)}") from error


def about_run(config: Config, data: Data, summary: Mapping[str, Any] | None) -> dict[str, Any]:
    """Returns what the card of an export says of a run: its data, config and metrics."""
    counts = dict(zip(data.class_names or map(str, range(data.num_classes)), data.class_counts.tolist(), strict=True))
    described = {
        "kind": config.data.kind,
        "training_samples": counts,
        "input_shape": data.input_shape,
        "classes": data.num_classes,
        "skipped_samples": len(data.skipped),
    }
    if data.columns is not None:
        described["columns"] = {column.name: column.kind for column in data.columns}
    return {"data": described, "config": config.model_dump(mode="json"), "metrics": summary}


def export_run(run: str | os.PathLike[str], directory: str | os.PathLike[str]) -> float:
    """Writes the SavedModel of a run to exactly one directory, and proves it on the run's validation samples.

    Args:
        run: the run directory, with `config.yaml` and `model.keras`.
        directory: the directory to write. It must not exist, or be empty.

    Returns:
        The largest difference of an answer between the SavedModel and the model.

    Raises:
        InvalidArgumentError: `run` is no run directory, its data is gone, or `directory` is in use.
        ExportError: the export disagrees with the model; nothing is left at `directory`.
    """
    run, directory = Path(run), Path(directory)
    check_run(run)
    check_target(directory, empty=True)
    finished = load_run(run)
    return export_saved_model(finished.model, directory, **finished.options())
