"""The keys that the logs of a `fit` will have."""

from collections.abc import Callable, Mapping
from typing import Any

import keras

from keras_stable.diagnosis.evidence.copying.snapshot import kept_state
from keras_stable.diagnosis.evidence.data.source import Batch
from keras_stable.diagnosis.evidence.model.loss_value import as_tensors, forward

_ROWS = 2


def has_own(model: keras.Model, *methods: str) -> bool:
    """Whether a class on top of Keras's `Model` has its own version of one of these methods.

    >>> has_own(keras.Sequential([keras.layers.Dense(1)]), "train_step", "compute_metrics")
    False
    """
    return any(getattr(type(model), name) is not getattr(keras.Model, name) for name in methods)


def compiled_keys(model: keras.Model, sample: Batch) -> frozenset[str]:
    """Returns the keys that Keras's own step logs: the loss, that of each output, and every metric.

    Args:
        model: compiled; a copy, which is left as it was.
        sample: rows with labels.
    """
    rows = sample.take(slice(_ROWS))
    x, y, weight = as_tensors(rows.x), as_tensors(rows.y), as_tensors(rows.sample_weight)
    with kept_state(model):
        answer = forward(model, x, training=False)
        if model.loss is not None:
            model.compute_loss(x, y, answer, weight, training=False)
        return frozenset(model.compute_metrics(x, y, answer, weight))


def epoch_keys(
    model: keras.Model, sample: Batch, validated: bool, step: Callable[[], Mapping[str, Any]]
) -> frozenset[str]:
    """Returns the keys of the logs at the end of an epoch.

    Args:
        model: compiled; a copy.
        sample: rows with labels.
        validated: bool, whether any epoch is followed by a validation.
        step: takes a training step and returns its logs; called where the step is the user's own.
    """
    trained = frozenset(step()) if has_own(model, "train_step") else compiled_keys(model, sample)
    if not validated:
        return trained
    tested = _tested(model, sample) if has_own(model, "test_step") else compiled_keys(model, sample)
    return trained | {f"val_{key}" for key in tested}


def _tested(model: keras.Model, sample: Batch) -> frozenset[str]:
    rows = sample.take(slice(_ROWS))
    with kept_state(model):
        data = as_tensors(tuple(part for part in (rows.x, rows.y) if part is not None))
        return frozenset(model.test_step(data))
