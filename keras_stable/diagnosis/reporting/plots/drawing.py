"""What the pictures of a report are made with."""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from keras_stable.plots.axes import finish, log_scale
from keras_stable.plots.line_styles import line_style
from keras_stable.reporting.numbers import significant

Facts = Mapping[str, Any]

_WIDTH = 6.4
_ROW = 0.27
# Where the rows need more inches than this, they lie closer, and every second or third has its name.
_TALLEST = 8.0
_LONGEST_NAME = 32
HATCHES = ("", "///", "...", "xx")


class Drawing(NamedTuple):
    """One picture.

    Attributes:
        title: str, which also stands over it.
        caption: str, what the axes and marks mean.
        alt: str, what is to be seen, for those who cannot see it.
        draw: makes the figure.
    """

    title: str
    caption: str
    alt: str
    draw: Callable[[], Figure]


@dataclass(frozen=True)
class Series:
    """The marks of one kind in a picture with a row for each layer or the like.

    Attributes:
        label: str, of the legend.
        values: a float a row; NaN for a row without one.
        low, high: the ends of a line through the mark; () for none.
    """

    label: str
    values: Sequence[float]
    low: Sequence[float] = ()
    high: Sequence[float] = ()


@dataclass(frozen=True)
class Rows:
    """A picture with a row for each layer or the like, from the top down.

    Attributes:
        names: str a row.
        series: what is drawn.
        xlabel: str.
        notes: mapping of row to a text that stands at its left end.
        lines: mapping of a label to the value where a line is drawn across all rows.
    """

    names: Sequence[str]
    series: Sequence[Series]
    xlabel: str
    notes: Mapping[int, str] = field(default_factory=dict)
    lines: Mapping[str, float] = field(default_factory=dict)


