"""The curves of runs: loss, accuracy, gradient norm and prediction diversity."""

from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from keras_stable.results import Curves

_LIMIT = 10.0


def draw_curves(runs: Mapping[str, Curves]) -> Figure:
    """Draws four panels, one line for each run in each.

    Args:
        runs: the curves of each run, by the label that stands in the legend.

    Returns:
        A matplotlib `Figure`, 11 x 7 inches.
    """
    figure = Figure(figsize=(11, 7), layout="constrained")
    FigureCanvasAgg(figure)
    panels = figure.subplots(2, 2)
    draws: list[Callable[[Axes, Mapping[str, Curves]], None]] = [_accuracy, _norms, _loss, _diversity]
    for axes, draw in zip(panels.ravel(), draws, strict=True):
        draw(axes, runs)
        axes.grid(alpha=0.3)
        axes.legend(fontsize=8)
    return figure


def save_curves(runs: Mapping[str, Curves], path: Path) -> None:
    """Writes the panels as a picture."""
    draw_curves(runs).savefig(path, dpi=110)


def _accuracy(axes: Axes, runs: Mapping[str, Curves]) -> None:
    axes.set(title="Validation accuracy", xlabel="epoch", ylim=(-0.02, 1.02))
    for label, curves in runs.items():
        _line(axes, curves, "val_accuracy", label)


def _norms(axes: Axes, runs: Mapping[str, Curves]) -> None:
    axes.set(title="Gradient norm before clipping, every step", xlabel="step", yscale="log")
    for label, curves in runs.items():
        norms = np.where(np.isfinite(curves.global_norm) & (curves.global_norm > 0), curves.global_norm, np.nan)
        axes.plot(np.arange(len(norms)), norms, linewidth=0.8, label=label)
    axes.axhline(_LIMIT, color="black", linestyle=":", linewidth=1, label=f"{_LIMIT:g}")


def _loss(axes: Axes, runs: Mapping[str, Curves]) -> None:
    axes.set(title="Loss (solid: training, dashed: validation)", xlabel="epoch", yscale="log")
    for label, curves in runs.items():
        (line,) = _line(axes, curves, "loss", label)
        _line(axes, curves, "val_loss", None, color=line.get_color(), linestyle="--")


def _diversity(axes: Axes, runs: Mapping[str, Curves]) -> None:
    axes.set(title="Effective classes predicted in validation", xlabel="epoch")
    for label, curves in runs.items():
        _line(axes, curves, "val_effective_classes", label)
    axes.set_ylim(bottom=0)


def _line(axes: Axes, curves: Curves, key: str, label: str | None, **style: object) -> list:
    values = np.asarray(curves.history.get(key, ()), np.float64)
    # A marker keeps a run of one epoch visible.
    marker = "." if len(values) < 30 else None
    return axes.plot(np.arange(1, len(values) + 1), values, label=label, marker=marker, **style)
