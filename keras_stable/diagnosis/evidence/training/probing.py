"""The probe: a short training of a copy with the model's own optimizer, loss and batches."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import keras
import numpy as np

from keras_stable.diagnosis.evidence.budget import Deadline
from keras_stable.diagnosis.evidence.data.source import Batch, Source
from keras_stable.diagnosis.evidence.model.own_steps import own_optimizers
from keras_stable.diagnosis.evidence.step.evaluation import data_loss, evaluate
from keras_stable.diagnosis.evidence.step.nonfinite_origins import nonfinite_origin
from keras_stable.diagnosis.evidence.step.sums import sum_of_squares
from keras_stable.diagnosis.evidence.training.batches import endless
from keras_stable.diagnosis.evidence.training.workbench import Workbench, finite_losses
from keras_stable.diagnosis.facts import Evaluation, Input, Labels, NonfiniteOrigin, Output, Probe, Trial
from keras_stable.diagnosis.logs import has_total, loss_names, total
from keras_stable.optimizers.history import GradientHistoryReader

# Trials last this many steps, so they are compared with the probe's loss after the same number.
TRIAL_STEPS = 100
UNKNOWN = Evaluation(0, *(math.nan,) * 4, penalty=0.0, outputs=())
"""What is known of the answers of a model that cannot be called."""

# Sums of many layers' weights are read at these steps only: reading them costs more than a step.
_MEASURED = frozenset((0, 1, 2, 4, 8, 16, 32, 64, 128, 256))


@dataclass(frozen=True)
class Limits:
    """How far a probe may go.

    Attributes:
        steps: int.
        deadline: `Deadline`, after which no further step begins.
        rates: tuple of (step, rate), from which steps on a callback has the rate be what; () where none sets it.
    """

    steps: int = 300
    deadline: Deadline = field(default_factory=Deadline)
    rates: tuple[tuple[int, float], ...] = ()


@dataclass(frozen=True)
class Program:
    """What a copy is trained and judged on.

    Attributes:
        source: the training data; sample: the rows that losses are compared on.
        inputs, outputs, labels: facts, one for each input and output; none where there are none.
        called: bool, whether the model can be called as a whole.
    """

    source: Source
    sample: Batch
    inputs: Sequence[Input]
    outputs: Sequence[Output]
    labels: Sequence[Labels]
    called: bool = True

    def evaluate(self, model: keras.Model, sample: Batch | None = None) -> Evaluation:
        """Returns how a model answers the sample, or another one."""
        if not self.called:
            return UNKNOWN
        rows = self.source.plan(trained=False).batch_size
        return evaluate(model, sample or self.sample, self.outputs, self.labels, rows)

    def loss(self, model: keras.Model) -> float:
        """Returns the loss of a model on the sample, without penalties."""
        rows = self.source.plan(trained=False).batch_size
        return data_loss(model, self.sample, self.outputs, rows) if self.called else math.nan


def probe(
    bench: Workbench, program: Program, limits: Limits, before: Evaluation | None = None
) -> tuple[Probe, NonfiniteOrigin | None]:
    """Trains, and returns what it saw and, where numbers stopped being finite, the place where that began.

    Args:
        bench: the workbench, just put back.
        program: what to train and judge on.
        limits: how far to go.
        before: how the model answers the sample of the program; None to find out.
    """
    model, clock = bench.model, bench.clock
    before = before or program.evaluate(model)
    reader = GradientHistoryReader(model.optimizer) if bench.guarded else None
    weight_norm = _norm(model.trainable_variables)
    logs: list[dict[str, float]] = []
    ratios: dict[str, list[float]] = {}
    unchanged, origin, stopped = Trial("unchanged", 0, before.loss, math.nan), None, ""
    plan = program.source.plan(trained=False)
    steps, most = plan.steps_per_epoch or limits.steps, min(limits.steps, plan.steps or limits.steps)
    rates = dict(limits.rates)
    start = clock()
    for step, batch in enumerate(endless(program.source)):
        if step == most:
            break
        if limits.deadline.over:
            stopped = "time"
            break
        measured = _values(model.trainable_variables) if step in _MEASURED else None
        if step in rates:
            bench.set_rate(rates[step])
        skipped = bench.skipped_steps()
        logs.append(bench.step(batch))
        if measured is not None:
            _add_ratios(ratios, model, measured)
        if bench.skipped_steps() > skipped or not finite_losses(logs[-1]):
            origin, stopped = nonfinite_origin(model, batch, step, step % steps), "nonfinite"
            break
        if step + 1 == TRIAL_STEPS:
            unchanged = Trial("unchanged", TRIAL_STEPS, program.loss(model), math.nan)
    seconds = clock() - start
    after = program.evaluate(model)
    if unchanged.steps == 0 or stopped == "nonfinite":
        unchanged = Trial("unchanged", len(logs), math.inf if stopped == "nonfinite" else after.loss, math.nan)
    return Probe(
        steps=len(logs),
        seconds=seconds,
        stopped=stopped,
        **_losses(logs, rivals=len(own_optimizers(model)) > 1),
        accuracy=_accuracy(logs),
        update_ratio={path: float(np.median(sizes)) for path, sizes in ratios.items()},
        weight_growth=_norm(model.trainable_variables) / max(weight_norm, 1e-12),
        before=before,
        after=after,
        trials=(unchanged,),
        **_norms(reader),
    ), origin


def _losses(logs: Sequence[Mapping[str, float]], rivals: bool) -> dict[str, Any]:
    names = loss_names(logs[0]) if logs else ()
    rivals = rivals and len(names) > 1 and not has_total(names)
    totals = () if rivals or not names else tuple(map(total, logs))
    return {"loss": totals, "losses": {name: tuple(log[name] for log in logs) for name in names}, "rivals": rivals}


def _norms(reader: GradientHistoryReader | None) -> dict[str, Any]:
    if reader is None:
        return {}
    history = reader.read()
    if not len(history):
        return {}
    return {
        "grad_norm": tuple(map(float, history.global_norm)),
        "applied_norm": tuple(map(float, history.applied_norm)),
        "finite": tuple(map(bool, history.finite)),
        "variable_paths": history.variable_paths,
        "variable_norms": tuple(map(float, np.median(history.variable_norm, 0))),
    }


def _values(variables: Sequence[keras.Variable]) -> list[np.ndarray]:
    """Returns the values, which share the memory of the variables until these are written to."""
    return [np.asarray(variable.value.read_value()) for variable in variables]


def _add_ratios(ratios: dict[str, list[float]], model: keras.Model, before: list[np.ndarray]) -> None:
    for variable, old in zip(model.trainable_variables, before, strict=True):
        size = math.sqrt(sum_of_squares(old))
        change = math.sqrt(sum_of_squares(np.asarray(variable.value), old))
        if size > 0:
            ratios.setdefault(variable.path, []).append(change / size)


def _accuracy(logs: Sequence[Mapping[str, float]]) -> tuple[float, ...]:
    name = next((name for name in (logs[0] if logs else ()) if "acc" in name), None)
    return () if name is None else tuple(log[name] for log in logs)


def _norm(variables: Sequence[keras.Variable]) -> float:
    return math.sqrt(sum(sum_of_squares(np.asarray(variable.value)) for variable in variables))
