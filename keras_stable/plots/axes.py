"""Axes that people can read."""

import math
from typing import Literal

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

_PLAIN = FuncFormatter(lambda value, _: f"{value:,g}" if 1e-4 <= value < 1e7 else f"{value:.0e}")


def log_scale(axes: Axes, which: Literal["x", "y"] = "y") -> None:
    """Makes an axis logarithmic, with plain numbers at its ticks, also where it spans few decades.

    Args:
        axes: with everything drawn and its limits set.
        which: "x" or "y".
    """
    axes.set(**{f"{which}scale": "log"})
    axis = axes.xaxis if which == "x" else axes.yaxis
    low, high = axis.get_view_interval()
    axis.set_major_formatter(_PLAIN)
    if high / low > 100:
        axis.set_minor_formatter(NullFormatter())
    else:
        axis.set_minor_locator(LogLocator(subs=(2, 3, 5, 7) if high / low <= 10 else (2, 5)))
        axis.set_minor_formatter(_PLAIN)


def finish(figure: Figure) -> None:
    """Gives a figure of constrained layout its grid, and one legend for all panels under them.

    Args:
        figure: with everything drawn; it becomes higher where the legend needs more than a line.
    """
    for axes in figure.axes:
        axes.grid(alpha=0.3)
        axes.set_axisbelow(True)
        axes.spines[["top", "right"]].set_visible(False)
        if not axes.has_data() and not axes.texts:
            axes.text(0.5, 0.5, "not measured", ha="center", va="center", transform=axes.transAxes)
    handles = {
        label: handle for axes in figure.axes for handle, label in zip(*axes.get_legend_handles_labels(), strict=True)
    }
    if not handles:
        return
    width, height = figure.get_size_inches()
    widest = max(map(len, handles))
    columns = max(1, int(width * 9) // (widest + 10))
    figure.legend(handles.values(), handles.keys(), loc="outside lower center", ncols=columns, handlelength=4)
    # The legend of many runs would leave the panels no room.
    figure.set_figheight(height + 0.25 * (math.ceil(len(handles) / columns) - 1))
