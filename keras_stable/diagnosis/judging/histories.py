"""What a `fit` that the user ran logged."""

import csv
import math
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from keras_stable.diagnosis.facts import Evaluation, History
from keras_stable.diagnosis.logs import has_total, loss_names, total
from keras_stable.errors import invalid_argument

_MUST_BE = "what fit returned, its dict of logs, or a run directory with a history.csv"


def read_history(history: Any) -> dict[str, tuple[float, ...]]:
    """Returns the logs of every epoch by name.

    Args:
        history: a `keras.callbacks.History`, its `history` dict, a CSV file that `CSVLogger` wrote, or a directory
            with such a file named `history.csv`.

    Raises:
        InvalidArgumentError: it is none of these, or holds no epoch.

    >>> read_history({"loss": [1.0, 0.5]})
    {'loss': (1.0, 0.5)}
    """
    logs = getattr(history, "history", history)
    if isinstance(logs, str | os.PathLike):
        logs = _read_csv(Path(logs))
    if not isinstance(logs, Mapping):
        raise invalid_argument("history", _MUST_BE, history)
    try:
        by_name = {str(name): tuple(float(value) for value in values) for name, values in logs.items()}
    except (TypeError, ValueError) as error:
        raise invalid_argument("history", "lists of numbers by name", logs) from error
    if not any(by_name.values()):
        raise invalid_argument("history", "the logs of at least one epoch", logs)
    return by_name


def history_facts(
    logs: Mapping[str, Sequence[float]], evaluation: Evaluation | None = None, rivals: bool = False
) -> History:
    """Returns the facts: the loss and an accuracy, with the values to compare them with.

    Args:
        logs: of every epoch by name.
        evaluation: of the audited weights, or None.
        rivals: bool, whether several optimizers trained: losses without a total are then not added up.

    >>> history_facts({"loss": [1.0, 0.5], "acc": [0.5, 0.7], "val_acc": [0.4, 0.6]}).val_accuracy
    (0.4, 0.6)
    """
    first = evaluation.outputs[0] if evaluation is not None and evaluation.outputs else None
    accuracy = next((name for name in logs if "acc" in name and not name.startswith("val_")), "")
    tuples = {name: tuple(values) for name, values in logs.items()}
    validation = {name.removeprefix("val_"): values for name, values in tuples.items() if name.startswith("val_")}
    return History(
        loss=_total(tuples, rivals),
        accuracy=tuples.get(accuracy, ()),
        val_loss=_total(validation, rivals),
        val_accuracy=tuples.get(f"val_{accuracy}", ()),
        logs=tuples,
        task=first.task if first is not None else "classes" if accuracy else "regression",
        majority_share=first.majority_share if first is not None else math.nan,
        constant_loss=evaluation.constant_loss if evaluation is not None else math.nan,
        floor=evaluation.floor if evaluation is not None else math.nan,
    )


def _total(logs: Mapping[str, tuple[float, ...]], rivals: bool) -> tuple[float, ...]:
    names = loss_names(logs)
    if not names or (rivals and not has_total(names)):
        return ()
    epochs = min(len(logs[name]) for name in names)
    return tuple(total({name: logs[name][epoch] for name in names}) for epoch in range(epochs))


def _read_csv(path: Path) -> dict[str, list[str]]:
    file = path / "history.csv" if path.is_dir() else path
    try:
        with file.open(newline="", encoding="utf-8") as lines:
            rows = list(csv.DictReader(lines))
    except (OSError, UnicodeDecodeError) as error:
        raise invalid_argument("history", _MUST_BE, str(path)) from error
    return {name: [row[name] for row in rows if row[name]] for name in (rows[0] if rows else ()) if name != "epoch"}
