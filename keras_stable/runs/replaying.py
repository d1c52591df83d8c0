"""`replay`: takes the step of an event again, and says what it was."""

import json
import os
from pathlib import Path
from typing import Any

import keras

from keras_stable.errors import InvalidArgumentError, invalid_argument
from keras_stable.models.loading import load_model
from keras_stable.stability.events import EVENTS, from_json
from keras_stable.stability.replay_bench import ReplayBench
from keras_stable.stability.snapshots import read_arrays
from keras_stable.stability.verdict import EventMaterial, Verdict, judged


def replay(run: str | os.PathLike[str], event: int, model: keras.Model | None = None) -> Verdict:
    """Repeats the step of an event of a `StabilityGuard` with one thing changed at a time, and says what it was.

    The guard must have been told `keep_batches`. Tried are each batch on the last healthy state, the batch in float64,
    without XLA and without some of its rows, a usual batch on the state of the event, and the steps from the healthy
    state on at the rate of the event and at a lower one.

    Args:
        run: directory of a run of `keras-stable train`, or the one that holds `events.jsonl`.
        event: int; the number of the event, from 1 on.
        model: `keras.Model`; the model, compiled as in the run. Its weights are lost. Default None: it is loaded from
            the event, for which its classes must be registered.

    Returns:
        A `Verdict`: `cause` is "rows", "state", "precision", "rate" or "unknown".

    Raises:
        InvalidArgumentError: there is no such event, or it was not kept, or the model is not that of the event.
    """
    directory = event_directory(Path(run), event)
    content = json.loads((directory / "event.json").read_text(encoding="utf-8"))
    if model is None:
        model = _loaded(directory)
    batches: dict[int, list[Any]] = {}
    for name, array in read_arrays(directory / "batches.npz").items():
        batches.setdefault(int(name.split(":")[0]), []).append(array)
    healthy, broken = (read_arrays(directory / f"{name}.npz") for name in ("healthy", "broken"))
    with ReplayBench(model, from_json(content["structure"]), content["limits"]) as bench:
        return judged(bench, EventMaterial(content, healthy, broken, batches))


def event_directory(run: Path, event: int) -> Path:
    """Returns where an event is kept.

    Raises:
        InvalidArgumentError: there is no such event, or it was not kept.
    """
    found = next((path for path in (run / EVENTS, run / "guard" / EVENTS) if path.is_file()), None)
    if found is None:
        raise invalid_argument("run", f"a directory with the {EVENTS} of a guard, there or in guard/", str(run))
    lines = [json.loads(line) for line in found.read_text(encoding="utf-8").splitlines()]
    matching = [line for line in lines if line["event"] == event]
    if not matching:
        numbers = ", ".join(str(line["event"]) for line in lines)
        raise invalid_argument("event", f"the number of an event of this run: {numbers}", event)
    if matching[-1]["directory"] is None:
        raise invalid_argument("event", "one that was kept, which `keep_batches` does", event)
    return found.parent / matching[-1]["directory"]


def _loaded(directory: Path) -> keras.Model:
    archive = directory / "model.keras"
    if not archive.is_file():
        raise InvalidArgumentError("`model` must be given where Keras could not save it. Received: model=None")
    try:
        return load_model(archive)
    except (TypeError, ValueError) as error:
        reason = str(error).strip().splitlines()[0]
        raise InvalidArgumentError(f"`model` must be given, as it cannot be loaded. Received: {reason}") from error
