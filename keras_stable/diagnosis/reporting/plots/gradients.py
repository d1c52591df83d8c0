"""Gradients by layer, updates by variable, and the gradient norm over the steps of the probe."""

import math
from collections.abc import Iterator, Sequence

from keras_stable.diagnosis.facts import Gradients, Probe, VariableGradient
from keras_stable.diagnosis.reporting.plots.curves import Curve, draw_curves, story
from keras_stable.diagnosis.reporting.plots.drawing import Drawing, Facts, Rows, Series, draw_dots, listed
from keras_stable.reporting.numbers import significant

# More variables than this are shown layer by layer.
_MOST_VARIABLES = 24


def gradient_norms(facts: Facts) -> Iterator[Drawing]:
    """Yields the gradient norm of each variable, or of each layer where there are many, in data-flow order."""
    gradients: Gradients | None = facts.get("gradients")
    if gradients is None or not gradients.variables:
        return
    single = len(gradients.variables) <= _MOST_VARIABLES
    rows = [[variable] for variable in gradients.variables] if single else _by_layer(gradients.variables)
    names = [row[0].path if single else row[0].layer for row in rows]
    mean, low, high = zip(*map(_norms, rows), strict=True)
    series = [
        Series(
            f"{part} (line: smallest to largest batch)", *(_where(part, rows, summary) for summary in (mean, low, high))
        )
        for part in ("encoder", "readout")
        if any(row[0].part == part for row in rows)
    ]
    notes = {index: note for index, row in enumerate(rows) if (note := _note(row, gradients.batches))}
    what = "variable" if single else "layer"
    title = f"Gradient norm by {what}"
    said = [f"{names[index]}: {note}" for index, note in list(notes.items())[:8]]
    more = f"; {len(notes) - 8} more such" if len(notes) > 8 else ""
    yield Drawing(
        title,
        f"From the input (top) to the output (bottom), mean over {gradients.batches} batches, before any clip, on a "
        "logarithmic axis. Norms that differ by orders of magnitude mean that some layers learn and others do not.",
        f"Dot plot, top to bottom from input to output. Norms: {listed(zip(names, mean, strict=True))}."
        + (f" Without a usual gradient: {'; '.join(said)}{more}." if said else ""),
        lambda: draw_dots(title, Rows(names, series, "L2 norm of the gradient", notes)),
    )


def update_ratios(facts: Facts) -> Iterator[Drawing]:
    """Yields how far a step moves each variable."""
    probe: Probe | None = facts.get("probe")
    ratios = {} if probe is None else {path: ratio for path, ratio in probe.update_ratio.items() if ratio > 0}
    if not ratios:
        return
    names, values = list(ratios), list(ratios.values())
    title = "Size of an update by variable"
    lines = {"0.0001: hardly moves": 1e-4, "0.1: leaps": 1e-1}
    yield Drawing(
        title,
        "Norm of the update of one step over the norm of the weights, median over the probe's steps, on a logarithmic "
        "axis. About 0.001 is usual.",
        f"Dot plot. Update over weights: {listed(ratios.items())}.",
        lambda: draw_dots(title, Rows(names, [Series("median", values)], "update / weights", lines=lines)),
    )


def gradient_steps(facts: Facts) -> Iterator[Drawing]:
    """Yields the global gradient norm of each step of the probe, before and after clips."""
    probe: Probe | None = facts.get("probe")
    if probe is None or not probe.grad_norm:
        return
    before, after = probe.grad_norm, probe.applied_norm
    clipped = sum(a < 0.999 * b for a, b in zip(after, before, strict=False) if math.isfinite(b))
    curves = [Curve("before clips", before)] + ([Curve("after clips", after)] if clipped else [])
    said = f"{clipped} of {len(before)} steps were clipped" if clipped else "no step was clipped"
    title = "Gradient norm by step of the probe"
    yield Drawing(
        title,
        f"Norm of all gradients together, on a logarithmic axis; {said}.",
        f"Line chart. {story(curves, significant)} {said[0].upper()}{said[1:]}.",
        lambda: draw_curves(title, "step", "global norm", curves, log=True),
    )


def _by_layer(variables: Sequence[VariableGradient]) -> list[list[VariableGradient]]:
    layers: dict[str, list[VariableGradient]] = {}
    for variable in variables:
        layers.setdefault(variable.layer, []).append(variable)
    return list(layers.values())


def _norms(row: Sequence[VariableGradient]) -> tuple[float, float, float]:
    """Returns the mean, the smallest and the largest norm over batches of some variables together."""
    norms_by_variable = [variable.norms for variable in row if variable.received and variable.norms]
    batches = [math.sqrt(sum(norm**2 for norm in norms)) for norms in zip(*norms_by_variable, strict=False)]
    finite = [norm for norm in batches if math.isfinite(norm)]
    if not finite:
        return math.nan, math.nan, math.nan
    return sum(finite) / len(finite), min(finite), max(finite)


def _where(part: str, rows: Sequence[Sequence[VariableGradient]], values: Sequence[float]) -> list[float]:
    return [value if row[0].part == part else math.nan for row, value in zip(rows, values, strict=True)]


def _note(row: Sequence[VariableGradient], batches: int) -> str:
    if not any(variable.received for variable in row):
        return "no gradient"
    if any(variable.nonfinite for variable in row):
        return f"NaN or infinite in {max(variable.nonfinite for variable in row)} of {batches} batches"
    return "exactly 0" if all(variable.zero or not variable.received for variable in row) else ""
