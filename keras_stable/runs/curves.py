"""The curves of runs: accuracy, gradient norm, loss and prediction diversity."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from keras_stable.plots.axes import finish, log_scale
from keras_stable.plots.bands import spread
from keras_stable.plots.line_styles import line_style
from keras_stable.reporting.temporary_path import TemporaryPath
from keras_stable.runs.results import NORM_LIMIT, Curves

Runs = Mapping[str, Curves | Sequence[Curves]]
_Groups = Mapping[str, Sequence[Curves]]
# More points than this across a panel run together.
_MOST_POINTS = 200


def draw_curves(runs: Runs) -> Figure:
    """Draws four panels: accuracy, gradient norm, both losses, and effective classes.

    Args:
        runs: the curves of each label of the legend. Several `Curves` of one label, such as those of several
            seeds, are drawn as their median, in a band from the smallest to the largest.

    Returns:
        A matplotlib `Figure`, 11 x 7.5 inches, and higher where the legend needs more than a line.
    """
    return _figure(["accuracy", "gradient_norm", "loss", "effective_classes"], runs, (2, 2), (11, 7.5))


def draw_panel(panel: str, runs: Runs) -> Figure:
    """Draws one panel alone.

    Args:
        panel: "accuracy", "gradient_norm", "loss", "training_loss", "validation_loss" or "effective_classes".
        runs: as for `draw_curves`.

    Returns:
        A matplotlib `Figure`, 6.4 x 4.4 inches, and higher where the legend needs more than a line.
    """
    return _figure([panel], runs, (1, 1), (6.4, 4.4))


def save_curves(runs: Runs, path: Path) -> None:
    """Writes the four panels as a picture, whole or not at all."""
    with TemporaryPath(path) as temporary:
        draw_curves(runs).savefig(temporary, dpi=110)


def _figure(panels: Sequence[str], runs: Runs, grid: tuple[int, int], size: tuple[float, float]) -> Figure:
    figure = Figure(figsize=size, layout="constrained")
    FigureCanvasAgg(figure)
    groups = {label: [curves] if isinstance(curves, Curves) else list(curves) for label, curves in runs.items()}
    for axes, panel in zip(figure.subplots(*grid, squeeze=False).ravel(), panels, strict=True):
        _PANELS[panel](axes, groups)
    finish(figure)
    return figure


def _accuracy(axes: Axes, runs: _Groups) -> None:
    axes.set(title="Validation accuracy", xlabel="epoch", ylabel="share of samples", ylim=(-0.02, 1.02))
    _epochs(axes, runs, "val_accuracy")


def _gradient_norm(axes: Axes, runs: _Groups) -> None:
    axes.set(title="Gradient norm before clipping", xlabel="step", ylabel="global norm")
    for index, (label, group) in enumerate(runs.items()):
        _draw(axes, [curves.global_norm for curves in group], index, label, positive=True)
    if axes.has_data():
        # A single step whose gradients all but cancel would press everything else to the top.
        usual = min(float(np.nanquantile(np.asarray(line.get_ydata()), 0.02)) for line in axes.lines)
        axes.axhline(NORM_LIMIT, color="black", linestyle="-", linewidth=1.2, label=f"norm {NORM_LIMIT:g}")
        axes.set_ylim(min(usual, NORM_LIMIT) / 3, max(axes.dataLim.ymax, NORM_LIMIT) * 2)
        log_scale(axes)


def _loss(axes: Axes, runs: _Groups) -> None:
    axes.set(title="Loss (large markers: validation)", xlabel="epoch", ylabel="loss")
    _epochs(axes, runs, "loss", positive=True, markersize=0)
    _epochs(axes, runs, "val_loss", positive=True, markersize=6)
    log_scale(axes)


def _training_loss(axes: Axes, runs: _Groups) -> None:
    axes.set(title="Training loss", xlabel="epoch", ylabel="loss")
    _epochs(axes, runs, "loss", positive=True)
    log_scale(axes)


def _validation_loss(axes: Axes, runs: _Groups) -> None:
    axes.set(title="Validation loss", xlabel="epoch", ylabel="loss")
    _epochs(axes, runs, "val_loss", positive=True)
    log_scale(axes)


def _effective_classes(axes: Axes, runs: _Groups) -> None:
    axes.set(title="Effective classes predicted in validation", xlabel="epoch", ylabel="classes")
    _epochs(axes, runs, "val_effective_classes")
    axes.set_ylim(0, 1.05 * axes.dataLim.ymax if axes.has_data() else 1)


def _epochs(axes: Axes, runs: _Groups, key: str, positive: bool = False, **style: Any) -> None:
    for index, (label, group) in enumerate(runs.items()):
        values = [np.asarray(curves.history.get(key, ()), np.float64) for curves in group]
        _draw(axes, values, index, label, positive, **style)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))


def _draw(axes: Axes, values: list[np.ndarray], index: int, label: str, positive: bool, **style: Any) -> None:
    if positive:  # a logarithmic axis cannot show others
        values = [np.where(value > 0, value, np.nan) for value in values]
    line = spread(values, _MOST_POINTS)
    if not np.isfinite(line.middle).any():
        return
    between = max(1, len(line.x) // 10)
    # Lines may lie on one another; markers at different points keep all of them visible.
    marks = (index * between // 3 % between, between)
    look = {"linewidth": 1.5, "markersize": 4.5, "markevery": marks, **line_style(index), **style}
    axes.plot(line.x, line.middle, label=label, **look)
    if not np.array_equal(line.low, line.high, equal_nan=True):
        axes.fill_between(line.x, line.low, line.high, color=look["color"], alpha=0.2, linewidth=0)


_PANELS: dict[str, Callable[[Axes, _Groups], None]] = {
    "accuracy": _accuracy,
    "gradient_norm": _gradient_norm,
    "loss": _loss,
    "training_loss": _training_loss,
    "validation_loss": _validation_loss,
    "effective_classes": _effective_classes,
}
