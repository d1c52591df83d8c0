"""Trains what a config describes and leaves the run in a directory."""

import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import keras
import tensorflow as tf

from keras_stable.callbacks import Dashboard, ReplicaCheck
from keras_stable.callbacks.checkpoint import Checkpoint
from keras_stable.config import Config, ConfigSource, dump_config, read_config
from keras_stable.data import Data
from keras_stable.distribution import is_chief, scope
from keras_stable.distribution.agreement import wait_for_all
from keras_stable.errors import RunError, invalid_argument
from keras_stable.export import export_saved_model
from keras_stable.export.exporting import PROOF_SAMPLES
from keras_stable.export.run_export import about_run
from keras_stable.export.samples import first_samples
from keras_stable.imports import first_line
from keras_stable.models import load_model
from keras_stable.reporting.temporary_path import TemporaryPath
from keras_stable.runs.confusion import confusion_matrix, write_confusion
from keras_stable.runs.curves import save_curves
from keras_stable.runs.fitting import Trained, fit, prepared
from keras_stable.runs.hparams_table import write_row
from keras_stable.runs.run_directory import CHECKPOINTS, config_of, make_run_directory, write_json, write_start

_MODEL = "model.keras"


@dataclass(frozen=True)
class TrainedRun(Trained):
    """A run in its directory.

    Attributes:
        config: the `Config` that was run.
        directory: path of the run directory.
        chief: bool; whether this process is the one, of several workers, that has written the results.
        model: the trained `keras.Model`.
        history: the `logs` of every epoch, by key; lists of floats.
        curves: `Curves`, the history and the gradient norms of every step.
        summary: `Summary`, the figures of the run.
        interrupted: bool; whether Ctrl-C ended the training, so that the model has its best weights so far.
        model_epoch: int; the epoch, from 1 on, whose weights the model has. 0: it was not trained for a whole one.
    """

    config: Config = field(repr=False)
    directory: Path
    chief: bool = True


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
    | `tensorboard/` | the dashboard, for TensorBoard |
    | `curves.png`, `summary.json` | the picture and the figures of the run |
    | `confusion.csv` | which class the validation samples of each class are taken for |
    | `model.keras` | the model, with the weights of the epoch that `summary.json` names as `model_epoch`: the last |
    | | one; with early stopping the one whose monitored value was best; after Ctrl-C the most accurate one |
    | `export/1/` | the SavedModel |
    | `checkpoints/` | where the run goes on after it was killed, as often as `fit.checkpoint_every` says |

    Ctrl-C ends the training between two batches; the run then has the best weights so far and `interrupted` is true.
    SIGTERM writes a checkpoint after the batch and ends the process with exit code 143.
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
        RunError: the run cannot be written, as on a full disk; what was written before is whole.

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
    if config.distribution.strategy == "multi_worker" and run_dir is None:
        raise invalid_argument("run_dir", "one directory, which all workers can read", run_dir)

    def begin() -> Path:
        directory = make_run_directory(config.name or "run", run_dir, overwrite)
        with _errors_named(directory, "make room and train again, with --overwrite"):
            return write_start(directory, config)

    return _train(config, begin, Path(run_dir or ""))


def resume(run_dir: str | os.PathLike[str], overrides: Sequence[str] = ()) -> TrainedRun:
    """Goes on with a run that was killed, as `keras-stable train --resume` does, at the step it had reached.

    The result is the one that it would have had. A run that was killed before its first checkpoint begins again; one
    that had ended is written once more.

    Args:
        run_dir: str or path; the directory of the run.
        overrides: sequence of "key=value", which replace values of its config, such as "fit.epochs=50". Default: none.

    Returns:
        A `TrainedRun`.

    Raises:
        InvalidArgumentError: it is not the directory of a run, or another process trains in it.
        CheckpointError: the run is of another model or of a newer version.
        RunError: it cannot be written.
    """
    directory = Path(run_dir)
    return _train(config_of(directory, overrides), lambda: directory, directory)


