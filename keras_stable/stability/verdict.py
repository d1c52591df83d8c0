"""What it was: these rows, the state, the precision, or the rate. Told by trials with one thing changed at a time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from keras_stable.stability.replay_bench import Outcome, ReplayBench

# A rate that has gone wrong does so within some ten steps where it was noticed.
_RERUN_STEPS = 40
_CHANGED_RATE = 1.5
_MOST_SINGLE_ROWS = 64
_LOWER = 0.01


@dataclass(frozen=True)
class Verdict:
    """The outcome of a replay.

    Attributes:
        cause: "rows", "state", "precision", "rate" or "unknown".
        message: str; what it was, in a sentence.
        rows: list of int; which samples of the batch did it, as rows of the arrays given to `fit` where these are
            known, and as places in the batch where not. Empty when it was not the rows.
        trials: list of `Outcome`, in the order in which they were made.
    """

    cause: str
    message: str
    rows: list[int] = field(default_factory=list)
    trials: list[Outcome] = field(default_factory=list)

    def __str__(self) -> str:
        lines = [f"Verdict: {self.cause}. {self.message}", ""]
        for trial in self.trials:
            judged = {True: "bad", False: "good", None: trial.note}[trial.bad]
            figures = "" if trial.bad is None else f"loss {trial.loss:.4g}, gradient norm {trial.norm:.4g}: "
            lines.append(f"  {trial.what}: {figures}{judged}")
        return "\n".join(lines)


@dataclass(frozen=True)
class EventMaterial:
    """What is kept of an event: see `events.keep_event`."""

    event: Mapping[str, Any]
    healthy: Mapping[str, Any]
    broken: Mapping[str, Any]
    batches: Mapping[int, list[np.ndarray]]

    def rows_of(self, step: int) -> list[int] | None:
        """Returns the rows of the batch of a step, where they are known."""
        return next((batch["rows"] for batch in self.event["batches"] if batch["step"] == step), None)


def judged(bench: ReplayBench, material: EventMaterial) -> Verdict:
    """Makes the trials and returns the verdict.

    1. Each batch since the event on the last healthy state: a bad one is at fault, or the precision is.
    2. That batch in float64, and without XLA: good there means the precision.
    3. A usual batch on the state of the event: bad means that the state is broken, and the question is what broke it.
    4. The steps from the healthy state on, with the rate of the event and with a lower one: what goes wrong by itself
       at the one and not at the other is the rate; what does not go wrong at all was done to the state from outside.
    """
    event, trials = material.event, []
    since = {step: batch for step, batch in material.batches.items() if step >= event["step"]}
    before = {step: batch for step, batch in material.batches.items() if step < event["step"]}
    for step, batch in since.items():
        trial = bench.steps(f"batch {step} on the healthy state", material.healthy, [batch], event["healthy_rates"])
        trials.append(trial)
        if trial.bad:
            return _of_batch(bench, material, step, trials)
    usual = list(before.values())[-4:] or list(since.values())[-4:]
    if not usual:
        return Verdict("unknown", "No batch of this event was kept.", trials=trials)
    still = [0.0] * len(event["rates"])
    for_state = bench.steps("usual batches on the state of the event", material.broken, usual, still, _level(event))
    trials.append(for_state)
    return _of_state(bench, material, for_state, trials)


def _level(event: Mapping[str, Any]) -> float | None:
    """Returns what the loss of several steps must not pass: less noisy than one, they are judged as the event was."""
    return event["limit"] if event["quantity"] == "loss" and event["kind"] in ("divergence", "rate") else None


def _of_batch(bench: ReplayBench, material: EventMaterial, step: int, trials: list[Outcome]) -> Verdict:
    batch, rates = material.batches[step], material.event["healthy_rates"]
    finite = all(np.isfinite(array).all() for array in batch if array.dtype.kind == "f")
    # What a batch does to a moving statistic is no matter of precision.
    if finite and not trials[-1].by_weights:
        trials.append(bench.in_float64(f"batch {step} in float64", material.healthy, batch))
        if trials[-1].bad is False:
            return Verdict("precision", f"Batch {step} is good in float64, and in no lower precision.", trials=trials)
        if bench.model.jit_compile is True:
            trials.append(bench.without_xla(f"batch {step} without XLA", material.healthy, batch, rates))
            if trials[-1].bad is False:
                return Verdict("precision", f"Batch {step} is good without XLA, and bad with it.", trials=trials)
    places, trial = _bad_places(bench, material, step)
    trials.append(trial)
    known = material.rows_of(step)
    rows = places if known is None else [known[place] for place in places]
    named = "rows" if known is not None else "samples of the batch, counted from 0,"
    which = ", ".join(map(str, rows))
    return Verdict("rows", f"It was batch {step} on any state, by these {named}: {which}.", rows, trials)


def _bad_places(bench: ReplayBench, material: EventMaterial, step: int) -> tuple[list[int], Outcome]:
    """Returns which samples of a batch are bad by themselves, if the others are good without them; or else all."""
    batch, rates = material.batches[step], material.event["healthy_rates"]
    count = len(batch[0])

    def trial(places: Sequence[int]) -> Outcome:
        chosen = [array[list(places)] for array in batch]
        return bench.steps(f"batch {step} without {count - len(places)} samples", material.healthy, [chosen], rates)

    places = [place for place in range(min(count, _MOST_SINGLE_ROWS)) if trial([place]).bad]
    others = [place for place in range(count) if place not in places]
    if not places or not others:
        return list(range(count)), Outcome(f"batch {step}, sample by sample", note=f"{len(places)} of {count} are bad")
    outcome = trial(others)
    return (list(range(count)) if outcome.bad else places), outcome


def _of_state(bench: ReplayBench, material: EventMaterial, broken: Outcome, trials: list[Outcome]) -> Verdict:
    event = material.event
    batches = list(material.batches.values())
    steps = (batches * (_RERUN_STEPS // len(batches) + 1))[: max(_RERUN_STEPS, len(batches))]
    pairs = list(zip(event["rates"], event["healthy_rates"], strict=True))
    jumped = any(rate > _CHANGED_RATE * healthy for rate, healthy in pairs)
    state, level = material.healthy, _level(event)
    rerun = bench.steps("from the healthy state on, at the rate of the event", state, steps, event["rates"], level)
    lower = event["healthy_rates"] if jumped else [rate * _LOWER for rate in event["rates"]]
    name = "at the rate before" if jumped else "at a hundredth of the rate"
    slower = bench.steps(f"from the healthy state on, {name}", state, steps, lower, level)
    trials += [rerun, slower]
    if rerun.bad and not slower.bad:
        rates = ", ".join(f"{rate:.3g}" for rate in event["rates"])
        return Verdict("rate", f"It goes wrong from the healthy state too at the rate {rates}, not lower.", [], trials)
    if broken.bad and not rerun.bad:
        message = "The weights are broken, and neither the batches nor the rate break them: they were changed."
        return Verdict("state", message, [], trials)
    if rerun.bad:
        return Verdict("rows", "The kept batches lead into it at any rate, though none does alone.", [], trials)
    return Verdict("unknown", "None of the trials goes wrong: the fault is gone with its moment.", [], trials)
