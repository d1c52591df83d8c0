"""A drawing as a picture inside a page."""

import base64
import io
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

    from matplotlib.figure import Figure


class Picture(NamedTuple):
    """A picture inside a page."""

    uri: str
    caption: str
    alt: str


def data_uri(draw: "Callable[[], Figure]") -> str:
    """Returns a drawing as the `src` of an image; the same drawing always gives the same text.

    Args:
        draw: makes the figure; called with the settings under which it is written.
    """
    import matplotlib

    stream = io.BytesIO()
    # Without a fixed salt and date, the same results would never give the same page.
    with matplotlib.rc_context({"svg.hashsalt": "keras_stable", "font.size": 12}):
        draw().savefig(stream, format="svg", metadata={"Date": None})
    return f"data:image/svg+xml;base64,{base64.b64encode(stream.getvalue()).decode()}"
