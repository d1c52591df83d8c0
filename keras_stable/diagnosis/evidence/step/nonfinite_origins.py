"""Where the first NaN or infinity of a batch comes from: an eager replay, however the model was compiled."""

from collections.abc import Callable, Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from keras_stable.diagnosis.evidence.data.batch import Batch
from keras_stable.diagnosis.evidence.data.nesting import leaves
from keras_stable.diagnosis.evidence.model.demands import demanded_rows
from keras_stable.diagnosis.evidence.model.loss_value import as_tensors, first_scale, forward, loss_of
from keras_stable.diagnosis.evidence.model.names import layer_paths
from keras_stable.diagnosis.evidence.model.own_steps import has_own_step
from keras_stable.diagnosis.evidence.step.operation_words import FirstNonfinite, is_finite
from keras_stable.diagnosis.evidence.step.own_step_origins import own_step_origin
from keras_stable.diagnosis.evidence.tracing.passes import Call, Trace, trace
from keras_stable.diagnosis.evidence.tracing.provenance import each_operation
from keras_stable.diagnosis.facts import NonfiniteOrigin
from keras_stable.keras_private import flatten_layers

_ROWS = 10
_TRIED_ROWS = 64
_STEP_DOWN = 16.0


def nonfinite_origin(model: keras.Model, batch: Batch, step: int, index: int = 0) -> NonfiniteOrigin | None:
    """Returns the first place in data flow where a training step on a batch meets a NaN or infinity; None without one.

    Looks in turn at inputs, labels, weights, the output of each layer, the loss, and the gradients from the loss back.

    Args:
        model: compiled; a copy, whose random seeds and moving averages move on as in training.
        batch: the batch.
        step: int, the step of the probe; -1 before training.
        index: int, which batch of the epoch it is.
    """
    for where, part in (("inputs", batch.x), ("labels", batch.y)):
        rows = _rows(leaves(part))
        if rows:
            return NonfiniteOrigin(step, where, "", "", index, rows)
    bad_weight = _in_weights(model)
    if bad_weight is not None:
        return NonfiniteOrigin(step, "weights", bad_weight[0], bad_weight[1], index)
    if has_own_step(model):
        return own_step_origin(model, batch, step, index)
    tensors = Batch(*map(as_tensors, (batch.x, batch.y, batch.sample_weight)))
    seen = FirstNonfinite()
    with tf.GradientTape(persistent=True) as tape:
        pass_ = trace(model, tensors.x, training=True, see=seen)
        with each_operation(lambda *operation: seen("loss", *operation)):
            loss = loss_of(model, tensors, pass_.answer)
    for call in pass_.calls:
        if not all(map(is_finite, call.given)) and all(map(is_finite, call.entered)):
            words = seen.words.get(call.path) or _inputs_in_words(call)
            rows = _rows([tensor.numpy() for tensor in call.given])
            return NonfiniteOrigin(step, "activations", call.path, "", index, rows, words)
    if not is_finite(loss):
        rows = _alone(batch.rows, lambda row: is_finite(_loss_of_row(model, tensors, pass_.answer, row)))
        return NonfiniteOrigin(step, "loss", "", "", index, rows, seen.words.get("loss", ""))
    return _in_gradients(model, batch, step, index, tape, loss, pass_)


def _in_weights(model: keras.Model) -> tuple[str, str] | None:
    paths = layer_paths(model)
    for layer in [*flatten_layers(model, include_self=False), model]:
        for weight in layer.weights:
            values = weight.numpy()
            if values.dtype.kind in "fV" and not np.isfinite(values.astype("float32")).all():
                owners = [owner for owner in flatten_layers(model, include_self=False) if _owns(owner, weight)]
                return (paths[id(owners[-1])] if owners else model.name), weight.path
    return None


def _owns(layer: keras.layers.Layer, weight: keras.Variable) -> bool:
    return any(own is weight for own in layer.weights)


