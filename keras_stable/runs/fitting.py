"""Fits the model of a config in memory: the place where data, model, optimizer and callbacks meet."""

from dataclasses import dataclass, field
from pathlib import Path

import keras
import tensorflow as tf

from keras_stable import callbacks as stable_callbacks
from keras_stable.callbacks.best_weights import BestWeights
from keras_stable.callbacks.epoch_lines import EpochLines
from keras_stable.callbacks.graceful_interrupt import GracefulInterrupt
from keras_stable.callbacks.gradient_recorder import GradientRecorder
from keras_stable.config import Config
from keras_stable.config.training_config import StabilityGuardConfig
from keras_stable.data import Data, load_data
from keras_stable.errors import InvalidArgumentError
from keras_stable.imports import first_line
from keras_stable.models import adapt
from keras_stable.ops.batches import first_inputs
from keras_stable.runs.composition import build_model, class_weight
from keras_stable.runs.results import Curves, Summary, summarize

_VALIDATION_BATCH = 256


@dataclass(frozen=True)
class Trained:
    """A model after `fit`, and what was measured.

    Attributes:
        model: the trained `keras.Model`.
        curves: `Curves`.
        summary: `Summary`.
        interrupted: bool; whether Ctrl-C ended the training, so that the model has its best weights so far.
        model_epoch: int; the epoch, from 1 on, whose weights the model has. 0: it was not trained for a whole one.
    """

    model: keras.Model = field(repr=False)
    curves: Curves = field(repr=False)
    summary: Summary
    interrupted: bool
    model_epoch: int

    @property
    def history(self) -> dict[str, list[float]]:
        """The `logs` of every epoch, by key."""
        return self.curves.history


def train_in_memory(config: Config) -> Trained:
    """Runs a config and writes nothing."""
    return fit(config, *prepared(config))


def prepared(config: Config) -> tuple[Data, keras.Model, dict[int, float] | None]:
    """Seeds everything and returns the data, the adapted model and the class weights of a config: what `fit` takes.

    `deterministic: true` holds for the whole process, and TensorFlow cannot take it back.

    Raises:
        InvalidArgumentError: the data cannot be loaded, or the model cannot be built for them.
    """
    keras.utils.set_random_seed(config.seed)
    if config.deterministic:
        tf.config.experimental.enable_op_determinism()
    data = load_data(config.data, batch_size=config.fit.batch_size, seed=config.seed)
    return data, adapted_model(config, data), class_weight(config, data)


def adapted_model(config: Config, data: Data) -> keras.Model:
    """Returns the compiled model of a config, adapted to its data.

    Raises:
        InvalidArgumentError: the model cannot be built, or does not take such inputs.
    """
    model = build_model(config, data)
    try:
        for training in (True, False):
            model(first_inputs(data.train.x, 2), training=training)
    except (ValueError, tf.errors.OpError) as error:
        must_be = f"The model and its augmentation must take inputs of shape {data.input_shape}."
        raise InvalidArgumentError(f"{must_be} Received: {first_line(error)}") from error
    if config.model.input_normalization or config.model.feature_normalization:
        adapt(model, data.train.x)
    return model


def fit(
    config: Config,
    data: Data,
    model: keras.Model,
    weights: dict[int, float] | None = None,
    *,
    directory: Path | None = None,
    extra_callbacks: list[keras.callbacks.Callback] | None = None,
) -> Trained:
    """Fits a model that `adapted_model` made, and measures it; Ctrl-C ends it with the best weights so far.

    What a callback keeps beside the logs goes into `directory`; without one nothing is written.
    """
    recorder, best, interrupt = GradientRecorder(), BestWeights(), GracefulInterrupt()
    lines = EpochLines(config.fit.verbose)
    callbacks = [*_callbacks(config, data, directory), recorder, best, *(extra_callbacks or []), lines, interrupt]
    interrupted = False
    try:
        with interrupt, lines:
            model.fit(
                data.train.x,
                data.train.y,
                batch_size=config.fit.batch_size if data.train.is_arrays else None,
                epochs=config.fit.epochs,
                shuffle=data.train.is_arrays,
                validation_data=(data.validation.x, data.validation.y)
                if data.validation.is_arrays
                else data.validation.x,
                validation_batch_size=_VALIDATION_BATCH if data.validation.is_arrays else None,
                class_weight=weights,
                callbacks=callbacks,
                verbose=0,
            )
    except KeyboardInterrupt:
        interrupted = True
        for callback in callbacks:
            callback.on_train_end()
            if isinstance(callback, stable_callbacks.Checkpoint):
                callback.close()
        best.restore()
    curves = Curves(dict(model.history.history), recorder.global_norm, recorder.applied_norm)
    first = model.predict(first_inputs(data.validation.x, 10), verbose=0)
    summary = summarize(curves, first.argmax(axis=-1), data.num_classes)
    return Trained(model, curves, summary, interrupted, _model_epoch(callbacks, summary.epochs, interrupted))


def _model_epoch(callbacks: list[keras.callbacks.Callback], epochs: int, interrupted: bool) -> int:
    restoring = BestWeights if interrupted else keras.callbacks.EarlyStopping
    for callback in callbacks:
        if isinstance(callback, restoring) and epochs:
            return int((callback.epoch if interrupted else callback.best_epoch) or 0) + 1
    return epochs


def _callbacks(config: Config, data: Data, directory: Path | None) -> list[keras.callbacks.Callback]:
    made: list[keras.callbacks.Callback] = []
    every = config.fit.normalization_update_epochs
    if config.model.feature_normalization and every:
        made.append(stable_callbacks.FeatureNormalizationUpdate(data.train.x, every_epochs=every))
    if config.optimizer.use_ema:
        made.append(stable_callbacks.AveragedWeights())
    made.append(stable_callbacks.GradientNormLogger())
    made.append(stable_callbacks.PredictionDiversityLogger())
    if config.fit.stability_guard is not None:
        made.append(_stability_guard(config.fit.stability_guard, directory))
    stopping = config.fit.early_stopping
    if stopping is not None:
        made.append(
            keras.callbacks.EarlyStopping(
                monitor=stopping.monitor,
                mode=stopping.mode,
                patience=stopping.patience,
                min_delta=stopping.min_delta,
                restore_best_weights=True,
            )
        )
    return made


def _stability_guard(keys: StabilityGuardConfig, directory: Path | None) -> keras.callbacks.Callback:
    where = {} if directory is None else {"directory": directory / "guard", "log_dir": directory / "tensorboard"}
    return stable_callbacks.StabilityGuard(
        keys.action,
        keys.max_rollbacks,
        rate_factor=keys.rate_factor,
        on_disk=keys.on_disk and directory is not None,
        keep_batches=0 if directory is None else keys.keep_batches,
        **where,
    )
