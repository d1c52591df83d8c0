"""Axes that people can read."""

from typing import Literal

from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

_PLAIN = FuncFormatter(lambda value, _: f"{value:,g}" if 1e-4 <= value < 1e7 else f"{value:.0e}")


def log_scale(axes: Axes, which: Literal["x", "y"] = "y") -> None:
    """Makes an axis logarithmic, with plain numbers at its ticks, also where it spans less than a decade.

    Args:
        axes: with everything drawn and its limits set.
        which: "x" or "y".
    """
    axes.set(**{f"{which}scale": "log"})
    axis = axes.xaxis if which == "x" else axes.yaxis
    low, high = axis.get_view_interval()
    axis.set_major_formatter(_PLAIN)
    if high / low > 10:
        axis.set_minor_formatter(NullFormatter())
    else:
        axis.set_minor_locator(LogLocator(subs=(2, 3, 5, 7)))
        axis.set_minor_formatter(_PLAIN)
