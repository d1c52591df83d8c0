"""Exports the model of an earlier run."""

import os
from pathlib import Path

from keras_stable.arguments import try_to_make
from keras_stable.config import load_config
from keras_stable.data import load_data
from keras_stable.errors import InvalidArgumentError, invalid_argument
from keras_stable.export.exporting import PROOF_SAMPLES
from keras_stable.export.formats import export_saved_model
from keras_stable.imports import first_line
from keras_stable.models import load_model
from keras_stable.ops.batches import first_inputs


def export_run(run: str | os.PathLike[str], directory: str | os.PathLike[str]) -> float:
    """Writes the SavedModel of a run and proves it on the run's validation samples.

    Args:
        run: the run directory, with `config.yaml` and `model.keras`.
        directory: the directory to write. It must not exist, or be empty.

    Returns:
        The largest difference of a probability between the SavedModel and the model.

    Raises:
        InvalidArgumentError: `run` is no run directory, its data is gone, or `directory` is in use.
        ExportError: the export disagrees with the model; nothing is left at `directory`.
    """
    run, directory = Path(run), Path(directory)
    for name in ("config.yaml", "model.keras"):
        if not (run / name).is_file():
            raise invalid_argument("run", f"a run directory, with a file {name}", str(run))
    if directory.exists() and (not directory.is_dir() or any(directory.iterdir())):
        raise invalid_argument("to", "a new or empty directory", str(directory))
    try:
        try_to_make((directory / "saved_model.pb").absolute())
    except OSError as error:
        received = f"to={str(directory)!r} ({error.strerror or error})"
        raise InvalidArgumentError(f"`to` must be a directory that can be written. Received: {received}") from error
    config = load_config(run / "config.yaml")
    data = load_data(config.data, batch_size=config.fit.batch_size, seed=config.seed)
    try:
        model = load_model(run / "model.keras")
    except (ValueError, OSError) as error:
        raise InvalidArgumentError(f"`run` must hold a model that loads. Received: {first_line(error)}") from error
    return export_saved_model(model, directory, first_inputs(data.validation.x, PROOF_SAMPLES))