def _in_gradients(
    model: keras.Model, batch: Batch, step: int, index: int, tape: tf.GradientTape, loss: tf.Tensor, pass_: Trace
) -> NonfiniteOrigin | None:
    variables = list(model.trainable_variables)
    values = [variable.value for variable in variables]
    scale, seen = first_scale(model), FirstNonfinite()
    while True:
        upstream = tf.cast(scale, loss.dtype)
        gradients = tape.gradient(loss, values, output_gradients=upstream)
        if all(map(_finite_gradient, gradients)):
            return None
        if scale <= 1:
            break
        # Overflow of a scaled loss is part of training in 16 bits: the scale is lowered and the step repeated.
        scale = max(1.0, scale / _STEP_DOWN)
    outputs = [tensor for call in pass_.calls for tensor in call.given if tensor.dtype.is_floating]
    with each_operation(lambda *operation: seen("gradients", *operation)):
        of_outputs = tape.gradient(loss, outputs, output_gradients=upstream)
    spoiled = {
        id(tensor) for tensor, gradient in zip(outputs, of_outputs, strict=True) if not _finite_gradient(gradient)
    }
    bad = {
        id(variable) for variable, gradient in zip(variables, gradients, strict=True) if not _finite_gradient(gradient)
    }
    layer = _where_it_starts(pass_.calls, spoiled, bad)
    variable = _first_variable(pass_.calls, variables, bad)
    rows = _alone(batch.rows, lambda row: _finite_row(model, batch, row))
    return NonfiniteOrigin(step, "gradients", layer, variable, index, rows, seen.words.get("gradients", ""))


def _where_it_starts(calls: Sequence[Call], spoiled: set[int], bad: set[int]) -> str:
    """Returns the path of the layer nearest to the loss whose backward pass makes finite numbers NaN or infinite."""
    last = ""
    for call in reversed(calls):
        own = call.layer is not None and any(id(weight) in bad for weight in call.layer.weights)
        if own or any(id(tensor) in spoiled for tensor in call.given):
            if any(id(tensor) in spoiled for tensor in call.given):
                takers = [taker.path for taker in calls if call.path in taker.inputs]
                return takers[-1] if takers else call.path
            return call.path
        last = call.path
    return last


def _first_variable(calls: Sequence[Call], variables: Sequence[keras.Variable], bad: set[int]) -> str:
    """Returns the path of the variable nearest to the loss whose gradient is not finite."""
    for call in reversed(calls):
        for weight in call.layer.weights if call.layer is not None else ():
            if id(weight) in bad:
                return weight.path
    return next((variable.path for variable in variables if id(variable) in bad), "")


def _finite_row(model: keras.Model, batch: Batch, row: int) -> bool:
    # A model that demands a number of rows gets the one as often.
    part = batch.take([row] * (demanded_rows(model) or 1))
    tensors = Batch(*map(as_tensors, (part.x, part.y, part.sample_weight)))
    with tf.GradientTape() as tape:
        loss = loss_of(model, tensors, forward(model, tensors.x, training=True))
    values = [variable.value for variable in model.trainable_variables]
    return all(map(_finite_gradient, tape.gradient(loss, values)))


def _loss_of_row(model: keras.Model, tensors: Batch, answer: Any, row: int) -> tf.Tensor:
    def cut(structure: Any) -> Any:
        return None if structure is None else keras.tree.map_structure(lambda tensor: tensor[row : row + 1], structure)

    return loss_of(model, Batch(cut(tensors.x), cut(tensors.y), cut(tensors.sample_weight)), cut(answer))


def _alone(rows: int, finite: Callable[[int], bool]) -> tuple[int, ...]:
    """Returns the first rows that are not finite on their own."""
    bad: list[int] = []
    for row in range(min(rows, _TRIED_ROWS)):
        if not finite(row):
            bad.append(row)
        if len(bad) == _ROWS:
            break
    return tuple(bad)


def _rows(parts: Sequence[Any]) -> tuple[int, ...]:
    """Returns the first rows of arrays that hold a NaN or infinity."""
    bad: set[int] = set()
    for part in parts:
        array = np.asarray(part)
        if array.dtype.kind in "fV" and array.ndim > 0:
            finite = np.isfinite(array.astype("float32" if array.dtype.itemsize < 4 else array.dtype))
            bad |= set(np.flatnonzero(~finite.reshape(len(array), -1).all(1)).tolist())
    return tuple(sorted(bad)[:_ROWS])


def _inputs_in_words(call: Call) -> str:
    sizes = [np.abs(tensor.numpy().astype("float64")).max() for tensor in call.entered if tensor.dtype.is_floating]
    return f"{call.kind} with inputs up to {max(sizes):.3g}" if sizes else ""


def _finite_gradient(gradient: Any) -> bool:
    if gradient is None:
        return True
    return is_finite(gradient.values if isinstance(gradient, tf.IndexedSlices) else gradient)
