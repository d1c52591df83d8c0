"""The probe: a short training of a copy with the model's own optimizer, loss and batches."""

import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np

from keras_stable.diagnosis.evidence.data.source import Batch, Source
from keras_stable.diagnosis.evidence.step.evaluation import data_loss, evaluate
from keras_stable.diagnosis.evidence.step.nonfinite_origins import nonfinite_origin
from keras_stable.diagnosis.evidence.training.workbench import Workbench, endless
from keras_stable.diagnosis.facts import Evaluation, Input, Labels, NonfiniteOrigin, Output, Probe, Trial
from keras_stable.optimizers.history import GradientHistoryReader

# Trials last so many steps, so the probe's loss after as many is what they are compared with.
TRIAL_STEPS = 100
# Sums of many layers' weights are read at these steps only: reading them costs more than a step.
_MEASURED = frozenset((0, 1, 2, 4, 8, 16, 32, 64, 128, 256))


@dataclass(frozen=True)
class Budget:
    """What the probe and the trials may take.

    Attributes:
        steps: int, of the probe.
        deadline: float, seconds of `time.monotonic`, for the probe and the trials together.
    """

    steps: int = 300
    deadline: float = math.inf

    @classmethod
    def of(cls, steps: int, seconds: float) -> "Budget":
        """Returns a budget that begins now."""
        return cls(steps, time.monotonic() + seconds)


@dataclass(frozen=True)
class Program:
    """What a copy is trained and judged on.

    Attributes:
        source: the training data; sample: the rows that losses are compared on.
        inputs, outputs, labels: facts, one for each input and output.
    """

    source: Source
    sample: Batch
    inputs: Sequence[Input]
    outputs: Sequence[Output]
    labels: Sequence[Labels]

    def evaluate(self, model: keras.Model, sample: Batch | None = None) -> Evaluation:
        """Returns how a model answers the sample, or another one."""
        return evaluate(model, sample or self.sample, self.outputs, self.labels)


def probe(bench: Workbench, program: Program, budget: Budget) -> tuple[Probe, NonfiniteOrigin | None]:
    """Trains, and returns what it saw and, where numbers stopped being finite, the place where that began."""
    model = bench.model
    before = program.evaluate(model)
    reader = GradientHistoryReader(model.optimizer) if bench.guarded else None
    weight_norm = _norm(model.trainable_variables)
    logs: list[dict[str, float]] = []
    ratios: dict[str, list[float]] = {}
    unchanged, origin, stopped = Trial("unchanged", 0, before.loss, math.nan), None, ""
    steps = program.source.plan(trained=False).steps_per_epoch or budget.steps
    start = time.monotonic()
    for step, batch in enumerate(endless(program.source)):
        if step == budget.steps:
            break
        if time.monotonic() > budget.deadline:
            stopped = "time"
            break
        measured = [variable.numpy() for variable in model.trainable_variables] if step in _MEASURED else None
        skipped = bench.skipped_steps()
        logs.append(bench.step(batch))
        if measured is not None:
            _add_ratios(ratios, model, measured)
        if bench.skipped_steps() > skipped or not math.isfinite(logs[-1].get("loss", 0.0)):
            origin, stopped = nonfinite_origin(model, batch, step, step % steps), "nonfinite"
            break
        if step + 1 == TRIAL_STEPS:
            unchanged = Trial("unchanged", TRIAL_STEPS, data_loss(model, program.sample), math.nan)
    seconds = time.monotonic() - start
    after = program.evaluate(model)
    if unchanged.steps == 0 or stopped == "nonfinite":
        unchanged = Trial("unchanged", len(logs), math.inf if stopped == "nonfinite" else after.loss, math.nan)
    return Probe(
        steps=len(logs),
        seconds=seconds,
        stopped=stopped,
        loss=tuple(each.get("loss", math.nan) for each in logs),
        accuracy=_accuracy(logs),
        update_ratio={path: float(np.median(found)) for path, found in ratios.items()},
        weight_growth=_norm(model.trainable_variables) / max(weight_norm, 1e-12),
        before=before,
        after=after,
        trials=(unchanged,),
        **_norms(reader),
    ), origin


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


def _add_ratios(ratios: dict[str, list[float]], model: keras.Model, before: list[np.ndarray]) -> None:
    for variable, old in zip(model.trainable_variables, before, strict=True):
        size = float(np.linalg.norm(np.asarray(old, "float64")))
        change = float(np.linalg.norm(np.asarray(variable.numpy(), "float64") - old))
        if size > 0:
            ratios.setdefault(variable.path, []).append(change / size)


def _accuracy(logs: Sequence[Mapping[str, float]]) -> tuple[float, ...]:
    name = next((name for name in (logs[0] if logs else ()) if "acc" in name), None)
    return () if name is None else tuple(each[name] for each in logs)


def _norm(variables: Sequence[keras.Variable]) -> float:
    return math.sqrt(sum(float(np.sum(np.square(v.numpy().astype("float64")))) for v in variables))
