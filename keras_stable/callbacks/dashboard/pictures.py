"""The pictures of the dashboard: from arrays to PNGs."""

import io
from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure

Picture = tuple[bytes, int, int]
"""The bytes of a PNG, its width and its height in pixels."""
_DPI = 100
# More names than these along an axis cannot be read.
_MOST_NAMES = 30
_MOST_BARS = 40
_LONGEST_NAME = 24


def confusion_picture(counts: np.ndarray, names: Sequence[str] | None = None) -> Picture:
    """Draws which classes were predicted for the samples of each class.

    Args:
        counts: [labels, predictions].
        names: of the classes. Default: their ids.

    Returns:
        PNG, width, height; every row adds up to 100 %, and one without samples stays empty.
    """
    totals = counts.sum(axis=1, keepdims=True)
    shares = np.divide(counts, totals, out=np.full(counts.shape, np.nan), where=totals > 0)
    n = len(counts)
    side = 3.6 + 0.03 * min(n, 60)
    figure, axes = _figure(side + 0.7, side)
    correct = np.trace(counts) / max(counts.sum(), 1)
    image = axes.imshow(shares, vmin=0, vmax=1, cmap="Blues", aspect="equal")
    axes.set(title=f"{correct:.1%} of {counts.sum():,.0f} predictions are right", xlabel="predicted", ylabel="true")
    _name_axis(axes, "x", n, names)
    _name_axis(axes, "y", n, names)
    for row, column in np.argwhere(shares >= 0.005) if n <= 12 else ():
        colour = "white" if shares[row, column] > 0.5 else "black"
        text = f"{100 * shares[row, column]:.0f}"
        axes.text(column, row, text, ha="center", va="center", color=colour, fontsize=8)
    figure.colorbar(image, ax=axes, label="share of the true class", shrink=0.85)
    return _png(figure)


def shares_picture(predicted: np.ndarray, labels: np.ndarray, names: Sequence[str] | None = None) -> Picture:
    """Draws the share of each class among the predictions beside that among the labels.

    Args:
        predicted, labels: counts [classes].
        names: of the classes. Default: their ids.

    Returns:
        PNG, width, height. Of more than 40 classes, those are shown whose two shares differ most.
    """
    shares = np.stack([predicted / max(predicted.sum(), 1), labels / max(labels.sum(), 1)])
    shown = np.arange(shares.shape[1])
    title = f"{np.count_nonzero(predicted)} of {len(predicted)} classes are predicted"
    if len(shown) > _MOST_BARS:
        shown = np.sort(np.argsort(-np.abs(shares[0] - shares[1]), kind="stable")[:_MOST_BARS])
        title += f"; the {_MOST_BARS} that differ most"
    figure, axes = _figure(max(4.4, 1.2 + 0.14 * len(shown)), 3.2)
    places = np.arange(len(shown))
    axes.bar(places - 0.2, 100 * shares[1, shown], 0.4, label="true", color="#9aa0a6")
    axes.bar(places + 0.2, 100 * shares[0, shown], 0.4, label="predicted", color="#1f77b4")
    axes.set(title=title, xlabel="class", ylabel="% of samples")
    axes.set_xticks(
        places, [_name(int(index), names) for index in shown], rotation=90 if names or len(shown) > 20 else 0
    )
    axes.grid(axis="y", alpha=0.3)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)
    axes.set_ylim(0, 1.25 * axes.dataLim.ymax or 1)
    axes.legend(ncols=2, loc="upper right")
    return _png(figure)


