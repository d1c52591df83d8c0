"""Trains what a config describes and leaves the run in a directory."""

import os
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import keras

from keras_stable.config import Config, ConfigSource, read_config
from keras_stable.export import PROOF_SAMPLES, export_saved_model
from keras_stable.export.run_export import about_run
from keras_stable.export.samples import first_samples
from keras_stable.reporting.temporary_path import TemporaryPath
from keras_stable.runs.curves import save_curves
from keras_stable.runs.fitting import Trained, fit, prepared
from keras_stable.runs.run_directory import make_run_directory, write_json, write_start


@dataclass(frozen=True)
class TrainedRun(Trained):
    """A run in its directory.

    Attributes:
        config: the `Config` that was run.
        directory: path of the run directory.
        model: the trained `keras.Model`.
        history: the `logs` of every epoch, by key; lists of floats.
        curves: `Curves`, the history and the gradient norms of every step.
        summary: `Summary`, the figures of the run.
        interrupted: bool; whether Ctrl-C ended the training, so that the model has its best weights so far.
        model_epoch: int; the epoch, from 1 on, whose weights the model has. 0: it was not trained for a whole one.
    """

    config: Config = field(repr=False)
    directory: Path


def train(
    config: ConfigSource,
    run_dir: str | os.PathLike[str] | None = None,
    *,
    overwrite: bool = False,
    seed: int | None = None,
    overrides: Mapping[str, Any] | None = None,
) -> TrainedRun:
    """Trains what a config describes, as `keras-stable train` does, and keeps everything in a run directory.

    | file | content |
    | --- | --- |
    | `config.yaml` | the config with every default filled in; it can be run again |
    | `environment.json` | versions, seed, machine |
    | `history.csv` | the `logs` of every epoch |
    | `tensorboard/` | the same, and gradient norms by variable, for TensorBoard |
    | `curves.png`, `summary.json` | the picture and the figures of the run |
    | `model.keras` | the model, with the weights of the epoch that `summary.json` names as `model_epoch`: the last |
    | | one; with early stopping the one whose monitored value was best; after Ctrl-C the most accurate one |
    | `export/1/` | the SavedModel |

    Ctrl-C ends the training between two batches; the run then has the best weights so far and `interrupted` is true.
    The training happens in this process and seeds its random numbers; with `deterministic: true`, the default, the
    operations of TensorFlow stay deterministic in it. `keras_stable.compare` trains in processes of their own.

    Args:
        config: a `keras_stable.config.Config`, the path of a YAML file, or a mapping with the keys of a config.
        run_dir: str or path; the directory of the run. Default: `runs/<config name>/<time>` under the current one.
        overwrite: bool; whether an earlier run in `run_dir` may be deleted. Default False.
        seed: int in [0, 2**32), which replaces the seed of the config. Default: none.
        overrides: mapping of dotted keys to values, which replace those of the config, such as `{"fit.epochs": 5}`.
            Default: none.

    Returns:
        A `TrainedRun`.

    Raises:
        InvalidArgumentError: the config, the data or the directory cannot be used; nothing was written.
        ExportError: the SavedModel does not agree with the model.

    >>> import tempfile
    >>> iris = {"data": {"kind": "sklearn", "name": "iris"}, "fit": {"epochs": 3, "verbose": 0}}
    >>> with tempfile.TemporaryDirectory() as directory:
    ...     run = train(iris, directory, seed=1)
    ...     sorted(path.name for path in run.directory.glob("*.json"))
    ['environment.json', 'summary.json']
    >>> run.summary.epochs, len(run.history["val_accuracy"]), run.summary.grad_norm_max < 10
    (3, 3, True)
    """
    config = read_config(config, overrides, seed=seed)
    data, model, weights = prepared(config)
    directory = make_run_directory(config.name or "run", run_dir, overwrite)
    write_start(directory, config)
    started = time.perf_counter()
    logs = [
        keras.callbacks.CSVLogger(str(directory / "history.csv")),
        keras.callbacks.TensorBoard(str(directory / "tensorboard"), write_graph=False),
    ]
    trained = fit(config, data, model, weights, log_dir=directory / "tensorboard", extra_callbacks=logs)
    seconds = time.perf_counter() - started
    with TemporaryPath(directory / "model.keras") as temporary:
        model.save(temporary)
    summary = {"name": config.name, **trained.summary.to_dict(), "interrupted": trained.interrupted}
    summary |= {"model_epoch": trained.model_epoch, "seconds": seconds}
    write_json(directory / "summary.json", summary)
    save_curves({config.name or "run": trained.curves}, directory / "curves.png")
    difference = export_saved_model(
        model,
        directory / "export" / "1",
        first_samples(data.validation.x, PROOF_SAMPLES),
        class_names=data.class_names,
        about=about_run(config, data, summary),
    )
    write_json(directory / "summary.json", {**summary, "export_largest_difference": difference})
    return TrainedRun(**vars(trained), config=config, directory=directory)
