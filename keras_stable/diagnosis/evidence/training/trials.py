"""Trials: the same short training again with one thing changed, which tells causes from symptoms."""

import math
from collections.abc import Callable
from dataclasses import replace

import keras
import numpy as np

from keras_stable.diagnosis.evidence.budget import Budget, Deadline
from keras_stable.diagnosis.evidence.data.source import Batch
from keras_stable.diagnosis.evidence.model.demands import demanded_rows
from keras_stable.diagnosis.evidence.model.loss_value import as_tensors, forward
from keras_stable.diagnosis.evidence.model.noise_layers import without_noise
from keras_stable.diagnosis.evidence.step.evaluation import error_rate
from keras_stable.diagnosis.evidence.training.batches import endless
from keras_stable.diagnosis.evidence.training.probing import TRIAL_STEPS, Program
from keras_stable.diagnosis.evidence.training.workbench import Workbench
from keras_stable.diagnosis.facts import Evaluation, Overfit, Probe, Trial, ZeroedInputs
from keras_stable.diagnosis.logs import total
from keras_stable.diagnosis.progress import gained
from keras_stable.diagnosis.rule import Skip
from keras_stable.diagnosis.vocabulary import (
    RATE_FACTORS,
    STANDARDIZED_INPUTS,
    STANDARDIZED_TARGETS,
    UNCHANGED,
    ZEROED_INPUTS,
    TrialName,
)

_BATCH = 16
_OVERFIT_STEPS = 100
# Memorizing is first tried at the model's own rate, then at others: a rate that is off has a rule of its own.
_OVERFIT_RATES = (1.0, 10.0, 0.1)

Change = Callable[[Batch], Batch]


class Trials:
    """Runs trials on a workbench, each from the same weights and over the same batches.

    Args:
        bench: the workbench; it is put back before each trial.
        program: as for the probe.
        probe: what the probe saw; trials take as many steps as its "unchanged" one.
        deadline: `Deadline` for all trials together.
        budget: of the audit; a trial that it has no time for is left out.
    """

    def __init__(
        self,
        bench: Workbench,
        program: Program,
        probe: Probe,
        deadline: Deadline | None = None,
        budget: Budget | None = None,
    ) -> None:
        self.bench, self.program, self.probe = bench, program, probe
        self.deadline, self.budget = deadline or Deadline(), budget or Budget()
        unchanged = probe.trial("unchanged")
        reached = TRIAL_STEPS if unchanged is None or probe.stopped == "nonfinite" else unchanged.steps
        self.steps = min(TRIAL_STEPS, max(reached, 1))

    def run(self) -> tuple[Trial, ...]:
        """Returns every trial that makes sense here and that there was time for."""
        changes: list[tuple[TrialName, float | None, Change | None]] = [
            (name, self.bench.learning_rate * factor, None) for name, factor in RATE_FACTORS.items()
        ]
        if scaled := standardized_inputs(self.program):
            changes.append((STANDARDIZED_INPUTS, None, scaled))
        if targets := standardized_targets(self.program, self.probe):
            changes.append((STANDARDIZED_TARGETS, None, targets))
        trials = []
        for name, rate, change in changes:
            try:
                trials.append(self._trial(name, "trials that change one thing", rate, change))
            except Skip:
                continue
        return tuple(trials)

    def zeroed(self) -> ZeroedInputs:
        """Returns what the same training on inputs of zeros comes to."""
        unchanged = self.probe.trial(UNCHANGED)
        if unchanged is None:
            raise Skip("the probe took no step")
        trial = self._trial(ZEROED_INPUTS, "training on zeros", change=_without_inputs)
        return ZeroedInputs(trial.loss, unchanged.loss, self.probe.before.loss, self.steps)

    def overfit(self) -> Overfit:
        """Returns how far the copy memorizes one small batch, with dropout and noise off."""
        rows = demanded_rows(self.bench.model) or _BATCH
        batch = self.program.sample.take(np.arange(min(rows, self.program.sample.rows)))
        # Without noise, and for rows of another number, the training step is built anew.
        once = self.bench.seconds_of(_OVERFIT_STEPS + 2)
        self.budget.ask("memorizing one batch", once + self.bench.seconds_of(0, rebuilt=True), self.deadline)
        best: Overfit | None = None
        with without_noise(self.bench.model):
            for factor in _OVERFIT_RATES:
                if best is not None and self.deadline.left < once:
                    break
                memorized = self._memorize(batch, self.bench.learning_rate * factor)
                if best is None or memorized.error < best.error:
                    best = memorized
                if best.error <= 0.05:
                    break
        self.bench.restore()
        assert best is not None
        return best

    def _memorize(self, batch: Batch, rate: float) -> Overfit:
        self.bench.restore()
        self.bench.constant_rate(rate)
        first = total(self.bench.step(batch))
        steps = 1 + self.bench.train((batch for _ in range(_OVERFIT_STEPS)), _OVERFIT_STEPS, self.deadline)
        last = total(self.bench.step(batch))
        # Batch statistics, as in training: moving averages need more than these steps.
        answer = forward(self.bench.model, as_tensors(batch.x), training=True)
        error = error_rate(answer, batch, self.program.outputs, self.program.labels)
        return Overfit(batch.rows, steps, first, last, error if math.isfinite(last) else 1.0, rate)

    def _trial(self, name: TrialName, what: str, rate: float | None = None, change: Change | None = None) -> Trial:
        self.bench.restore()
        seconds = self.bench.seconds_of(self.steps) + self.budget.costs.get("evaluation", 0.0)
        self.budget.ask(what, seconds, self.deadline)
        if rate is not None:
            self.bench.constant_rate(rate)
        steps = self.bench.train(endless(self.program.source, change), self.steps, self.deadline)
        if steps < self.steps and self.deadline.over:
            self.budget.ask(what, math.inf, self.deadline)
        sample = self.program.sample if change is None else change(self.program.sample)
        seen = self.program.evaluate(self.bench.model, sample)
        # Losses of other targets are not comparable; in units of what a constant answer costs, they are.
        loss = self._in_own_unit(seen) if name == STANDARDIZED_TARGETS else seen.loss
        finite = math.isfinite(seen.loss) and self.bench.skipped_steps() == 0
        accuracy = seen.outputs[0].accuracy if seen.outputs else math.nan
        return Trial(name, steps, loss if finite else math.inf, accuracy)

    def _in_own_unit(self, seen: Evaluation) -> float:
        """Returns the loss on the original targets that leaves the same share of the gain over a constant answer."""
        left = 1 - gained(seen.constant_loss, seen.loss, seen.floor)
        before = self.probe.before
        floor = before.floor if math.isfinite(before.floor) else 0.0
        return floor + left * (before.constant_loss - floor)


