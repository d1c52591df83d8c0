"""The gradients of the model's own loss at its present weights, before any clip."""

import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from keras_stable.diagnosis.evidence.data.batch import Batch
from keras_stable.diagnosis.evidence.model.layer_kinds import own_weights
from keras_stable.diagnosis.evidence.model.loss_value import as_tensors, first_scale, forward, loss_of, penalty_of
from keras_stable.diagnosis.evidence.model.names import layer_paths
from keras_stable.diagnosis.evidence.model.own_steps import has_own_step
from keras_stable.diagnosis.evidence.step.step_watching import Watched, watched_step
from keras_stable.diagnosis.evidence.step.sums import sum_of_sizes, sum_of_squares
from keras_stable.diagnosis.evidence.tracing.dataflow import last_learnt
from keras_stable.diagnosis.evidence.tracing.graph_tracing import recurrent
from keras_stable.diagnosis.facts import Gradients, Structure, VariableGradient
from keras_stable.diagnosis.rule import Skip
from keras_stable.keras_private import flatten_layers

_STEP_DOWN = 16.0


def gradients(model: keras.Model, batches: Iterable[Batch], structure: Structure) -> Gradients:
    """Returns the gradients of every trainable variable on some batches, in training mode.

    The loss is that of `compute_loss`. Where the optimizer scales the loss, it is scaled here too, by less where that
    overflows, and the gradients are divided by the scale. Of a model with a `train_step` of its own it is what that
    step hands to its optimizers; variables that it hands to none, such as those of a teacher, are left out.

    Args:
        model: compiled; a copy, whose random seeds and moving averages move on as in training.
        batches: at least one.
        structure: of the model, for the order of the variables.

    Raises:
        Skip: nothing is trainable.
    """
    variables = list(model.trainable_variables)
    if not variables:
        raise Skip("the model has no trainable variables")
    owners = variable_owners(model, structure)
    order = {layer.path: index for index, layer in enumerate(structure.layers)}

    def in_order(variable: keras.Variable) -> int:
        return order.get(owners.get(id(variable), ""), len(order))

    if has_own_step(model):
        variables, figures = _of_own_step(model, batches, in_order)
    else:
        variables.sort(key=in_order)
        step, scale = _step(model, variables), first_scale(model)
        figures = [_figures(step, batch, scale) for batch in batches]
    data = np.array([sizes for sizes, _, _ in figures])
    totals = [_norm(sizes[:, 0]) for sizes, _, _ in figures]
    readout = last_learnt(structure.layers)
    facts = []
    for index, variable in enumerate(variables):
        path = owners.get(id(variable), model.name)
        part = "readout" if path in readout else "encoder"
        facts.append(_variable(variable, path, order.get(path, len(order)), part, data[:, index]))
    return Gradients(
        variables=tuple(facts),
        global_norms=tuple(totals),
        penalty_norm=float(np.mean([penalty for _, penalty, _ in figures])),
        data_norm=float(np.mean([norm for _, _, norm in figures])),
        batches=len(figures),
    )


Figures = tuple[np.ndarray, float, float]


def _of_own_step(
    model: keras.Model, batches: Iterable[Batch], in_order: Callable[[keras.Variable], int]
) -> tuple[list[keras.Variable], list[Figures]]:
    """Returns the variables that a model's own step hands to its optimizers, and as `_figures` those of each batch."""
    steps = [_sizes(watched_step(model, batch)) for batch in batches]
    handed = {key: variable for variables, _ in steps for key, variable in variables.items()}
    if not handed:
        raise Skip("the training step hands no gradient to an optimizer of Keras")
    variables = sorted(handed.values(), key=in_order)
    # What its penalties add cannot be told apart.
    penalty = math.nan if model.losses else 0.0
    figures = []
    for _, sizes in steps:
        rows = np.array([sizes.get(id(variable), (0.0, 0.0, 0.0)) for variable in variables])
        figures.append((rows, penalty, _norm(rows[:, 0])))
    return variables, figures


def _sizes(step: Watched) -> tuple[dict[int, keras.Variable], dict[int, tuple[float, float, float]]]:
    """Returns the variables of a step and the sizes of their gradients; of one that is applied twice, the mean."""
    variables: dict[int, keras.Variable] = {}
    sizes: dict[int, list[tuple[float, float, float]]] = {}
    for applied in step.applied:
        for variable, gradient in zip(applied.variables, applied.gradients, strict=False):
            variables[id(variable)] = variable
            sizes.setdefault(id(variable), []).append(_size(gradient, 1.0))
    means = {key: np.mean(several, axis=0) for key, several in sizes.items()}
    return variables, {key: (float(mean[0]), float(mean[1]), float(mean[2] > 0)) for key, mean in means.items()}


