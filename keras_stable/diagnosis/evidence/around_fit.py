"""Evidence about what `fit` is given beside model and data: callbacks, schedules, weights."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from keras_stable.diagnosis import facts
from keras_stable.diagnosis.evidence.at_rest import AtRest
from keras_stable.diagnosis.evidence.data.batch import Batch, joined
from keras_stable.diagnosis.evidence.data.class_weights import weighted
from keras_stable.diagnosis.evidence.model.own_steps import inner
from keras_stable.diagnosis.evidence.model.rates import learning_rate
from keras_stable.diagnosis.evidence.program.callback_facts import Setting, examined
from keras_stable.diagnosis.evidence.program.endings import ending
from keras_stable.diagnosis.evidence.program.fit_arguments import FitArguments
from keras_stable.diagnosis.evidence.program.keras_parts import keras_part
from keras_stable.diagnosis.evidence.program.log_keys import epoch_keys, has_own
from keras_stable.diagnosis.evidence.program.metric_directions import (
    Direction,
    directions,
    every_metric,
    measured_directions,
)
from keras_stable.diagnosis.evidence.program.rate_path import observed_path, planned_path
from keras_stable.diagnosis.evidence.program.stand_in import Run, is_of_keras, learning_rate_of
from keras_stable.diagnosis.evidence.program.weight_effect import drops_weights
from keras_stable.diagnosis.evidence.program.weight_facts import output_weights, refused
from keras_stable.diagnosis.evidence.providing import provides
from keras_stable.diagnosis.evidence.step.best_constant import constant_loss
from keras_stable.diagnosis.judging.trend import falls
from keras_stable.diagnosis.rule import Skip

# Rows of labels and weights that are counted; steps that it takes to see whether weights have an effect.
_WEIGHED_ROWS, _WEIGHED_BYTES, _WEIGHED_STEPS = 2**16, 2**26, 4.0

# What it takes to build the graph of a training step, in the time that copying the model takes, and in that of one
# eager batch forward and back. All three grow with the layers and variables; the copy is dear for large weights too,
# and the batch for much arithmetic, so the smaller figure counts. The first step takes some eager batches more.
_BY_COPY, _BY_BATCH = 30.0, 15.0


class AroundFit(AtRest):
    """What callbacks, schedules and weights will do in the planned training, or did in the one that was run."""

    @provides("callbacks")
    def _callbacks(self) -> facts.Callbacks:
        fit = self.options.fit
        if not fit.callbacks:
            raise Skip("no callbacks were given")
        plan, setting = self["plan"], self._setting()
        return facts.Callbacks(
            examined=examined(setting),
            own=sum(not is_of_keras(callback) for callback in setting.fit.callbacks),
            keys=tuple(sorted(setting.epoch_keys)),
            epochs=plan.epochs,
            steps=plan.steps,
            learning_rate=learning_rate(inner(self.model.optimizer)),
            ending=None if self.logs is None else ending(setting, self.logs, self._still_fell()),
        )

    @provides("schedule")
    def _schedule(self) -> facts.Schedule:
        plan, fit = self["plan"], self._fit()
        epochs, steps = self._epochs(), plan.steps_per_epoch
        if epochs is None:
            raise Skip("the number of epochs is not known")
        optimizer = self.model.optimizer
        rate = learning_rate_of(optimizer)
        setters = [type(c).__name__ for c in fit.callbacks if is_of_keras(c)]
        kind = next((name for name in setters if name in ("LearningRateScheduler", "ReduceLROnPlateau")), "")
        if self.logs is not None and (path := observed_path(self.logs, kind, epochs, steps or 1)) is not None:
            return path
        if steps is None and not isinstance(rate, float):
            raise Skip("the number of steps in an epoch is not known")
        run = Run(epochs, steps or 1, fit.initial_epoch)
        taken = int(getattr(optimizer, "iterations", 0))
        trained = 0 if self.logs is None else self._trained_epochs() * run.steps
        return planned_path(rate, fit.callbacks, run, max(0, taken - trained))

    @provides("weights")
    def _weights(self) -> facts.Weights:
        outputs, labels, source = self["outputs"], self["labels"], self.source
        weighed = output_weights(self._labels_with_weights(), outputs, labels, source.class_weight)
        if not weighed:
            raise Skip("no sample or class weights were given")
        error = refused(source.class_weight, self.sample.y, source.kind)
        name = "sample_weight" if source.class_weight is None else "class_weight"
        return facts.Weights(name, weighed, bool(self.get("weights_dropped")), error)

    @provides("weights_dropped")
    def _weights_dropped(self) -> bool:
        """Whether a step of the user's own makes no use of the weights; one of Keras's always does."""
        if self.sample.sample_weight is None or not has_own(self.model, "train_step", "compute_loss"):
            return False
        self.budget.ask("the effect of the weights", self._seconds_of_graph(_WEIGHED_STEPS))
        with self._misfits():
            return drops_weights(self["bench"], self._batches()[0])

    def _labels_with_weights(self) -> Iterator[Batch]:
        """Yields labels and weights of many rows, without the inputs."""
        weights = self.source.class_weight
        for _, batch in self.source.chunks(_WEIGHED_ROWS, inputs=False, most_bytes=_WEIGHED_BYTES):
            bare = replace(batch, x=None)
            yield bare if weights is None else weighted(bare, weights)

    @provides("constant_loss")
    def _constant_loss(self) -> float:
        """The loss of the best constant answer over rows that stand for all: with weights, rare ones weigh much."""
        if self.sample.sample_weight is None or has_own(self.model, "train_step", "compute_loss"):
            raise Skip("the rows that are judged stand for all")
        outputs, labels = self["outputs"], self["labels"]
        whole = joined(list(self._labels_with_weights()))
        with self._measuring() as model:
            return constant_loss(model, self.sample, outputs, labels, whole)

    def judged_sample(self) -> Batch:
        sample = super().judged_sample()
        # A loss without weights is not to be compared with that of a constant answer with them.
        return replace(sample, sample_weight=None) if self.get("weights_dropped") else sample

    def _epochs(self) -> int | None:
        """Returns `epochs` of `fit`; where it was not given, the epochs that a history has."""
        planned = self["plan"].epochs
        if planned is not None or self.logs is None:
            return planned
        return self.options.fit.initial_epoch + self._trained_epochs()

    def _trained_epochs(self) -> int:
        return max((len(values) for values in (self.logs or {}).values()), default=0)

    def _still_fell(self) -> bool:
        losses = np.asarray((self.logs or {}).get("loss", ()), "float64")
        return len(losses) >= 4 and bool(np.isfinite(losses).all()) and falls(losses)

    def _fit(self) -> FitArguments:
        """Returns the arguments of `fit` with what is Keras's own of each callback."""
        fit = self.options.fit
        return replace(fit, callbacks=tuple(map(keras_part, fit.callbacks)))

    def _setting(self) -> Setting:
        plan, fit = self["plan"], self._fit()
        keys = self._epoch_keys()
        model = self["copy"]
        return Setting(
            fit=fit,
            given=self.options.fit.callbacks,
            epochs=self._epochs(),
            steps_per_epoch=plan.steps_per_epoch,
            learning_rate=learning_rate_of(self.model.optimizer),
            metrics=tuple(model.metrics),
            epoch_keys=keys,
            directions=directions(model, sorted(keys), self._measured_directions() | self._of_the_loss()),
        )

    def _epoch_keys(self) -> frozenset[str]:
        """Returns the keys of the logs at the end of an epoch; none where they cannot be had."""
        if self.logs is not None:
            return frozenset(self.logs)
        fit, epochs = self.options.fit, self["plan"].epochs
        last = fit.initial_epoch + 1000 if epochs is None else epochs
        validated = self.source.validation is not None and any(map(fit.validates, range(fit.initial_epoch, last)))
        try:
            with self._measuring() as model:
                return epoch_keys(model, self.sample, validated, self._one_step)
        except Skip:
            return frozenset()

    def _one_step(self) -> Mapping[str, Any]:
        bench = self["bench"]
        try:
            return bench.step(self._batches()[0])
        finally:
            bench.restore()

    def _of_the_loss(self) -> dict[str, Direction]:
        """Returns what there is to gain in the loss, from the worse of a constant answer and the model's own."""
        seen = self.get("evaluation")
        if seen is None:
            return {}
        to_gain = float(np.fmax(seen.loss, seen.constant_loss)) - seen.floor
        return {"loss": Direction("min", best=seen.floor, to_gain=to_gain)} if np.isfinite(to_gain) else {}

    def _measured_directions(self) -> dict[str, Direction]:
        outputs = self.get("outputs")
        if outputs is None or not every_metric(self.model):
            return {}
        try:
            with self._measuring() as model:
                return measured_directions(model, self.judged_sample(), outputs)
        except Exception:  # noqa: BLE001 - a metric may refuse answers that no model gives; it then tells by what it is
            return {}

    def _seconds_of_graph(self, steps: float) -> float:
        """Returns about how long a graph takes that goes forward and back, and so many steps; 0 if unknown."""
        copy, batch = (self.budget.costs.get(name, 0.0) for name in ("copy", "gradients"))
        return min(_BY_COPY * copy, _BY_BATCH * batch) + steps * batch
