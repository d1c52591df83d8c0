"""From a config to the Keras objects that it describes."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import keras
import numpy as np

from keras_stable import optimizers
from keras_stable.config import Config
from keras_stable.config.model_config import AugmentationLayer
from keras_stable.data import Data, Split
from keras_stable.errors import invalid_argument
from keras_stable.losses import SparseCrossentropy
from keras_stable.models import classifier

_OPTIMIZERS = {"adamw": optimizers.AdamW, "adam": optimizers.Adam, "sgd": optimizers.SGD, "lion": optimizers.Lion}
_ENCODER_KEYS = {
    "mlp": ("hidden_units", "activation", "dropout"),
    "conv": ("filters", "feature_dim", "activation", "dropout"),
    "module": ("module", "module_arguments"),
}
# Where the cosine ends, as a share of the learning rate.
_LAST_RATE = 0.01
_HISTORY_SIZE = 1024


def build_model(config: Config, data: Data) -> keras.Model:
    """Returns the compiled classifier of a config, not yet adapted to its data."""
    keys = config.model
    with _dtype_policy(config.fit.mixed_precision):
        model = classifier(
            data.input_shape,
            data.num_classes,
            keys.encoder,
            input_normalization=keys.input_normalization,
            layer_normalization=keys.layer_normalization,
            feature_normalization=keys.feature_normalization,
            logit_scaling=keys.logit_scaling,
            columns=data.columns or (),
            augmentation=[_augmentation(layer, index) for index, layer in enumerate(config.augmentation)],
            **{name: getattr(keys, name) for name in _ENCODER_KEYS[keys.encoder]},
        )
        model.compile(
            optimizer=build_optimizer(config, steps_per_epoch(data.train, config.fit.batch_size)),
            loss=build_loss(config),
            metrics=["accuracy"],
            jit_compile=config.fit.jit_compile,
            steps_per_execution=config.fit.steps_per_execution,
        )
    return optimizers.keep_finite_state(model)


def build_optimizer(config: Config, steps: int) -> keras.optimizers.Optimizer:
    """Returns the optimizer of a config for epochs of `steps` steps."""
    keys = config.optimizer
    arguments: dict[str, Any] = {
        "learning_rate": _learning_rate(config, steps),
        "weight_decay": keys.weight_decay,
        "clipvalue": keys.clipvalue,
        "global_clipnorm": keys.global_clipnorm,
        "clipnorm": keys.clipnorm,
        "use_ema": keys.use_ema,
        "ema_momentum": keys.ema_momentum,
        # Several steps in one call are read after the call.
        "history_size": max(_HISTORY_SIZE, 2 * config.fit.steps_per_execution),
    }
    if keys.name == "sgd":
        arguments["momentum"] = keys.momentum
    if keys.name == "adamw":
        # Keras's AdamW refuses None.
        arguments["weight_decay"] = keys.weight_decay or 0.0
    return _OPTIMIZERS[keys.name](**arguments)


def _learning_rate(config: Config, steps: int) -> Any:
    keys, rate = config.optimizer, config.optimizer.learning_rate
    warmup = round(keys.warmup_epochs * steps)
    schedules = keras.optimizers.schedules
    if keys.learning_rate_schedule == "cosine":
        decay = max(config.fit.epochs * steps - warmup, 1)
        if warmup:
            return schedules.CosineDecay(0.0, decay, alpha=_LAST_RATE, warmup_target=rate, warmup_steps=warmup)
        return schedules.CosineDecay(rate, decay, alpha=_LAST_RATE)
    return schedules.PolynomialDecay(0.0, warmup, end_learning_rate=rate, power=1.0) if warmup else rate


def build_loss(config: Config) -> keras.losses.Loss:
    """Returns the cross-entropy of a config: Keras's own where it has every option that is set."""
    keys = config.loss
    if not keys.label_smoothing and not keys.focal_gamma:
        return keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    return SparseCrossentropy(label_smoothing=keys.label_smoothing, focal_gamma=keys.focal_gamma or 0.0)


def class_weight(config: Config, data: Data) -> dict[int, float] | None:
    """Returns the weight of each class. "balanced" gives all classes the same total; the mean over samples is 1."""
    asked = config.fit.class_weight
    if asked is None:
        return None
    if asked == "balanced":
        weights = data.class_counts.sum() / (data.num_classes * data.class_counts)
        return dict(enumerate(weights.tolist()))
    missing = sorted(set(range(data.num_classes)) - set(asked))
    unknown = sorted(set(asked) - set(range(data.num_classes)))
    if missing or unknown:
        must_be = f'"balanced" or a weight for each class id from 0 to {data.num_classes - 1}'
        raise invalid_argument("fit.class_weight", must_be, asked)
    return dict(asked)


def steps_per_epoch(split: Split, batch_size: int) -> int:
    """Returns how many batches an epoch has; counts them where a dataset does not know."""
    if split.y is not None:
        return int(np.ceil(len(split.y) / batch_size))
    if hasattr(split.x, "cardinality"):
        cardinality = int(split.x.cardinality())
        return cardinality if cardinality >= 0 else sum(1 for _ in split.x)
    return int(split.x.num_batches)


def _augmentation(layer: AugmentationLayer, index: int) -> keras.layers.Layer:
    try:
        # Raw inputs overflow float16, so these layers keep to float32.
        return getattr(keras.layers, layer.layer)(**{"dtype": "float32", **layer.arguments})
    except (TypeError, ValueError) as error:
        problem = f"{layer.arguments} ({str(error).splitlines()[0]})"
        raise invalid_argument(f"augmentation[{index}]", f"arguments of keras.layers.{layer.layer}", problem) from error


@contextmanager
def _dtype_policy(name: str | None) -> Iterator[None]:
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(name or "float32")
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)
