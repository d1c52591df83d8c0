"""The loss and the accuracy over epochs and over the steps of the probe."""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence

from keras_stable.diagnosis.facts import Evaluation, History, Learning, Probe
from keras_stable.diagnosis.reporting.plots.curves import Curve, draw_curves, story
from keras_stable.diagnosis.reporting.plots.drawing import Drawing, Facts, percent, wide
from keras_stable.reporting.numbers import significant


def losses(facts: Facts) -> Iterator[Drawing]:
    """Yields the loss by epoch, of training and validation, and by step of the probe."""
    history: History | None = facts.get("history")
    probe: Probe | None = facts.get("probe")
    if history is not None and (history.loss or history.val_loss):
        yield _loss("Loss by epoch", "epoch", _both(history.loss, history.val_loss), history.constant_loss)
    if probe is not None and probe.loss:
        yield _loss("Loss by step of the probe", "step", [Curve("loss of the batch", probe.loss)], _constant(facts))


def accuracies(facts: Facts) -> Iterator[Drawing]:
    """Yields the accuracy by epoch, of training and validation."""
    history: History | None = facts.get("history")
    if history is None or not (history.accuracy or history.val_accuracy):
        return
    curves = _both(history.accuracy, history.val_accuracy)
    shown = [Curve(curve.label, [100 * value for value in curve.values]) for curve in curves]
    levels = _level("always the commonest label", 100 * history.majority_share)
    title = "Accuracy by epoch"
    yield Drawing(
        title,
        "Share of the samples that are answered right.",
        f"Line chart. {story(curves, percent)}{_said(levels, lambda value: f'{value:.0f} %')}",
        lambda: draw_curves(title, "epoch", "% of the samples", shown, levels=levels),
    )


def _loss(title: str, xlabel: str, curves: Sequence[Curve], constant: float) -> Drawing:
    levels = _level("best constant answer", constant)
    log = wide([*(value for curve in curves for value in curve.values), *levels.values()])
    axis = ", on a logarithmic axis" if log else ""
    line = " A model that has learnt something lies under the line of the best constant answer." if levels else ""
    return Drawing(
        title,
        f"The loss{axis}.{line}",
        f"Line chart. {story(curves, significant)}{_said(levels, significant)}",
        lambda: draw_curves(title, xlabel, "loss", curves, log, levels),
    )


def _both(training: Sequence[float], validation: Sequence[float]) -> list[Curve]:
    return [Curve(label, values) for label, values in (("training", training), ("validation", validation)) if values]


def _constant(facts: Facts) -> float:
    learning: Learning | None = facts.get("learning")
    evaluation: Evaluation | None = facts.get("evaluation")
    if learning is not None and math.isfinite(learning.constant_loss):
        return learning.constant_loss
    return evaluation.outputs[0].constant_loss if evaluation is not None and len(evaluation.outputs) == 1 else math.nan


def _level(label: str, value: float) -> dict[str, float]:
    return {label: value} if math.isfinite(value) else {}


def _said(levels: Mapping[str, float], text: Callable[[float], str]) -> str:
    return "".join(f" {label[0].upper()}{label[1:]}: {text(value)}." for label, value in levels.items())