def new_axes(title: str, height: float = 4.4, **settings: Any) -> tuple[Figure, Axes]:
    """Returns a figure with one panel."""
    figure = Figure(figsize=(_WIDTH, height), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplots()
    axes.set(**settings)
    figure.suptitle(title, fontsize=13)
    return figure, axes


def draw_dots(title: str, rows: Rows) -> Figure:
    """Draws rows of marks on a logarithmic axis; what is not positive has no place there and is left out."""
    figure, axes = _row_axes(title, rows)
    places = np.arange(len(rows.names))
    for index, series in enumerate(rows.series):
        values = _positive(series.values)
        style = {**line_style(index), "linestyle": "none", "markersize": 7, "markeredgecolor": "black"}
        if series.low:
            low, high = _positive(series.low), _positive(series.high)
            axes.hlines(places, low, high, color=style["color"], linewidth=2.5, alpha=0.6)
        if np.isfinite(values).any():
            axes.plot(values, places, label=series.label, markeredgewidth=0.6, **style)
    for index, (label, at) in enumerate(rows.lines.items()):
        axes.axvline(at, color="black", linewidth=1.2, linestyle=("--", ":", "-.")[index % 3], label=label)
    if axes.has_data():
        low, high = axes.dataLim.intervalx
        axes.set_xlim(low / 3, high * 3)
        log_scale(axes, "x")
    _write_notes(axes, rows)
    finish(figure)
    return figure


def draw_bars(title: str, rows: Rows, *, log: bool = False, ends: Sequence[str] = (), **limits: Any) -> Figure:
    """Draws rows of bars, told apart by colour and by hatch.

    Args:
        title: str.
        rows: what is not finite gets no bar.
        log: bool, whether the axis is logarithmic.
        ends: str a row, a text behind its bar.
        limits: of the axes, such as `xlim`.
    """
    values = np.array([series.values for series in rows.series], np.float64)
    drawn = np.isfinite(values)
    most = max(1, int(drawn.sum(axis=0).max()))
    figure, axes = _row_axes(title, rows, thickness=0.5 + 0.6 * most)
    thick = 0.75 / most
    # The bars of a row lie together around its middle, also where it has fewer of them.
    middles = np.arange(len(rows.names)) + (drawn.cumsum(axis=0) - (drawn.sum(axis=0) + 1) / 2) * thick
    for index, series in enumerate(rows.series):
        look = {"color": line_style(index)["color"], "hatch": HATCHES[index % len(HATCHES)], "edgecolor": "black"}
        shown = drawn[index]
        axes.barh(middles[index][shown], values[index][shown], thick, label=series.label or None, linewidth=0.6, **look)
    axes.set(**limits)
    if log:
        log_scale(axes, "x")
    for row, text in enumerate(ends):
        finite = values[:, row][drawn[:, row]]
        if text and len(finite):
            axes.annotate(text, (finite.max(), row), (5, 0), textcoords="offset points", va="center", fontsize=10)
    _write_notes(axes, rows)
    finish(figure)
    axes.grid(visible=False, axis="y")
    return figure


def listed(pairs: Iterable[tuple[str, float]], text: Callable[[float], str] = significant, most: int = 8) -> str:
    """Returns names with their values in words; of many, the first and the last, the smallest and the largest.

    >>> listed([("a", 1.0), ("b", 20.0)])
    'a 1.00, b 20.0'
    >>> listed([(str(k), k * 1.0) for k in range(1, 20)])
    'first 1 1.00, last 19 19.0, smallest 1 1.00, largest 19 19.0'
    """
    measured = [(name, value) for name, value in pairs if not math.isnan(value)]
    if len(measured) > most:
        ranked = sorted(measured, key=lambda pair: pair[1])
        chosen = {"first": measured[0], "last": measured[-1], "smallest": ranked[0], "largest": ranked[-1]}
        measured = [(f"{which} {name}", value) for which, (name, value) in chosen.items()]
    return ", ".join(f"{name} {text(value)}" for name, value in measured)


def percent(value: float) -> str:
    """Returns a share in words.

    >>> percent(0.954), percent(0.004), percent(float("nan"))
    ('95 %', '0.4 %', 'not measured')
    """
    if math.isnan(value):
        return "not measured"
    return f"{100 * value:.1g} %" if 0 < value < 0.01 else f"{100 * value:.0f} %"


def shortened(names: Sequence[str]) -> list[str]:
    """Returns names that fit beside a picture: long paths lose what all have in common, and then their middle.

    >>> shortened(["encoder/transformer_block_1/attention/query", "encoder/transformer_block_2/attention/query"])
    ['transformer_block_1/…/query', 'transformer_block_2/…/query']
    >>> shortened(["dense/kernel", "dense/bias"])
    ['dense/kernel', 'dense/bias']
    """
    if max(map(len, names), default=0) <= _LONGEST_NAME:
        return list(names)
    parts = [name.split("/") for name in names]
    shared = 0
    while all(len(path) > shared + 1 and path[shared] == parts[0][shared] for path in parts):
        shared += 1
    return [_fitting(path[shared:]) for path in parts]


def _fitting(path: Sequence[str]) -> str:
    name = "/".join(path)
    if len(name) > _LONGEST_NAME and len(path) > 2:
        name = f"{path[0]}/…/{path[-1]}"
    return name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME - 12]}…{name[-11:]}"


def wide(values: Iterable[float], span: float = 10.0) -> bool:
    """Returns whether values are positive and so far apart that only a logarithmic axis shows them all."""
    finite = [value for value in values if math.isfinite(value)]
    return bool(finite) and min(finite) > 0 and max(finite) > span * min(finite)


def _row_axes(title: str, rows: Rows, thickness: float = 1.0) -> tuple[Figure, Axes]:
    number = len(rows.names)
    height = min(_ROW * thickness * number, _TALLEST)
    figure, axes = new_axes(title, max(1.9 + height, 2.6), xlabel=rows.xlabel, ylim=(number - 0.4, -0.6))
    every = math.ceil(_ROW * number / _TALLEST)
    axes.set_yticks(range(0, number, every), shortened(rows.names)[::every], fontsize=10)
    return figure, axes


def _write_notes(axes: Axes, rows: Rows) -> None:
    for row, note in rows.notes.items():
        axes.text(0.01, row, note, va="center", fontsize=10, style="italic", transform=axes.get_yaxis_transform())


def _positive(values: Sequence[float]) -> np.ndarray:
    array = np.asarray(values, np.float64)
    return np.where(np.isfinite(array) & (array > 0), array, np.nan)
