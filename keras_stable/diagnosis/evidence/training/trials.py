"""Trials: the same short training again with one thing changed, which tells causes from symptoms."""

import math
import time
from collections.abc import Callable
from dataclasses import replace

import keras
import numpy as np

from keras_stable.diagnosis.evidence.data.source import Batch
from keras_stable.diagnosis.evidence.model.loss_value import as_tensors, forward
from keras_stable.diagnosis.evidence.model.noise_layers import without_noise
from keras_stable.diagnosis.evidence.step.evaluation import error_rate
from keras_stable.diagnosis.evidence.training.probing import TRIAL_STEPS, Budget, Program
from keras_stable.diagnosis.evidence.training.workbench import Workbench, endless
from keras_stable.diagnosis.facts import Evaluation, Overfit, Probe, Trial, ZeroedInputs
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
        budget: of the probe; its deadline holds for all trials together.
    """

    def __init__(self, bench: Workbench, program: Program, probe: Probe, budget: Budget) -> None:
        self.bench, self.program, self.probe, self.budget = bench, program, probe, budget
        unchanged = probe.trial("unchanged")
        reached = TRIAL_STEPS if unchanged is None or probe.stopped == "nonfinite" else unchanged.steps
        self.steps = min(TRIAL_STEPS, max(reached, 1))

    def run(self) -> tuple[Trial, ...]:
        """Returns every trial that makes sense here and that there was time for."""
        trials = [self._trial(name, rate=self.bench.learning_rate * factor) for name, factor in RATE_FACTORS.items()]
        if scaled := standardized_inputs(self.program):
            trials.append(self._trial(STANDARDIZED_INPUTS, change=scaled))
        if targets := standardized_targets(self.program, self.probe):
            trials.append(self._trial(STANDARDIZED_TARGETS, change=targets))
        return tuple(trial for trial in trials if trial is not None)

    def zeroed(self) -> ZeroedInputs:
        """Returns what the same training on inputs of zeros comes to."""
        trial = self._trial(
            ZEROED_INPUTS, change=lambda batch: replace(batch, x=keras.tree.map_structure(np.zeros_like, batch.x))
        )
        unchanged = self.probe.trial(UNCHANGED)
        if trial is None or unchanged is None:
            raise Skip("there was no time left for training on zeros")
        return ZeroedInputs(trial.loss, unchanged.loss, self.probe.before.loss)

    def overfit(self) -> Overfit:
        """Returns how far the copy memorizes one small batch, with dropout and noise off."""
        batch = self.program.sample.take(np.arange(min(_BATCH, self.program.sample.rows)))
        best: Overfit | None = None
        with without_noise(self.bench.model):
            for factor in _OVERFIT_RATES:
                if time.monotonic() > self.budget.deadline:
                    break
                found = self._memorize(batch, self.bench.learning_rate * factor)
                if best is None or found.error < best.error:
                    best = found
                if best.error <= 0.05:
                    break
        self.bench.restore()
        if best is None:
            raise Skip("there was no time left for memorizing one batch")
        return best

    def _memorize(self, batch: Batch, rate: float) -> Overfit:
        self.bench.restore()
        self.bench.constant_rate(rate)
        first = self.bench.step(batch).get("loss", math.nan)
        steps = 1 + self.bench.train((batch for _ in range(_OVERFIT_STEPS)), _OVERFIT_STEPS, self.budget.deadline)
        last = self.bench.step(batch).get("loss", math.nan)
        # Batch statistics, as in training: moving averages need more than these steps.
        answer = forward(self.bench.model, as_tensors(batch.x), training=True)
        error = error_rate(answer, batch, self.program.outputs, self.program.labels)
        return Overfit(batch.rows, steps, first, last, error if math.isfinite(last) else 1.0, rate)

    def _trial(self, name: TrialName, rate: float | None = None, change: Change | None = None) -> Trial | None:
        if time.monotonic() > self.budget.deadline:
            return None
        self.bench.restore()
        if rate is not None:
            self.bench.constant_rate(rate)
        steps = self.bench.train(endless(self.program.source, change), self.steps, self.budget.deadline)
        if steps < self.steps and time.monotonic() > self.budget.deadline:
            return None
        sample = self.program.sample if change is None else change(self.program.sample)
        seen = self.program.evaluate(self.bench.model, sample)
        # Losses of other targets are not comparable; in units of what a constant answer costs, they are.
        loss = self._in_own_unit(seen) if name == STANDARDIZED_TARGETS else seen.loss
        finite = math.isfinite(seen.loss) and self.bench.skipped_steps() == 0
        accuracy = seen.outputs[0].accuracy if seen.outputs else math.nan
        return Trial(name, steps, loss if finite else math.inf, accuracy)

    def _in_own_unit(self, seen: Evaluation) -> float:
        """Returns the loss of own targets that leaves the same share of what a constant answer leaves to gain."""
        left = 1 - gained(seen.constant_loss, seen.loss, seen.floor)
        before = self.probe.before
        floor = before.floor if math.isfinite(before.floor) else 0.0
        return floor + left * (before.constant_loss - floor)


def standardized_inputs(program: Program) -> Change | None:
    """Returns a change that brings every input of real numbers to mean 0 and deviation 1; None if there is none.

    Columns of a table are scaled each by itself, pixels and steps of a sequence together.
    """
    flat = keras.tree.flatten(program.sample.x)
    if len(flat) != len(program.inputs):
        return None
    moments: list[tuple[np.ndarray, np.ndarray] | None] = []
    for values, each in zip(flat, program.inputs, strict=True):
        if each.consumer == "Embedding" or not np.issubdtype(values.dtype, np.number):
            moments.append(None)
            continue
        axis = 0 if values.ndim == 2 else None
        known = np.where(np.isfinite(values), values, np.nan).astype("float64")
        mean, std = np.nanmean(known, axis), np.nanstd(known, axis)
        moments.append((mean, np.where(std > 0, std, 1.0)))
    if not any(moments):
        return None

    def change(batch: Batch) -> Batch:
        scaled = [
            values if each is None else ((values - each[0]) / each[1]).astype("float32")
            for values, each in zip(keras.tree.flatten(batch.x), moments, strict=True)
        ]
        return replace(batch, x=keras.tree.pack_sequence_as(batch.x, scaled))

    return change


def standardized_targets(program: Program, probe: Probe) -> Change | None:
    """Returns a change that brings the targets of a regression to mean 0 and deviation 1; None for others."""
    if not probe.before.outputs or any(each.task != "regression" for each in probe.before.outputs):
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
