"""Evidence about what `fit` is given beside model and data: callbacks, schedules, weights."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from keras_stable.diagnosis import facts
from keras_stable.diagnosis.evidence.at_rest import AtRest
from keras_stable.diagnosis.evidence.model.rates import learning_rate
from keras_stable.diagnosis.evidence.program.callback_facts import Setting, examined
from keras_stable.diagnosis.evidence.program.endings import ending
from keras_stable.diagnosis.evidence.program.log_keys import epoch_keys
from keras_stable.diagnosis.evidence.program.metric_directions import (
    Direction,
    directions,
    every_metric,
    measured_directions,
)
from keras_stable.diagnosis.evidence.program.rate_path import observed_path, planned_path
from keras_stable.diagnosis.evidence.program.stand_in import Run, is_of_keras, learning_rate_of
from keras_stable.diagnosis.evidence.providing import provides
from keras_stable.diagnosis.judging.trend import falls
from keras_stable.diagnosis.rule import Skip


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
            own=sum(not is_of_keras(callback) for callback in fit.callbacks),
            keys=tuple(sorted(setting.epoch_keys)),
            epochs=plan.epochs,
            steps=plan.steps,
            learning_rate=learning_rate(getattr(self.model.optimizer, "inner_optimizer", self.model.optimizer)),
            ending=None if self.logs is None else ending(setting, self.logs, self._still_fell()),
        )

    @provides("schedule")
    def _schedule(self) -> facts.Schedule:
        plan, fit = self["plan"], self.options.fit
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

    def _setting(self) -> Setting:
        plan, fit = self["plan"], self.options.fit
        keys = self._epoch_keys()
        model = self["copy"]
        return Setting(
            fit=fit,
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