def variable_owners(model: keras.Model, structure: Structure) -> dict[int, str]:
    """Returns the path of the layer that owns each weight, by the `id` of the weight.

    A layer of the structure is preferred to a layer inside it; weights of the model itself go by its name.
    """
    paths, in_structure = layer_paths(model), {layer.path for layer in structure.layers}
    owners: dict[int, str] = {}
    layers = flatten_layers(model, include_self=False)
    layers = list(layers)
    for layer in layers:
        if paths.get(id(layer)) in in_structure:
            owners |= {id(weight): paths[id(layer)] for weight in layer.weights if id(weight) not in owners}
    for layer in layers:
        for weight in own_weights(layer):
            owners.setdefault(id(weight), paths.get(id(layer), layer.name))
    return {id(weight): owners.get(id(weight), model.name) for weight in model.weights}


def _step(model: keras.Model, variables: Sequence[keras.Variable]) -> Callable[[Batch, tf.Tensor], tuple]:
    """Returns a function from a batch and a scale to the gradients of the loss and those of the penalties."""
    values = [variable.value for variable in variables]

    # A tape that is read twice holds all activations to the end. Penalties of the last pass tell whether it need be.
    penalized = bool(model.losses) and model.loss is not None

    def gradient(x: Any, y: Any, sample_weight: Any, scale: tf.Tensor) -> tuple:
        nonlocal penalized
        with tf.GradientTape(persistent=penalized) as tape:
            loss = loss_of(model, Batch(x, y, sample_weight), forward(model, x, training=True))
            # Without a loss of `compile`, what `add_loss` adds is the loss itself.
            penalty = penalty_of(model) if model.loss is not None else None
        if penalty is not None and not penalized:
            penalized = True
            return gradient(x, y, sample_weight, scale)
        upstream = tf.cast(scale, loss.dtype)
        of_penalty = None if penalty is None else tape.gradient(penalty, values, output_gradients=upstream)
        return tape.gradient(loss, values, output_gradients=upstream), of_penalty

    # The loop over time of a recurrent layer is slow without a graph.
    run = tf.function(gradient, autograph=False, reduce_retracing=True) if recurrent(model) else gradient
    return lambda batch, scale: run(batch.x, batch.y, batch.sample_weight, scale)


def _figures(step: Callable[[Batch, tf.Tensor], tuple], batch: Batch, scale: float) -> Figures:
    """Returns (norm, mean absolute value, received) of each variable's gradient, and the norms of penalty and data."""
    tensors = Batch(*map(as_tensors, (batch.x, batch.y, batch.sample_weight)))
    while True:
        total, of_penalty = step(tensors, tf.constant(scale, tf.float32))
        figures = np.array([_size(gradient, scale) for gradient in total])
        if scale <= 1 or np.isfinite(figures).all():
            break
        scale = max(1.0, scale / _STEP_DOWN)
    if of_penalty is None or all(gradient is None for gradient in of_penalty):
        return figures, 0.0, _norm(figures[:, 0])
    penalty = _norm(np.array([_size(gradient, scale)[0] for gradient in of_penalty]))
    data = [_difference(one, other) for one, other in zip(total, of_penalty, strict=True)]
    return figures, penalty, _norm(np.array([_size(gradient, scale)[0] for gradient in data]))


def _size(gradient: Any, scale: float) -> tuple[float, float, float]:
    """Returns L2 norm, mean absolute value, and 1.0 for a gradient that is there, without the scale of the loss."""
    if gradient is None:
        return 0.0, 0.0, 0.0
    count = math.prod(gradient.dense_shape.numpy() if isinstance(gradient, tf.IndexedSlices) else gradient.shape)
    values = _rows(gradient)
    return math.sqrt(sum_of_squares(values)) / scale, sum_of_sizes(values) / scale / max(count, 1), 1.0


def _rows(gradient: Any) -> np.ndarray:
    """Returns a gradient as an array; of a sparse one, the rows that are not 0, each once and summed."""
    if not isinstance(gradient, tf.IndexedSlices):
        return np.asarray(gradient)
    indices, places = np.unique(gradient.indices.numpy(), return_inverse=True)
    values = gradient.values.numpy()
    rows = np.zeros((len(indices), *values.shape[1:]), "float64")
    np.add.at(rows, places.reshape(-1), values)
    return rows


def _difference(total: Any, penalty: Any) -> Any:
    if total is None or penalty is None:
        return total
    return tf.convert_to_tensor(total) - tf.convert_to_tensor(penalty)


def _norm(norms: np.ndarray) -> float:
    with np.errstate(over="ignore", invalid="ignore"):
        return float(np.linalg.norm(norms))


def _variable(variable: keras.Variable, layer: str, depth: int, part: str, figures: np.ndarray) -> VariableGradient:
    norms, mean_abs, received = figures[:, 0], figures[:, 1], bool(figures[:, 2].any())
    return VariableGradient(
        path=variable.path,
        layer=layer,
        depth=depth,
        part=part,
        size=math.prod(variable.shape),
        received=received,
        norms=tuple(norms.tolist()),
        mean_abs=float(mean_abs.mean()),
        zero=received and bool((norms == 0).all()),
        nonfinite=int((~np.isfinite(norms)).sum()),
        weight_norm=math.sqrt(sum_of_squares(np.asarray(variable.value))),
    )
