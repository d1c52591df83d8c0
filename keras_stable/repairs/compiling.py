"""Edits of what `compile` is given: optimizer, schedule, loss, metrics."""

import re
from collections.abc import Callable, Sequence
from typing import Any

import keras

from keras_stable.diagnosis.edit import Edit
from keras_stable.keras_private import compile_arguments, learning_rate_source
from keras_stable.losses import ScaledTargets
from keras_stable.repairs.expressions import CannotApplyError, evaluated

TARGETS = ("compile", "optimizer", "schedule", "loss", "metric")

Arguments = dict[str, Any]


def compiled(
    model: keras.Model, source: keras.Model, edits: Sequence[Edit], ends: dict[int, tuple[float, float]]
) -> None:
    """Compiles a model as another one was, but for the edits.

    Args:
        model: what is compiled; it may be `source` itself.
        source: a copy that nobody needs any more.
        edits: those whose targets are of `compile`; others are passed over.
        ends: dict of an output's number to (factor, offset) of the `Rescaling` behind it, which its loss undoes.

    Raises:
        CannotApplyError: one of the edits cannot be made here.
    """
    arguments = compile_arguments(source)
    arguments["optimizer"] = source.optimizer
    steps = int(source.optimizer.iterations)
    own = [edit for edit in edits if edit.target.partition(":")[0] in TARGETS]
    for edit in own:
        _CHANGES[edit.target.partition(":")[0]](arguments, edit, source)
    if ends:
        arguments["loss"] = _scaled(arguments["loss"], ends, source)
    if arguments["optimizer"] is source.optimizer:
        arguments["optimizer"] = _remade(source.optimizer, {})
    try:
        keras.Model.compile(model, **arguments)
    except (ValueError, TypeError) as error:
        raise CannotApplyError(f"The model cannot be compiled so: {error}".splitlines()[0]) from error
    if steps:
        # A schedule goes on from where the training has come to.
        model.optimizer.iterations.assign(steps)


def set_rate(model: keras.Model, edits: Sequence[Edit]) -> bool:
    """Makes edits that are of nothing but the rate, and leaves the state of the optimizer; returns whether it could.

    Args:
        model: compiled.
        edits: of what `compile` is given; none of them is easily made.
    """
    if any((edit.kind, edit.target, edit.argument) != ("set_argument", "optimizer", "learning_rate") for edit in edits):
        return False
    rates = [evaluated(edit.value) for edit in edits]
    optimizer = getattr(model.optimizer, "inner_optimizer", model.optimizer)
    if rates and not (
        isinstance(rates[-1], float | int) and isinstance(learning_rate_source(optimizer), keras.Variable)
    ):
        return False
    if rates:
        optimizer.learning_rate = float(rates[-1])
    return True


def _remade(optimizer: Any, changed: dict[str, Any]) -> Any:
    inner = getattr(optimizer, "inner_optimizer", None)
    try:
        if inner is not None:
            return type(optimizer)(_remade(inner, changed), dynamic_growth_steps=optimizer.dynamic_growth_steps)
        config = optimizer.get_config()
        source = learning_rate_source(optimizer)
        if not isinstance(source, keras.Variable) and source is not None:
            # A schedule of the user's own need not be one that a config describes.
            config["learning_rate"] = source
        if unknown := set(changed) - set(config):
            raise CannotApplyError(f"{type(optimizer).__name__} takes no {', '.join(sorted(unknown))}.")
        return _from_config(type(optimizer), {**config, **changed})
    except (ValueError, TypeError, NotImplementedError) as error:
        if isinstance(error, CannotApplyError):
            raise
        raise CannotApplyError(f"The optimizer cannot be made anew: {error}".splitlines()[0]) from error


def _from_config(kind: type, config: dict[str, Any]) -> Any:
    rate = config.get("learning_rate")
    if isinstance(rate, float | int | dict):
        return kind.from_config(config)  # type: ignore[attr-defined]
    made = kind.from_config({**config, "learning_rate": 0.001})  # type: ignore[attr-defined]
    again = made.get_config()
    again.pop("learning_rate")
    return kind(learning_rate=rate, **again)


def _of_compile(arguments: Arguments, edit: Edit, source: keras.Model) -> None:
    if edit.argument not in arguments:
        raise CannotApplyError(f"`compile` takes no {edit.argument}.")
    arguments[edit.argument] = evaluated(edit.value)


def _of_optimizer(arguments: Arguments, edit: Edit, source: keras.Model) -> None:
    optimizer = arguments["optimizer"]
    if edit.kind == "replace":
        inner = _remade(optimizer, {}) if re.search(r"\boptimizer\)", edit.value) else optimizer
        arguments["optimizer"] = evaluated(edit.value, optimizer=inner)
    else:
        value = evaluated(edit.value)
        if isinstance(value, int) and edit.argument == "learning_rate":
            value = float(value)
        arguments["optimizer"] = _remade(optimizer, {edit.argument: value})


