"""What the guard did and why: `events.jsonl`, and a directory for each event that can be replayed."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import keras
import numpy as np

from keras_stable.reporting.plain_values import plain
from keras_stable.reporting.temporary_path import TemporaryPath
from keras_stable.stability.snapshots import write_arrays

EVENTS = "events.jsonl"


@dataclass(frozen=True)
class GuardEvent:
    """One event, as a line of `events.jsonl` has it.

    Attributes:
        event: int; its number, from 1 on.
        kind: str; "nonfinite", "spike", "divergence", "rate", "collapse", "weights" or "rule".
        action: str; what was done: "rollback", "stop" or "warn".
        message: str; what was seen, and what was done.
        quantity: str; what showed it.
        value: float; the value that was too large; null in JSON where it is not finite.
        limit: float; what a healthy value stays below.
        epoch: int; from 0 on.
        step: int; the step of this `fit`, from 0 on, in which it began.
        noticed_step: int; how many steps had been taken when it was noticed.
        rollback_step: int or None; how many steps the state that was gone back to had taken.
        rates: list of float; the learning rate of each optimizer then.
        healthy_rates: list of float; those when the snapshot was taken.
        new_rates: list of float; those from now on.
        rows: list of int or None; which rows of the arrays given to `fit` were the batch in which it began.
        batches: list of dict; step and rows of each batch from there to when it was noticed, at most 64.
        directory: str or None; where the event can be replayed from, relative to `events.jsonl`.
    """

    event: int
    kind: str
    action: str
    message: str
    quantity: str
    value: float
    limit: float
    epoch: int
    step: int
    noticed_step: int
    rollback_step: int | None
    rates: list[float]
    healthy_rates: list[float]
    new_rates: list[float]
    rows: list[int] | None
    batches: list[dict[str, Any]] = field(default_factory=list)
    directory: str | None = None

    def markdown(self) -> str:
        """Returns the event for TensorBoard's text page."""
        rows = "not known" if self.rows is None else ", ".join(map(str, self.rows))
        return f"**{self.kind}**, {self.action}: {self.message}\n\nRows of the batch: {rows}."


def append_event(directory: Path, event: GuardEvent) -> None:
    """Adds a line to `events.jsonl`."""
    directory.mkdir(parents=True, exist_ok=True)
    with (directory / EVENTS).open("a", encoding="utf-8") as file:
        file.write(json.dumps(plain(event), allow_nan=False) + "\n")


def keep_event(
    directory: Path,
    event: GuardEvent,
    model: keras.Model,
    *,
    healthy: Mapping[str, Any],
    broken: Mapping[str, Any],
    batches: Mapping[int, list[np.ndarray]],
    structure: Any,
    limits: Mapping[str, float],
) -> None:
    """Writes all that `replay` needs into a new directory, whole or not at all.

    | file | content |
    | --- | --- |
    | `event.json` | the event, the structure of a batch, the limits of a healthy step |
    | `healthy.npz`, `broken.npz` | all variables at the snapshot, and when the event was noticed |
    | `batches.npz` | the arrays of the kept batches |
    | `model.keras` | the model as it was compiled; missing where Keras cannot save it |
    """
    with TemporaryPath(directory) as temporary:
        temporary.mkdir()
        about = {"structure": to_json(structure), "limits": dict(limits), "jit_compile": model.jit_compile}
        content = plain(event) | plain(about)
        (temporary / "event.json").write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
        write_arrays(temporary / "healthy.npz", healthy)
        write_arrays(temporary / "broken.npz", broken)
        named = {f"{step}:{i}": array for step, arrays in batches.items() for i, array in enumerate(arrays)}
        write_arrays(temporary / "batches.npz", named)
        try:
            model.save(temporary / "model.keras")
        except (ValueError, TypeError, NotImplementedError, OSError) as error:
            (temporary / "model.keras").unlink(missing_ok=True)
            (temporary / "not_saved.txt").write_text(f"Keras cannot save this model: {error}\n", encoding="utf-8")


def to_json(structure: Any) -> Any:
    """Returns a nest of places as JSON has it: tuples are told from lists.

    >>> from_json(to_json(({"a": 0}, 1, None)))
    ({'a': 0}, 1, None)
    """
    if isinstance(structure, Mapping):
        return {"dict": {str(key): to_json(value) for key, value in structure.items()}}
    if isinstance(structure, tuple | list):
        return {type(structure).__name__ if type(structure) is list else "tuple": [to_json(v) for v in structure]}
    return structure


def from_json(content: Any) -> Any:
    """Returns the nest again."""
    if not isinstance(content, dict):
        return content
    (kind, value), *_ = content.items()
    if kind == "dict":
        return {key: from_json(item) for key, item in value.items()}
    items = [from_json(item) for item in value]
    return items if kind == "list" else tuple(items)
