"""What the layers put out, and the scale of what enters the first and the last of them."""

import math
from collections.abc import Iterator, Sequence

from keras_stable.diagnosis.facts import Features, Input, LayerOutput, Probe
from keras_stable.diagnosis.reporting.plots.drawing import (
    Drawing,
    Facts,
    Rows,
    Series,
    draw_bars,
    draw_dots,
    listed,
    percent,
)


def activations(facts: Facts) -> Iterator[Drawing]:
    """Yields mean, standard deviation and largest value of each layer's output, in data-flow order."""
    layers: Sequence[LayerOutput] = facts.get("activations") or ()
    if not layers:
        return
    names = [layer.path for layer in layers]
    series = [
        Series("standard deviation", [layer.std for layer in layers]),
        Series("absolute mean", [abs(layer.mean) for layer in layers]),
        Series("largest absolute value", [layer.maximum for layer in layers]),
    ]
    lost = {row: f"{layer.nonfinite:,} NaN or infinite" for row, layer in enumerate(layers) if layer.nonfinite}
    zero = {row: "all 0" for row, layer in enumerate(layers) if layer.maximum == 0}
    title = "Outputs by layer"
    said = f" NaN or infinite values in {', '.join(names[row] for row in list(lost)[:8])}." if lost else ""
    yield Drawing(
        title,
        "From the input (top) to the output (bottom), on a logarithmic axis. In a sound model the marks stay near 1 "
        "and do not drift.",
        "Dot plot, top to bottom from input to output. Standard deviations: "
        f"{listed((layer.path, layer.std) for layer in layers)}.{said}",
        lambda: draw_dots(title, Rows(names, series, "size of the values", {**zero, **lost})),
    )


def idle_units(facts: Facts) -> Iterator[Drawing]:
    """Yields the share of dead and of saturated units by layer."""
    probe: Probe | None = facts.get("probe")
    later = {} if probe is None else probe.dead_after
    layers = [
        layer
        for layer in facts.get("activations") or ()
        if not math.isnan(layer.dead) or not math.isnan(layer.saturated) or layer.path in later
    ]
    values = {
        "dead: always 0": [layer.dead for layer in layers],
        "dead after the probe": [later.get(layer.path, math.nan) for layer in layers],
        "saturated: always at a bound": [layer.saturated for layer in layers],
    }
    series = [Series(label, shares) for label, shares in values.items() if not all(map(math.isnan, shares))]
    if not series:
        return
    names = [layer.path for layer in layers]
    title = "Dead and saturated units by layer"
    said = [f"{marks.label}: {listed(zip(names, marks.values, strict=True), percent)}" for marks in series]
    shares = [Series(marks.label, [100 * value for value in marks.values]) for marks in series]
    yield Drawing(
        title,
        "Units that give no gradient: relu units that are 0 for every sample, sigmoid, tanh or softmax units that "
        "stay at a bound.",
        f"Bar chart. {'; '.join(said)}.",
        lambda: draw_bars(title, Rows(names, shares, "% of the layer's units"), xlim=(0, 101)),
    )


def scales(facts: Facts) -> Iterator[Drawing]:
    """Yields the scale of the inputs, and of the features before the readout."""
    rows = [row for entry in facts.get("inputs") or () for row in _of_input(entry)]
    features: Features | None = facts.get("features")
    if features is not None:
        rows.append((f"features into {features.layer}", (*features.std, features.maximum)))
    if not rows:
        return
    names = [name for name, _ in rows]
    smallest, median, largest, maximum = zip(*(values for _, values in rows), strict=True)
    series = [
        Series("median standard deviation of a feature", median, smallest, largest),
        Series("largest absolute value", maximum),
    ]
    title = "Scale of inputs and features"
    said = "; ".join(
        f"{name}: standard deviations {low:.3g} to {high:.3g}, largest value {most:.3g}"
        for name, (low, _, high, most) in rows
    )
    yield Drawing(
        title,
        "The bar goes from the smallest to the largest standard deviation of a feature, on a logarithmic axis.",
        f"Dot plot. {said}.",
        lambda: draw_dots(title, Rows(names, series, "value", lines={"1, which initial weights assume": 1.0})),
    )


def _of_input(entry: Input) -> Iterator[tuple[str, tuple[float, float, float, float]]]:
    if entry.consumer == "Embedding":  # numbers of tokens have no scale
        return
    yield f"{entry.name} as given", (*entry.feature_std, max(abs(entry.minimum), abs(entry.maximum)))
    if entry.consumer and not math.isnan(entry.entering_std):
        entering = (entry.entering_std, entry.entering_std, entry.entering_std, entry.entering_max)
        yield f"{entry.name} into {entry.consumer}", entering