def _of_schedule(arguments: Arguments, edit: Edit, source: keras.Model) -> None:
    optimizer = arguments["optimizer"]
    schedule = learning_rate_source(getattr(optimizer, "inner_optimizer", optimizer))
    if not isinstance(schedule, keras.optimizers.schedules.LearningRateSchedule):
        raise CannotApplyError("The optimizer has no schedule.")
    changed = type(schedule).from_config({**schedule.get_config(), edit.argument: evaluated(edit.value)})
    arguments["optimizer"] = _remade(optimizer, {"learning_rate": changed})


def _of_loss(arguments: Arguments, edit: Edit, source: keras.Model) -> None:
    name = edit.target.partition(":")[2]
    if not name:
        arguments["loss"] = _new_loss(arguments["loss"], edit)
        return
    losses = _by_output(arguments["loss"], source)
    if name not in losses:
        raise CannotApplyError(f"There is no loss of an output {name}.")
    arguments["loss"] = _like(arguments["loss"], {**losses, name: _new_loss(losses[name], edit)})


def _new_loss(loss: Any, edit: Edit) -> Any:
    before = keras.losses.get(loss) if isinstance(loss, str) else loss
    if edit.kind == "replace":
        return evaluated(edit.value, loss=before)
    value = evaluated(edit.value)
    if isinstance(before, keras.losses.Loss):
        return type(before).from_config({**before.get_config(), edit.argument: value})
    words = "".join(part.capitalize() for part in getattr(before, "__name__", "").split("_"))
    kind = getattr(keras.losses, words, None)
    if kind is None:
        raise CannotApplyError(f"The loss takes no {edit.argument}.")
    return kind(**{edit.argument: value})


def _by_output(losses: Any, source: keras.Model) -> dict[str, Any]:
    if isinstance(losses, dict):
        return dict(losses)
    names = list(getattr(source, "output_names", None) or ["output"])
    if isinstance(losses, list | tuple):
        return dict(zip(names, losses, strict=True))
    return dict.fromkeys(names, losses)


def _like(before: Any, losses: dict[str, Any]) -> Any:
    return losses if isinstance(before, dict) else list(losses.values())


def _scaled(losses: Any, ends: dict[int, tuple[float, float]], source: keras.Model) -> Any:
    """Returns the losses of values in the unit that the layers before each `Rescaling` give."""
    by_output = _by_output(losses, source)
    for number, name in enumerate(list(by_output)):
        if number in ends:
            factor, offset = ends[number]
            by_output[name] = ScaledTargets(by_output[name], 1 / factor, -offset / factor)
    return next(iter(by_output.values())) if len(by_output) == 1 else list(by_output.values())


def _of_metric(arguments: Arguments, edit: Edit, source: keras.Model) -> None:
    name, count = edit.target.partition(":")[2], 0

    def change(metric: Any) -> Any:
        nonlocal count
        if metric is None or name not in _metric_names(metric):
            return metric
        count += 1
        return evaluated(edit.value)

    for key in ("metrics", "weighted_metrics"):
        arguments[key] = _every(change, arguments[key])
    if not count:
        raise CannotApplyError(f"There is no metric {name}.")


def _every(change: Callable[[Any], Any], metrics: Any) -> Any:
    if isinstance(metrics, dict):
        return {key: _every(change, value) for key, value in metrics.items()}
    if isinstance(metrics, list | tuple):
        return [_every(change, value) for value in metrics]
    return change(metrics)


_RESOLVED = {
    **dict.fromkeys(("accuracy", "acc"), "accuracy"),
    **dict.fromkeys(("crossentropy", "ce"), "crossentropy"),
}


def _metric_names(metric: Any) -> set[str]:
    """Returns what a target may call a metric: what it resolves to where Keras chooses by the labels, too."""
    if isinstance(metric, str) and metric in _RESOLVED:
        kind = _RESOLVED[metric]
        return {metric, kind, *(f"{labels}_{kind}" for labels in ("binary", "categorical", "sparse_categorical"))}
    if isinstance(metric, str):
        function = keras.metrics.get(metric)
        return {metric, _snake(type(function).__name__), getattr(function, "__name__", metric)}
    return {_snake(type(metric).__name__), getattr(metric, "__name__", "")}


def _snake(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


_CHANGES = {
    "compile": _of_compile,
    "optimizer": _of_optimizer,
    "schedule": _of_schedule,
    "loss": _of_loss,
    "metric": _of_metric,
}