def _train(config: Config, begin: Callable[[], Path], directory: Path) -> TrainedRun:
    """Trains and writes the results.

    Args:
        config, directory: what to train, and where.
        begin: makes the directory, once data and model are there; the chief alone calls it, others have `directory`.
    """
    with scope(config.distribution.strategy) as strategy:
        data, model, weights = prepared(config)
        chief = is_chief(strategy)
        directory = begin() if chief else directory
        wait_for_all(strategy)
        shown = config if chief else read_config(config, {"fit.verbose": 0})
        with _errors_named(directory), _written_in(directory, chief) as own:
            trained, summary = _fitted(shown, own, _checkpoint(config, directory), data, model, weights)
        wait_for_all(strategy)
    if chief:
        with _errors_named(directory):
            # A model that is spread over devices is exported as one that is not.
            exported = trained.model if config.distribution.strategy == "none" else load_model(directory / _MODEL)
            _write_results(config, directory, data, trained, summary, exported)
    return TrainedRun(**vars(trained), config=config, directory=directory, chief=chief)


@contextmanager
def _written_in(directory: Path, chief: bool) -> Iterator[Path]:
    """Yields where this worker writes: what others than the chief write is not kept."""
    if chief:
        yield directory
        return
    with tempfile.TemporaryDirectory() as scratch:
        yield Path(scratch)


@contextmanager
def _errors_named(directory: Path, to_go_on: str | None = None) -> Iterator[None]:
    try:
        yield
    except (OSError, tf.errors.ResourceExhaustedError) as error:
        if isinstance(error, tf.errors.OpError) and "space" not in str(error):
            raise
        again = f"To go on: {to_go_on or f'keras-stable train --resume {directory}'}"
        raise RunError(f"The run cannot be written in {directory}: {first_line(error)}. {again}") from error


def _fitted(
    config: Config,
    directory: Path,
    checkpoint: Checkpoint | None,
    data: Data,
    model: keras.Model,
    weights: dict[int, float] | None,
) -> tuple[Trained, dict[str, Any]]:
    every = config.distribution.check_replicas_every
    callbacks = [
        keras.callbacks.CSVLogger(str(directory / "history.csv")),
        Dashboard(
            directory / "tensorboard",
            config=dump_config(config),
            hparams={},
            class_names=data.class_names,
            into_logs=False,
        ),
        *([ReplicaCheck(every)] if every and config.distribution.strategy != "none" else []),
        *([] if checkpoint is None else [checkpoint]),
    ]
    started = time.perf_counter()
    trained = fit(config, data, model, weights, directory=directory, extra_callbacks=callbacks)
    seconds = time.perf_counter() - started
    with TemporaryPath(directory / _MODEL) as temporary:
        trained.model.save(temporary)
    summary = {"name": config.name, **trained.summary.to_dict(), "interrupted": trained.interrupted}
    summary |= {"model_epoch": trained.model_epoch, "seconds": seconds, "skipped_samples": len(data.skipped)}
    if checkpoint is not None and checkpoint.goodput is not None:
        summary["goodput"] = checkpoint.goodput.to_dict()
    return trained, summary


def _checkpoint(config: Config, directory: Path) -> Checkpoint | None:
    every, stopping = config.fit.checkpoint_every, config.fit.early_stopping
    if every is None:
        return None
    if stopping is None:
        return Checkpoint(directory / CHECKPOINTS, every)
    return Checkpoint(directory / CHECKPOINTS, every, monitor=stopping.monitor, mode=stopping.mode)


def _write_results(
    config: Config, directory: Path, data: Data, trained: Trained, summary: dict[str, Any], model: keras.Model
) -> None:
    write_json(directory / "summary.json", summary)
    write_row(directory / "tensorboard", config, trained.summary, trained.curves)
    write_confusion(directory, confusion_matrix(model, data), data.class_names)
    save_curves({config.name or "run": trained.curves}, directory / "curves.png")
    # Of a run that goes on, the export is that of where it was interrupted.
    shutil.rmtree(directory / "export", ignore_errors=True)
    difference = export_saved_model(
        model,
        directory / "export" / "1",
        first_samples(data.validation.x, PROOF_SAMPLES),
        class_names=data.class_names,
        about=about_run(config, data, summary),
    )
    write_json(directory / "summary.json", {**summary, "export_largest_difference": difference})
