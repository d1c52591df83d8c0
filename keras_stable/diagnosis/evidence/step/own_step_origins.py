"""Where the first NaN or infinity of a training step of the user's own comes from: the step itself, run eagerly."""

import functools
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import keras
import tensorflow as tf

from keras_stable.diagnosis.evidence.data.batch import Batch
from keras_stable.diagnosis.evidence.model.names import layer_paths
from keras_stable.diagnosis.evidence.step.operation_words import FirstNonfinite, is_finite
from keras_stable.diagnosis.evidence.step.step_watching import Watched, watched_step
from keras_stable.diagnosis.evidence.tracing.provenance import each_operation
from keras_stable.diagnosis.facts import NonfiniteOrigin
from keras_stable.keras_private import flatten_layers


def own_step_origin(model: keras.Model, batch: Batch, step: int, index: int) -> NonfiniteOrigin | None:
    """Returns whether the loss or the gradients of an own step are the first that are not finite; None for neither.

    Args:
        model: compiled, with a `train_step` of its own; a copy.
        batch: of finite numbers, for finite weights.
        step, index: int, as in `NonfiniteOrigin.step` and `batch`.
    """
    seen, phase = FirstNonfinite(), ["loss"]
    with _phases(phase), each_operation(lambda *operation: seen(phase[0], *operation)):
        watched = watched_step(model, batch)
    variable = _first_variable(watched)
    # What is divided or taken to the power in the backward pass may be NaN in the first place and be left out later.
    forward = "loss" in seen.words and not all(map(is_finite, map(tf.constant, watched.logs.values())))
    if forward:
        return NonfiniteOrigin(step, "loss", "", "", index, (), seen.words["loss"])
    if variable is None:
        return None
    return NonfiniteOrigin(
        step, "gradients", _owner(model, variable), variable.path, index, (), seen.words.get("gradients", "")
    )


@contextmanager
def _phases(phase: list[str]) -> Iterator[None]:
    """Keeps the list at "gradients" while a tape computes them, and at "loss" otherwise."""
    original = tf.GradientTape.gradient

    @functools.wraps(original)
    def gradient(*args: Any, **kwargs: Any) -> Any:
        before, phase[0] = phase[0], "gradients"
        try:
            return original(*args, **kwargs)
        finally:
            phase[0] = before

    tf.GradientTape.gradient = gradient
    try:
        yield
    finally:
        tf.GradientTape.gradient = original


def _first_variable(watched: Watched) -> Any | None:
    for applied in watched.applied:
        pairs: Sequence[tuple[Any, Any]] = list(zip(applied.variables, applied.gradients, strict=False))
        for variable, gradient in reversed(pairs):
            values = gradient.values if isinstance(gradient, tf.IndexedSlices) else gradient
            if values is not None and not is_finite(values):
                return variable
    return None


def _owner(model: keras.Model, variable: Any) -> str:
    paths = layer_paths(model)
    owners = [
        layer
        for layer in flatten_layers(model, include_self=False)
        if any(weight is variable for weight in layer.weights)
    ]
    return paths.get(id(owners[-1]), owners[-1].name) if owners else model.name
