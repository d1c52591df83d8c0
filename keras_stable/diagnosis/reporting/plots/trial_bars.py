"""The same short training with one thing changed."""

import math
from collections.abc import Iterator

from keras_stable.diagnosis.facts import Probe, Trial
from keras_stable.diagnosis.reporting.plots.drawing import Drawing, Facts, Rows, Series, draw_bars, percent, wide
from keras_stable.reporting.numbers import significant

_LOST = "became NaN or infinite"


def trials(facts: Facts) -> Iterator[Drawing]:
    """Yields the loss after each trial, the unchanged one first."""
    probe: Probe | None = facts.get("probe")
    if probe is None or len(probe.trials) < 2:
        return
    ordered = sorted(probe.trials, key=lambda trial: trial.name != "unchanged")
    names = [_words(trial.name) for trial in ordered]
    results = [_result(trial) for trial in ordered]
    own = [trial.name == "unchanged" for trial in ordered]
    # The unchanged one is told from the others by its hatch too.
    series = [
        Series(label, [trial.loss if mine is first else math.nan for trial, mine in zip(ordered, own, strict=True)])
        for label, first in (("unchanged", True), ("one thing changed", False))
    ]
    finite = [trial.loss for trial in ordered if math.isfinite(trial.loss)]
    log = wide(finite)
    title = "One thing changed at a time"
    start = probe.before.loss
    said = f" Before any step the loss is {significant(start)}." if math.isfinite(start) else ""
    lost = {row: _LOST for row, trial in enumerate(ordered) if not math.isfinite(trial.loss)}
    rows = Rows(names, series, "loss afterwards", lost)
    ends = ["" if row in lost else result for row, result in enumerate(results)]
    limits = (min(finite) / 3, max(finite) * 20) if log else (min([0.0, *finite]), 1.6 * max([0.0, *finite]) or 1.0)
    yield Drawing(
        title,
        f"Loss after {ordered[0].steps} steps from the same weights{', on a logarithmic axis' if log else ''}; less is "
        f"better. What helps most points to the cause.{said}",
        "Bar chart. " + "; ".join(f"{name}: {result}" for name, result in zip(names, results, strict=True)) + ".",
        lambda: draw_bars(title, rows, log=log, ends=ends, xlim=limits),
    )


def _result(trial: Trial) -> str:
    if not math.isfinite(trial.loss):
        return _LOST
    accuracy = "" if math.isnan(trial.accuracy) else f", {percent(trial.accuracy)} right"
    return f"{significant(trial.loss)}{accuracy}"


def _words(name: str) -> str:
    return name.replace("_", " ").replace("/", " / ").replace("*", " x ")
