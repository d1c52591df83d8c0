"""How the lines of a picture are told apart: by colour, by dashes and by markers, so that any one of them is enough."""

from typing import Any

# The colours of Okabe and Ito (2008), which people with any kind of colour vision can tell apart; their yellow
# is left out, for it is too faint on white.
_COLOURS = ("#D55E00", "#0072B2", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
_DASHES: tuple[Any, ...] = ("-", (0, (6, 2)), (0, (1.5, 1.5)), (0, (6, 2, 1.5, 2)), (0, (3, 1.5, 1, 1.5, 1, 1.5)))
_MARKERS = ("o", "s", "^", "D", "v", "P", "X", "*")


def line_style(index: int) -> dict[str, Any]:
    """Returns the keywords for `Axes.plot` of the line number `index`, from 0; the first 280 all differ.

    >>> line_style(0)
    {'color': '#D55E00', 'linestyle': '-', 'marker': 'o'}
    """
    return {
        "color": _COLOURS[index % len(_COLOURS)],
        "linestyle": _DASHES[index % len(_DASHES)],
        "marker": _MARKERS[index % len(_MARKERS)],
    }
