"""Lines over steps, epochs or learning rates."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from keras_stable.diagnosis.reporting.plots.drawing import new_axes
from keras_stable.plots.axes import finish, log_scale
from keras_stable.plots.bands import spread
from keras_stable.plots.line_styles import line_style

# More points than this on the width of a picture are one blot.
_MOST_POINTS = 150


@dataclass(frozen=True)
class Curve:
    """One line.

    Attributes:
        label: str, of the legend.
        values: a float a step or epoch; one that is not finite is marked at the top.
    """

    label: str
    values: Sequence[float]


def draw_curves(
    title: str,
    xlabel: str,
    ylabel: str,
    curves: Sequence[Curve],
    log: bool = False,
    levels: Mapping[str, float] | None = None,
) -> Figure:
    """Draws lines over steps or epochs, numbered from 1.

    Args:
        title, xlabel, ylabel: str.
        curves: the lines; of long ones, a point is the median of neighbours, in a band of their range.
        log: bool, whether the axis is logarithmic.
        levels: mapping of a label to a value where a line is drawn across.
    """
    figure, axes = new_axes(title, xlabel=xlabel, ylabel=ylabel)
    for index, curve in enumerate(curves):
        _draw(axes, index, curve, log)
    for index, (label, level) in enumerate((levels or {}).items()):
        axes.axhline(level, color="black", linewidth=1.2, linestyle=(":", "-.")[index % 2], label=label)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
    if log and axes.has_data():
        log_scale(axes)
    _mark_lost(axes, curves)
    finish(figure)
    return figure


def story(curves: Sequence[Curve], text: Callable[[float], str]) -> str:
    """Returns in words where lines begin and end, and how far they get in between.

    >>> story([Curve("loss", (2.0, 0.5, 1.0))], str)
    'loss goes from 2.0 to 1.0, between 0.5 and 2.0.'
    """
    sentences = []
    for curve in curves:
        finite = [value for value in curve.values if math.isfinite(value)]
        if not finite:
            sentences.append(f"{curve.label} is never a finite number.")
            continue
        lost = len(curve.values) - len(finite)
        range_ = f"between {text(min(finite))} and {text(max(finite))}"
        sentence = f"{curve.label} goes from {text(finite[0])} to {text(finite[-1])}, {range_}"
        sentences.append(sentence + (f"; {lost} of {len(curve.values)} values are NaN or infinite." if lost else "."))
    return " ".join(sentences)


def _draw(axes: Axes, index: int, curve: Curve, log: bool) -> None:
    values = np.asarray(curve.values, np.float64)
    line = spread([np.where(values > 0, values, np.nan) if log else values], _MOST_POINTS)
    if not np.isfinite(line.middle).any():
        return
    marks = max(1, len(line.x) // 12)
    look = {"linewidth": 1.5, "markersize": 5, "markevery": (index * marks // 2 % marks, marks), **line_style(index)}
    axes.plot(line.x, line.middle, label=curve.label, **look)
    if not np.array_equal(line.low, line.high, equal_nan=True):
        axes.fill_between(line.x, line.low, line.high, color=look["color"], alpha=0.2, linewidth=0)


def _mark_lost(axes: Axes, curves: Sequence[Curve]) -> None:
    lost = sorted({step + 1 for curve in curves for step, value in enumerate(curve.values) if not math.isfinite(value)})
    if lost:
        heights = [0.98] * len(lost)
        style: dict[str, Any] = {"color": "black", "marker": "x", "linestyle": "none", "clip_on": False}
        axes.plot(lost, heights, label="NaN or infinite", transform=axes.get_xaxis_transform(), **style)
