"""What the table shows: each measure's name, unit and meaning, and its text for a config."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from keras_stable.reporting.numbers import count, share, significant


class Cell(NamedTuple):
    """The text of one figure: its value, and its range over the seeds, or "" where that says no more."""

    value: str
    range: str


@dataclass(frozen=True)
class Measure:
    """One line of the table.

    Attributes:
        key: str; the key in the dict of `aggregate`.
        title: str; what it is called.
        unit: str.
        meaning: str; a sentence.
        text: function from a float or None to str.
    """

    key: str
    title: str
    unit: str
    meaning: str
    text: Callable[[float | None], str]

    def cell(self, row: dict[str, Any]) -> Cell:
        """Returns the text of this measure in a row of `aggregate`."""
        value = self.text(row[self.key])
        if self.key == "unique_classes" and row["num_classes"] is not None:
            value = f"{value} of {count(row['num_classes'])}"
        low, high = self.text(row.get(f"{self.key}_min")), self.text(row.get(f"{self.key}_max"))
        return Cell(value, f"{low} to {high}" if low != high else "")


_NORM = "global norm"
_ACCURACY = "share of samples, 0 to 1"
_DROP = "share of samples"
_DROP_MEANING = "How far the validation accuracy fell below the best of all epochs before"

_MEASURES = (
    Measure(
        "grad_norm_max",
        "Largest gradient norm",
        _NORM,
        "The norm of all gradients together before any clipping, the largest over all steps and seeds. A stable run "
        "stays under 10.",
        significant,
    ),
    Measure(
        "grad_norm_median",
        "Median gradient norm",
        _NORM,
        "The median over the steps of a run, before any clipping; of several seeds, the median of these.",
        significant,
    ),
    Measure(
        "grad_norm_applied_max",
        "Largest applied norm",
        _NORM,
        "The largest over all steps and seeds of what was left after clipping, which is what the optimizer received.",
        significant,
    ),
    Measure(
        "nonfinite_steps",
        "Skipped steps",
        "steps",
        "Steps of all seeds together with a gradient that was infinite or not a number. The optimizer left them "
        "out, and so do the norms above.",
        count,
    ),
    Measure(
        "distinct_in_first_10",
        "Distinct in first 10",
        "classes, at most 10",
        "Different classes predicted for the first 10 validation samples after training. It can be less than 10 "
        "in a good model too, where these samples share classes.",
        count,
    ),
    Measure(
        "unique_classes",
        "Classes predicted",
        "classes",
        "Classes predicted for at least one validation sample after the last epoch.",
        count,
    ),
    Measure(
        "effective_classes",
        "Effective classes",
        "classes",
        "How many classes, predicted equally often, would be as diverse as the predictions after the last epoch: "
        "exp of the entropy of their shares. A model that always says the same has 1.",
        significant,
    ),
    Measure("val_accuracy_best", "Best accuracy", _ACCURACY, "Validation accuracy in the best epoch.", share),
    Measure("val_accuracy_last", "Last accuracy", _ACCURACY, "Validation accuracy in the last epoch.", share),
    Measure("largest_drop", "Largest drop", _DROP, f"{_DROP_MEANING}, at most, over all epochs and seeds.", share),
    Measure("largest_drop_after_3", "Drop after epoch 3", _DROP, "The same, counted from epoch 4 on.", share),
    Measure("largest_drop_after_5", "Drop after epoch 5", _DROP, "The same, counted from epoch 6 on.", share),
)


def measures(rows: Sequence[dict[str, Any]]) -> list[Measure]:
    """Returns the measures worth a line: those after an epoch that no run came to are left out."""
    return [
        measure
        for measure in _MEASURES
        if "_after_" not in measure.key or any(row[measure.key] is not None for row in rows)
    ]


def seeds_text(seeds: Sequence[int]) -> str:
    """Returns seeds in few words.

    >>> seeds_text([0]), seeds_text([0, 1, 2]), seeds_text([0, 2]), seeds_text([])
    ('0', '0 to 2', '0, 2', '-')
    """
    if len(seeds) > 2 and list(seeds) == list(range(seeds[0], seeds[0] + len(seeds))):
        return f"{seeds[0]} to {seeds[-1]}"
    return ", ".join(map(str, seeds)) or "-"
