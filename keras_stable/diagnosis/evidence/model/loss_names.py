"""The losses and metrics that Keras makes of what `compile` was given, by the names that the rules use."""

import functools
import inspect
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import keras

from keras_stable.diagnosis.evidence.data.nesting import leaves
from keras_stable.diagnosis.rule import Lost
from keras_stable.diagnosis.vocabulary import CUSTOM
from keras_stable.imports import first_line
from keras_stable.keras_private import fresh_losses, fresh_metrics, wrapped_function
from keras_stable.losses import SparseCrossentropy


@dataclass(frozen=True)
class LossFacts:
    """A loss, as in `facts.Output`."""

    loss: str = ""
    from_logits: bool | None = None
    loss_weight: float = 1.0
    weighted: bool = False
    label_smoothing: float = 0.0
    ignore_class: int | None = None


def losses(model: keras.Model, y: Any, answer: Any) -> list[LossFacts]:
    """Returns the loss of each part of `keras.tree.flatten(answer)`; `LossFacts()` for an output without one.

    Keras itself resolves strings, lists and dictionaries, on an object of its own, so that the model is left alone.

    Raises:
        Lost: Keras cannot match the losses with the outputs.
    """
    parts = keras.tree.flatten(answer)
    facts = [LossFacts() for _ in parts]
    try:
        output_names, resolved = fresh_losses(model, _like(y, answer), answer) or (None, [])
    except (ValueError, KeyError, TypeError) as error:
        raise Lost(f"the losses do not fit the outputs: {first_line(error)}") from error
    for loss in resolved:
        part = functools.reduce(lambda inside, key: inside[key], loss.path, _by_name(answer, loss.path, output_names))
        index = next(index for index, candidate in enumerate(parts) if candidate is part)
        facts[index] = _facts(loss.loss, loss.loss_weights)
    return facts


def metrics(model: keras.Model, y: Any, answer: Any) -> list[tuple[str, ...]]:
    """Returns the names of the metrics of each part of `keras.tree.flatten(answer)`, weighted ones included."""
    try:
        resolved = fresh_metrics(model, _like(y, answer), answer)
    except (ValueError, KeyError, TypeError, IndexError) as error:
        raise Lost(f"the metrics do not fit the outputs: {first_line(error)}") from error
    if resolved is None:
        return [() for _ in keras.tree.flatten(answer)]
    order, listed = resolved
    names = [tuple(_metric_name(metric) for group in both if group for metric in group.metrics) for both in listed]
    if order and isinstance(answer, dict):
        by_name = dict(zip(order, names, strict=True))
        return [by_name.get(path[0], ()) for path, _ in keras.tree.flatten_with_path(answer)]
    return names


def snake(name: str) -> str:
    """Returns a class name in snake case.

    >>> snake("SparseCategoricalCrossentropy"), snake("KLDivergence"), snake("AUC")
    ('sparse_categorical_crossentropy', 'kl_divergence', 'auc')
    """
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()


def _facts(loss: Any, weight: Any) -> LossFacts:
    function, fixed = _function(loss)
    own = type(loss) if function is None else function
    name = _name(loss, function)
    return LossFacts(
        loss=name,
        from_logits=None if name == CUSTOM else _from_logits(loss, function, fixed),
        loss_weight=1.0 if weight is None else float(weight),
        weighted="focal" in getattr(own, "__name__", "").lower() or bool(getattr(loss, "focal_gamma", 0)),
        label_smoothing=float(fixed.get("label_smoothing", getattr(loss, "label_smoothing", 0.0)) or 0.0),
        ignore_class=fixed.get("ignore_class", getattr(loss, "ignore_class", None)),
    )


def _function(loss: Any) -> tuple[Any, Mapping[str, Any]]:
    """Returns the function that a loss or metric wraps, and the arguments that it fixes; None without one."""
    function, fixed = wrapped_function(loss)
    while isinstance(function, functools.partial):
        fixed = {**function.keywords, **fixed}
        function = function.func
    return function, fixed


def _name(loss: Any, function: Any) -> str:
    if isinstance(loss, SparseCrossentropy):
        return "sparse_categorical_crossentropy"
    if function is not None and _of_keras(function):
        return function.__name__
    if type(loss).__name__ != "LossFunctionWrapper" and _of_keras(type(loss)):
        return snake(type(loss).__name__)
    return CUSTOM


def _from_logits(loss: Any, function: Any, fixed: Mapping[str, Any]) -> bool | None:
    if "from_logits" in fixed:
        return bool(fixed["from_logits"])
    if isinstance(getattr(loss, "from_logits", None), bool):
        return loss.from_logits
    if function is not None and "from_logits" in inspect.signature(function).parameters:
        return bool(inspect.signature(function).parameters["from_logits"].default)
    return None


def _metric_name(metric: Any) -> str:
    function, _ = _function(metric)
    if _of_keras(type(metric)) and type(metric).__name__ not in ("MeanMetricWrapper", "Mean", "Sum"):
        return snake(type(metric).__name__)
    return function.__name__ if function is not None and _of_keras(function) else CUSTOM


def _of_keras(thing: Any) -> bool:
    return str(getattr(thing, "__module__", "")).split(".")[0] == "keras"


def _like(y: Any, answer: Any) -> Any:
    """Returns the labels in the structure of the outputs, as Keras brings them there before it builds a loss."""
    labels, parts = leaves(y), keras.tree.flatten(answer)
    if isinstance(y, dict) and isinstance(answer, dict):
        return y
    return keras.tree.pack_sequence_as(answer, labels) if len(labels) == len(parts) else y


def _by_name(answer: Any, path: tuple[Any, ...], names: Any) -> Any:
    """Returns the outputs by name where a dictionary of losses names those of a model that returns no dictionary."""
    if path and isinstance(path[0], str) and not isinstance(answer, dict):
        return dict(zip(names, keras.tree.flatten(answer), strict=True))
    return answer
