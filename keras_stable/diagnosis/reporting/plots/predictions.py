"""What is predicted, against what is true."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from keras_stable.diagnosis.facts import Evaluation, OutputEvaluation, Probe
from keras_stable.diagnosis.reporting.plots.drawing import HATCHES, Drawing, Facts, listed, new_axes, percent
from keras_stable.plots.axes import finish
from keras_stable.plots.line_styles import line_style

# More bars than this beside one another are one blot.
_MOST_BARS = 20
_MOST_OUTPUTS = 4

Shares = Mapping[int, float]


def class_shares(facts: Facts) -> Iterator[Drawing]:
    """Yields the shares of the classes in the predictions and in the labels, for the first outputs."""
    evaluation: Evaluation | None = facts.get("evaluation")
    if evaluation is None:
        return
    probe: Probe | None = facts.get("probe")
    after = {} if probe is None else {output.name: output for output in probe.after.outputs}
    outputs = [output for output in evaluation.outputs if output.predicted_counts and output.label_counts]
    for output in outputs[:_MOST_OUTPUTS]:
        yield _of_output(output, after.get(output.name), len(outputs) > 1)


def _of_output(output: OutputEvaluation, later: OutputEvaluation | None, several: bool) -> Drawing:
    shares = {"labels": _shares(output.label_counts), "predicted": _shares(output.predicted_counts)}
    if later is not None and later.predicted_counts not in ((), output.predicted_counts):
        shares["predicted after the probe"] = _shares(later.predicted_counts)
    classes = sorted(set().union(*shares.values()))
    crowded = len(classes) > _MOST_BARS
    if crowded:
        classes.sort(key=lambda k: -shares["labels"].get(k, 0.0))
    title = f"Predicted and true classes of {output.name}" if several else "Predicted and true classes"
    said = [
        f"{label}: {len(share)} of {len(classes)} classes, "
        + listed(((f"class {k}", share[k]) for k in sorted(share, key=lambda k: -share[k])[:4]), percent)
        for label, share in shares.items()
    ]
    order = "The commonest label stands left. " if crowded else ""
    return Drawing(
        title,
        f"Share of the samples by class. {order}Predictions that crowd on classes which the labels do not are a "
        "sign of a collapse.",
        f"{'Dot' if crowded else 'Bar'} chart of shares, the largest first. {'; '.join(said)}.",
        lambda: _draw(title, classes, shares, crowded),
    )


def _draw(title: str, classes: Sequence[int], shares: Mapping[str, Shares], crowded: bool) -> Figure:
    settings: dict[str, Any] = {
        "xlabel": "class, by its share of the labels" if crowded else "class",
        "ylabel": "% of the samples",
    }
    figure, axes = new_axes(title, **settings)
    places = np.arange(len(classes))
    width = 0.84 / len(shares)
    for index, (label, share) in enumerate(shares.items()):
        heights = [100 * share.get(k, 0.0) for k in classes]
        style = line_style(index)
        if crowded:
            look = {"marker": ""} if label == "labels" else {"linestyle": "none", "markersize": 5}
            axes.plot(places + 1, heights, label=label, linewidth=2, **{**style, **look})
            continue
        offset = (index - (len(shares) - 1) / 2) * width
        look = {"color": style["color"], "hatch": HATCHES[index], "edgecolor": "black", "linewidth": 0.6}
        axes.bar(places + offset, heights, width, label=label, **look)
    if not crowded:
        axes.set_xticks(places, [str(k) for k in classes])
    axes.set_ylim(bottom=0)
    finish(figure)
    return figure


def _shares(counts: Sequence[tuple[int, int]]) -> Shares:
    total = sum(number for _, number in counts) or 1
    return {k: number / total for k, number in counts if number}