def _without_inputs(batch: Batch) -> Batch:
    return replace(batch, x=keras.tree.map_structure(np.zeros_like, batch.x))


def standardized_inputs(program: Program) -> Change | None:
    """Returns a change that brings every input of real numbers to mean 0 and deviation 1; None if there is none.

    Columns of a table are scaled each by itself, pixels and steps of a sequence together.
    """
    flat = keras.tree.flatten(program.sample.x)
    if len(flat) != len(program.inputs):
        return None
    moments: list[tuple[np.ndarray, np.ndarray] | None] = []
    for values, facts in zip(flat, program.inputs, strict=True):
        if facts.consumer == "Embedding" or not np.issubdtype(values.dtype, np.number):
            moments.append(None)
            continue
        axis = 0 if values.ndim == 2 else None
        finite = np.where(np.isfinite(values), values, np.nan).astype("float64")
        mean, std = np.nanmean(finite, axis), np.nanstd(finite, axis)
        moments.append((mean, np.where(std > 0, std, 1.0)))
    if not any(moments):
        return None

    def change(batch: Batch) -> Batch:
        scaled = [
            values if moment is None else ((values - moment[0]) / moment[1]).astype("float32")
            for values, moment in zip(keras.tree.flatten(batch.x), moments, strict=True)
        ]
        return replace(batch, x=keras.tree.pack_sequence_as(batch.x, scaled))

    return change


def standardized_targets(program: Program, probe: Probe) -> Change | None:
    """Returns a change that brings the targets of a regression to mean 0 and deviation 1; None for others."""
    if not probe.before.outputs or any(output.task != "regression" for output in probe.before.outputs):
        return None
    if program.sample.y is None:
        return None
    flat = [np.asarray(values, "float64") for values in keras.tree.flatten(program.sample.y)]
    moments = [(values.mean(0), np.where(values.std(0) > 0, values.std(0), 1.0)) for values in flat]

    def change(batch: Batch) -> Batch:
        scaled = [
            ((values - mean) / std).astype("float32")
            for values, (mean, std) in zip(keras.tree.flatten(batch.y), moments, strict=True)
        ]
        return replace(batch, y=keras.tree.pack_sequence_as(batch.y, scaled))

    return change
