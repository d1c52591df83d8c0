"""What the predictions and the gradients of a config do, said in words."""

from typing import Any

from keras_stable.reporting.numbers import count, counted, share, significant
from keras_stable.runs.results import NORM_LIMIT


def sentences(row: dict[str, Any]) -> str:
    """Returns what a row of `aggregate` says about a config, in plain sentences without praise.

    Args:
        row: of `aggregate`.
    """
    if not row["seeds"]:
        return "No run ended, so there is nothing to say about its predictions."
    return " ".join(filter(None, [_classes(row), _first(row), _accuracy(row), _norms(row), _skipped(row)]))


def _classes(row: dict[str, Any]) -> str:
    low, high, classes = row["unique_classes_min"], row["unique_classes_max"], row["num_classes"]
    if low is None:
        return "The classes predicted for the validation samples were not measured."
    if low == classes:
        text = f"Predicts all {count(classes)} classes"
    elif low == high:
        text = f"Predicts only {count(low)} of {count(classes)} classes"
    else:
        text = f"Predicts {count(low)} to {count(high)} of {count(classes)} classes, depending on the seed"
    top = row["top_class_share_max"]
    if top is not None:
        text += f"; the most frequent takes {'up to ' if len(row['seeds']) > 1 else ''}{_percent(top)} of the samples"
    return f"{text}."


def _first(row: dict[str, Any]) -> str:
    low, high = row["distinct_in_first_10_min"], row["distinct_in_first_10_max"]
    number = count(low) if low == high else f"{count(low)} to {count(high)}"
    noun = "prediction" if high == 1 else "predictions"
    return f"In the first 10 validation samples: {number} distinct {noun}."


def _accuracy(row: dict[str, Any]) -> str:
    last = row["val_accuracy_last"]
    if last is None:
        return ""
    mean = " on average" if len(row["seeds"]) > 1 else ""
    return f"Validation accuracy ends at {share(last)}{mean} (guessing: {share(1 / row['num_classes'])})."


def _norms(row: dict[str, Any]) -> str:
    if row["grad_norm_max"] is None:
        return "" if row["steps"] else "Gradient norms were not measured."
    finite, over, limit = row["steps"] - row["nonfinite_steps"], row["steps_over_limit"], f"{NORM_LIMIT:g}"
    steps = counted(finite, "step")
    often = f"over {limit} in {count(over)} of {steps}" if over else f"never over {limit} in {steps}"
    return f"The gradient norm before clipping reached {significant(row['grad_norm_max'])}, and was {often}."


def _skipped(row: dict[str, Any]) -> str:
    skipped = row["nonfinite_steps"]
    if not skipped:
        return ""
    return (
        f"In {count(skipped)} of {counted(row['steps'], 'step')} the gradient was infinite or not a number, "
        "and the optimizer left it out."
    )


def _percent(value: float) -> str:
    return "100%" if value == 1 else f"{min(100 * value, 99.9):.3g}%"
