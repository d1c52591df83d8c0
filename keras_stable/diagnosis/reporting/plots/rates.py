"""The learning rate: its range test, and the curvature that bounds it."""

import math
from collections.abc import Iterator

from matplotlib.figure import Figure

from keras_stable.diagnosis.facts import Compiled, Curvature, RateRange
from keras_stable.diagnosis.reporting.plots.drawing import (
    Drawing,
    Facts,
    Rows,
    Series,
    draw_bars,
    listed,
    new_axes,
    wide,
)
from keras_stable.plots.axes import finish, log_scale
from keras_stable.plots.line_styles import line_style
from keras_stable.reporting.numbers import significant


def rate_range(facts: Facts) -> Iterator[Drawing]:
    """Yields the loss while the learning rate grows."""
    sweep: RateRange | None = facts.get("rate_range")
    pairs = [] if sweep is None else [pair for pair in zip(sweep.rates, sweep.losses, strict=True) if _drawable(*pair)]
    if sweep is None or not pairs:
        return
    title = "Loss while the learning rate grows"
    lines = {"this model's rate": sweep.own, "steepest descent": sweep.best, "from here on it rises": sweep.highest}
    yield Drawing(
        title,
        "Each step takes a larger learning rate than the one before. A good rate lies where the loss falls.",
        f"Line chart. The loss goes from {significant(pairs[0][1])} at a rate of {significant(pairs[0][0])} to "
        f"{significant(pairs[-1][1])} at {significant(pairs[-1][0])}. Rates: {listed(lines.items())}.",
        lambda: _draw_range(title, pairs, lines),
    )


def sharpness(facts: Facts) -> Iterator[Drawing]:
    """Yields the sharpness of the loss against what the learning rate allows."""
    curvature: Curvature | None = facts.get("curvature")
    if curvature is None or not curvature.sharpness > 0:
        return
    bars = {"sharpness now": curvature.sharpness, "sharpness after the probe": curvature.sharpness_after}
    compiled: Compiled | None = facts.get("compiled")
    if compiled is not None and compiled.learning_rate > 0:
        bars["2 / learning rate"] = 2 / compiled.learning_rate
    bars = {name: value for name, value in bars.items() if math.isfinite(value) and value > 0}
    title = "Sharpness of the loss"
    rows = Rows(list(bars), [Series("", list(bars.values()))], "largest eigenvalue of the Hessian")
    ends = [significant(value) for value in bars.values()]
    lowest, highest = min(bars.values()), max(bars.values())
    yield Drawing(
        title,
        "The largest curvature of the loss, on a logarithmic axis. Plain gradient descent diverges where it is over "
        "2 / learning rate; other optimizers scale their steps.",
        f"Bar chart. {listed(bars.items())}.",
        lambda: draw_bars(title, rows, log=True, ends=ends, xlim=(lowest / 10, highest * 10)),
    )


def _drawable(rate: float, loss: float) -> bool:
    return rate > 0 and math.isfinite(rate) and math.isfinite(loss)


def _draw_range(title: str, pairs: list[tuple[float, float]], lines: dict[str, float]) -> Figure:
    figure, axes = new_axes(title, xlabel="learning rate", ylabel="loss")
    rates, losses = zip(*pairs, strict=True)
    axes.plot(rates, losses, label="loss", linewidth=1.5, markersize=4, **line_style(1))
    for (label, rate), dashes in zip(lines.items(), ("-", "--", ":"), strict=True):
        if rate > 0 and math.isfinite(rate):
            axes.axvline(rate, color="black", linewidth=1.4, linestyle=dashes, label=label)
    log_scale(axes, "x")
    if wide(losses):
        log_scale(axes)
    finish(figure)
    return figure
