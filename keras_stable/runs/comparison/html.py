"""The HTML page: one file, no script, nothing loaded from elsewhere."""

from typing import Any

from keras_stable.reporting.numbers import share, significant
from keras_stable.reporting.pictures import Picture, data_uri
from keras_stable.reporting.templates import render
from keras_stable.runs.comparison.compared_runs import ComparedRuns
from keras_stable.runs.comparison.config_differences import differences
from keras_stable.runs.comparison.measure import measures, seeds_text
from keras_stable.runs.comparison.wording import sentences

_PICTURES = {
    "accuracy": "Validation accuracy by epoch, from 0 to 1.",
    "gradient_norm": "Global gradient norm before clipping by step, on a logarithmic axis with a line at 10. "
    "The axis leaves out single values that are far smaller; over 200 steps, a point is the median of neighbours.",
    "training_loss": "Training loss by epoch, on a logarithmic axis.",
    "validation_loss": "Validation loss by epoch, on a logarithmic axis.",
    "effective_classes": "Effective classes predicted in validation, by epoch.",
}
_LAST_VALUE = {
    "accuracy": ("val_accuracy_last", "ends at", share),
    "gradient_norm": ("grad_norm_max", "reaches", significant),
    "effective_classes": ("effective_classes", "ends at", significant),
}
_LOSSES = {"training_loss": "loss", "validation_loss": "val_loss"}


def page(comparison: ComparedRuns) -> str:
    """Returns the page of a comparison."""
    several = any(len(row["seeds"]) > 1 for row in comparison.rows)
    return render(
        "keras_stable.runs.comparison",
        "page.html.j2",
        title=_title(comparison),
        comparison=comparison,
        rows=comparison.rows,
        measures=measures(comparison.rows),
        differences=differences(comparison.configs),
        shared=_shared(comparison),
        several=several,
        seeds_text=seeds_text,
        sentences=sentences,
        pictures=[_picture(comparison, panel, caption, several) for panel, caption in _PICTURES.items()],
    )


def _title(comparison: ComparedRuns) -> str:
    labels = list(comparison.configs)
    return f"Comparison: {', '.join(labels)}" if len(labels) < 4 else f"Comparison of {len(labels)} configs"


def _shared(comparison: ComparedRuns) -> list[tuple[str, str]]:
    """Returns what every config trains on and for how long, where that is the same in all."""
    configs = list(comparison.configs.values())
    facts: list[tuple[str, Any]] = []
    for title, section, keys in (
        ("Data", "data", ("kind", "name", "path", "target")),
        ("Encoder", "model", ("encoder",)),
        ("Epochs", "fit", ("epochs",)),
        ("Batch size", "fit", ("batch_size",)),
    ):
        texts = {
            " ".join(str(value) for key in keys if (value := getattr(getattr(config, section), key, None)))
            for config in configs
        }
        if len(texts) == 1:
            facts.append((title, texts.pop()))
    return facts


def _picture(comparison: ComparedRuns, panel: str, caption: str, several: bool) -> Picture:
    from keras_stable.runs.curves import draw_panel

    runs = {label: [run.curves for run in comparison.runs_of(label)] for label in comparison.configs}
    uri = data_uri(lambda: draw_panel(panel, runs))
    drawn = f"{caption} The line is the median over the seeds, the band their range." if several else caption
    return Picture(uri, drawn, f"Line chart. {_ends(comparison, panel)}")


def _ends(comparison: ComparedRuns, panel: str) -> str:
    """Returns in words what a chart shows of each config, for those who cannot see it."""
    texts = []
    for row in comparison.rows:
        label = row["config"]
        if panel in _LAST_VALUE:
            key, verb, text = _LAST_VALUE[panel]
            texts.append(f"{label} {verb} {text(row[key])}" if row[key] is not None else f"{label} was not measured")
            continue
        losses = [run.curves.history.get(_LOSSES[panel]) for run in comparison.runs_of(label)]
        measured = [loss for loss in losses if loss]
        if measured:
            first, last = (sum(loss[index] for loss in measured) / len(measured) for index in (0, -1))
            texts.append(f"{label} goes from {significant(first)} to {significant(last)}")
        else:
            texts.append(f"{label} was not measured")
    return "; ".join(texts) + "."
