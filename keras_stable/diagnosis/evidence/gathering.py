"""Gathers every kind of evidence about one model, on copies of it, when a rule asks for it."""

from dataclasses import replace

from keras_stable.diagnosis import facts
from keras_stable.diagnosis.evidence.at_rest import AtRest
from keras_stable.diagnosis.evidence.copying.initializing import initialize
from keras_stable.diagnosis.evidence.copying.model_copy import copy_model
from keras_stable.diagnosis.evidence.providing import provides
from keras_stable.diagnosis.evidence.step.curvature import sharpness
from keras_stable.diagnosis.evidence.step.noise import gradient_noise
from keras_stable.diagnosis.evidence.training.probing import Budget, Program, probe
from keras_stable.diagnosis.evidence.training.rate_sweep import rate_range
from keras_stable.diagnosis.evidence.training.trials import Trials
from keras_stable.diagnosis.evidence.training.workbench import Workbench
from keras_stable.diagnosis.judging.histories import history_facts
from keras_stable.diagnosis.judging.learning import judge
from keras_stable.diagnosis.rule import Skip


class Gathering(AtRest):
    """The evidence of `AtRest`, and what training a copy shows."""

    @provides("origin")
    def _origin(self) -> facts.NonfiniteOrigin | None:
        found = super()._origin()
        return found if found is not None or not self._may_probe() else self["probed"][1]

    def can_train(self) -> bool:
        """Returns whether a copy takes a training step on the data, whatever else cannot be measured."""
        try:
            bench = self["bench"]
            bench.step(self._batches()[0])
        except Exception:  # noqa: BLE001 - a model, a loss or a metric may raise anything
            return False
        bench.restore()
        return True

    @provides("history")
    def _history(self) -> facts.History:
        if self.logs is None:
            raise Skip("no history was given")
        return history_facts(self.logs, self.get("evaluation"))

    def _may_probe(self) -> bool:
        if self.options.probe is not None:
            return self.options.probe
        return judge(self["plan"], self.get("evaluation"), self.get("history")).state != "learning"

    @provides("budget")
    def _budget(self) -> Budget:
        return Budget.of(self.options.probe_steps, self.options.probe_seconds)

    @provides("bench")
    def _bench(self) -> Workbench:
        model = copy_model(self.model, self.sample)
        # What went wrong in a training that is over is looked for where it began.
        if self.logs is not None:
            initialize(model)
        return Workbench(model)

    @provides("probed")
    def _probed(self) -> tuple[facts.Probe, facts.NonfiniteOrigin | None]:
        limits = f"{self.options.probe_steps} steps or {self.options.probe_seconds:g} s"
        self.say(f"Probe: a copy is trained for at most {limits}")
        with self._misfits():
            return probe(self["bench"], self._program(), self["budget"])

    @provides("probe")
    def _probe(self) -> facts.Probe:
        if not self._may_probe():
            raise Skip("no probe was asked for" if self.options.probe is False else "the training is known to work")
        found, _ = self["probed"]
        if self._judged(found).troubled:
            self.say("Trials: the same with one thing changed")
            with self._misfits():
                found = replace(found, trials=(*found.trials, *self["trials"].run()))
        return found

    @provides("trials")
    def _trials(self) -> Trials:
        return Trials(self["bench"], self._program(), self["probed"][0], self["budget"])

    def _program(self) -> Program:
        return Program(self.source, self.sample, self["inputs"], self["outputs"], self["labels"])

    @provides("learning")
    def _learning(self) -> facts.Learning:
        return self._judged(self.get("probe"))

    def _judged(self, probed: facts.Probe | None) -> facts.Learning:
        return judge(self["plan"], self.get("evaluation"), self.get("history"), probed)

    def _troubled_trials(self) -> Trials:
        if not self["learning"].troubled:
            raise Skip("the model was not seen in trouble")
        self["probe"]
        return self["trials"]

    @provides("overfit")
    def _overfit(self) -> facts.Overfit:
        trials = self._troubled_trials()
        self.say("Memorizing one batch")
        with self._misfits():
            return trials.overfit()

    @provides("zeroed")
    def _zeroed(self) -> facts.ZeroedInputs:
        trials = self._troubled_trials()
        with self._misfits():
            return trials.zeroed()

    # Extras.

    @provides("curvature")
    def _curvature(self) -> facts.Curvature:
        wanted = self.options.curvature
        if wanted is None:
            # What it says of the learning rate holds for plain gradient descent.
            plain = self["compiled"].optimizer == "sgd"
            wanted = plain and self.options.probe is not False and self["learning"].troubled
        if not wanted:
            raise Skip("curvature was not asked for")
        with self._measuring() as model:
            return facts.Curvature(sharpness(model, self._batches()[0]))

    @provides("noise")
    def _noise(self) -> facts.GradientNoise:
        if not self.options.gradient_noise:
            raise Skip("gradient noise was not asked for")
        with self._measuring() as model:
            return gradient_noise(model, self._batches())

    @provides("rate_range")
    def _rate_range(self) -> facts.RateRange:
        if not self.options.rate_range:
            raise Skip("a learning-rate range test was not asked for")
        with self._measuring() as model:
            return rate_range(model, self._batches())