def heat_map(norms: np.ndarray, steps: np.ndarray, paths: Sequence[str]) -> Picture:
    """Draws the gradient norm of every variable over the steps.

    Args:
        norms: [points, variables].
        steps: [points], at which step each point stands.
        paths: of the variables.

    Returns:
        PNG, width, height; the first variable is at the top, and the colours are logarithmic.
    """
    values = np.where(np.isfinite(norms) & (norms > 0), norms, np.nan).T
    low, high = (np.nanmin(values), np.nanmax(values)) if np.isfinite(values).any() else (0.1, 1.0)
    figure, axes = _figure(5.4, 1.4 + 0.2 * min(len(paths), _MOST_NAMES + 6))
    colours = LogNorm(max(low, high * 1e-6), max(high, low * 1.001))
    # Windows may have grown, so points stand where their steps are.
    edges = np.append(steps, 2 * steps[-1] - steps[-2] if len(steps) > 1 else steps[-1] + 1)
    mesh = axes.pcolormesh(edges, np.arange(len(paths) + 1), values, norm=colours, cmap="viridis", rasterized=True)
    axes.set_facecolor("#d0d0d0")
    axes.invert_yaxis()
    axes.set(title="Gradient norm before clipping (grey: none)", xlabel="step")
    every = -(-len(paths) // _MOST_NAMES)
    axes.set_yticks(np.arange(0, len(paths), every) + 0.5, [_short(path) for path in paths[::every]], fontsize=8)
    figure.colorbar(mesh, ax=axes, label="norm")
    return _png(figure)


def worst_picture(pictures: np.ndarray, figures: np.ndarray, names: Sequence[str] | None = None) -> Picture:
    """Draws the samples with the largest loss, each with its label and what was predicted.

    Args:
        pictures: [n, height, width] or [n, height, width, channels], each scaled to its own range.
        figures: [n, 3]: loss, label, predicted class.
        names: of the classes. Default: their ids.
    """
    columns = min(len(pictures), 4)
    rows = -(-len(pictures) // columns)
    figure = Figure(figsize=(1.15 * max(columns, 2), 1.65 * rows + 0.4), dpi=_DPI, layout="constrained")
    figure.suptitle("Largest losses in validation:\ntrue class, and not the predicted one", fontsize=9)
    panels = figure.subplots(rows, columns, squeeze=False).ravel()
    for axes in panels:
        axes.set_axis_off()
    for axes, picture, (loss, label, predicted) in zip(panels, pictures, figures, strict=False):
        low, high = np.nanmin(picture), np.nanmax(picture)
        scaled = np.nan_to_num((picture - low) / max(high - low, 1e-12))
        axes.imshow(scaled.squeeze(), cmap="gray", vmin=0, vmax=1, interpolation="nearest")
        true, answer = _short(_name(int(label), names), 14), _short(_name(int(predicted), names), 14)
        axes.set_title(f"{true}, not {answer}\nloss {loss:.3g}", fontsize=8)
    return _png(figure)


def _figure(width: float, height: float) -> tuple[Figure, Axes]:
    figure = Figure(figsize=(width, height), dpi=_DPI, layout="constrained")
    return figure, figure.subplots()


def _png(figure: Figure) -> Picture:
    canvas = FigureCanvasAgg(figure)
    buffer = io.BytesIO()
    canvas.print_png(buffer)
    width, height = canvas.get_width_height()
    return buffer.getvalue(), width, height


def _name_axis(axes: Axes, which: str, n: int, names: Sequence[str] | None) -> None:
    ticks = range(0, n, -(-n // _MOST_NAMES))
    labels = [_name(index, names) for index in ticks]
    turned = {"rotation": 90} if which == "x" and _long(labels) else {}
    getattr(axes, f"set_{which}ticks")(list(ticks), labels, fontsize=8, **turned)


def _long(labels: Sequence[str]) -> bool:
    """Returns whether names would run into each other side by side."""
    return sum(map(len, labels)) > 30


def _name(index: int, names: Sequence[str] | None) -> str:
    return str(names[index]) if names is not None and 0 <= index < len(names) else str(index)


def _short(text: str, length: int = _LONGEST_NAME) -> str:
    return text if len(text) <= length else f"…{text[1 - length :]}"
