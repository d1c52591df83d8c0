"""Gathers every kind of evidence about one model, on copies of it, when a rule asks for it."""

from dataclasses import replace

import keras

from keras_stable.diagnosis import facts
from keras_stable.diagnosis.evidence.budget import Deadline
from keras_stable.diagnosis.evidence.copying.initializing import began_elsewhere, initialize
from keras_stable.diagnosis.evidence.label_check import LabelCheck
from keras_stable.diagnosis.evidence.model.own_steps import has_call, loss_is_in_step, own_optimizers
from keras_stable.diagnosis.evidence.of_answers import OfAnswers
from keras_stable.diagnosis.evidence.of_sequences import OfSequences
from keras_stable.diagnosis.evidence.program.dependences import INFORMATIVE
from keras_stable.diagnosis.evidence.providing import provides
from keras_stable.diagnosis.evidence.step.curvature import sharpness
from keras_stable.diagnosis.evidence.step.noise import gradient_noise
from keras_stable.diagnosis.evidence.training.pairings import pairing, trained_pairing
from keras_stable.diagnosis.evidence.training.probing import Limits, Program, probe
from keras_stable.diagnosis.evidence.training.rate_sweep import rate_range
from keras_stable.diagnosis.evidence.training.trials import Trials
from keras_stable.diagnosis.evidence.training.workbench import Workbench
from keras_stable.diagnosis.judging.doubts import by_output, with_checks
from keras_stable.diagnosis.judging.histories import history_facts
from keras_stable.diagnosis.judging.learning import judge
from keras_stable.diagnosis.rule import Skip

# Of the whole time, what is kept for evidence that is gathered after the trainings.
_AFTERWARDS = 0.05
# Of the time for training, what the probe may take; the rest is for trials, where it shows trouble.
_PROBE = 0.6
_FIRST_STEP = 2.0
_PAIRING, _PAIRING_STEPS = 0.3, 25.0
_CURVATURE, _NOISE, _RATES = 20.0, 8.0, 60.0


class Gathering(LabelCheck, OfSequences, OfAnswers):
    """The evidence of the classes above, and what training a copy shows."""

    _probed_pairing: facts.Pairing | None = None

    @provides("origin")
    def _origin(self) -> facts.NonfiniteOrigin | None:
        origin = super()._origin()
        return origin if origin is not None or not self._may_probe() else self["probed"][1]

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
        history = history_facts(self.logs, self.get("evaluation"), rivals=len(own_optimizers(self.model)) > 1)
        whole = self.get("constant_loss")
        return history if whole is None else replace(history, constant_loss=whole)

    def _may_probe(self) -> bool:
        if self.options.probe is not None:
            return self.options.probe
        return judge(self["plan"], self.get("evaluation"), self.get("history")).state != "learning"

    @provides("bench")
    def _bench(self) -> Workbench:
        self["audited_weights"].put_back()
        model = self["copy"]
        # What went wrong in a training that is over is looked for where it began.
        anew = self.logs is not None and not self.restarted
        # Callbacks that lower the rate log it.
        rates = [self["compiled"].learning_rate, *(self.logs or {}).get("learning_rate", ())]
        if anew and began_elsewhere(model, self["plan"].taken, max(rates)):
            raise Skip("the weights that the training began with are not those of new layers, and are not known")
        if anew:
            initialize(model)
        bench = Workbench(model, self.budget.whole.clock)
        bench.initialized = anew
        return bench

    @provides("training_deadline")
    def _training_deadline(self) -> Deadline:
        """By when the probe and the trials have to be done, so that there is time for what comes after them."""
        left = self.budget.whole.left - _AFTERWARDS * self.budget.seconds
        return self.budget.whole.earlier(min(self.options.probe_seconds, left))

    @provides("probed")
    def _probed(self) -> tuple[facts.Probe, facts.NonfiniteOrigin | None]:
        program, deadline = self._program(), self._probe_deadline()
        self.say(f"Probe: a copy is trained for at most {self.options.probe_steps} steps or {deadline.left:.3g} s")
        with self._misfits("the training step"):
            bench = self["bench"]
            bench.restore()
            # New initial weights are not those that were evaluated.
            before = None if bench.initialized else self.get("evaluation")
            limits = Limits(self.options.probe_steps, deadline, self._rates_of_callbacks())
            probed = probe(bench, program, limits, before)
            self._probed_pairing = self._pairing_of_validation(bench.model, probed[0].steps)
            return probed

    def _rates_of_callbacks(self) -> tuple[tuple[int, float], ...]:
        """Returns from which step on a LearningRateScheduler sets which rate: without it, a warm-up is left out."""
        schedule = self.get("schedule")
        if schedule is None or schedule.observed or schedule.unit != "epoch" or schedule.error:
            return ()
        return tuple(zip(schedule.at, schedule.rates, strict=True))

    def _pairing_of_validation(self, model: keras.Model, steps: int) -> facts.Pairing | None:
        """Returns what the copy, as the probe has left it, makes of validation rows; None where nobody will ask."""
        validation, dependence = self.source.validation, self.get("dependence")
        if validation is None or dependence is None or dependence.deviations >= INFORMATIVE or not has_call(model):
            return None
        try:
            return pairing(model, validation.sample(), steps)
        except Skip:
            return None

    def _probe_deadline(self) -> Deadline:
        """Returns by when the probe has to be done.

        Raises:
            Skip: there is no time for the first step, in which the training step is built.
        """
        whole = self["training_deadline"]
        # Rules ask for gradients anyway; what they cost tells what a training step will.
        self.get("gradients")
        first = self._seconds_of_graph(_FIRST_STEP) + self.budget.costs.get("evaluation", 0.0)
        self.budget.ask("a probe", first, whole)
        return whole.earlier(max(first, _PROBE * whole.left))

    @provides("probe")
    def _probe(self) -> facts.Probe:
        if not self._may_probe():
            raise Skip("no probe was asked for" if self.options.probe is False else "the training is known to work")
        probed, _ = self["probed"]
        judged = self._judged(probed)
        if judged.troubled or judged.early:
            self.say("Trials: the same with one thing changed")
            with self._misfits():
                probed = replace(probed, trials=(*probed.trials, *self["trials"].run()))
        return probed

    @provides("trials")
    def _trials(self) -> Trials:
        return Trials(self["bench"], self._program(), self["probed"][0], self["training_deadline"], self.budget)

    def _program(self) -> Program:
        labels = self.compared_labels()
        outputs = self["outputs"] if has_call(self.model) else ()
        return Program(self.source, self.judged_sample(), self["inputs"], outputs, labels, has_call(self.model))

    @provides("learning")
    def _learning(self) -> facts.Learning:
        return self._judged(self.get("probe"))

    def _judged(self, probed: facts.Probe | None) -> facts.Learning:
        judged = judge(self["plan"], self.get("evaluation"), self.get("history"), probed)
        seen = self.get("evaluation") if self["plan"].trained else probed.after if probed is not None else None
        return by_output(with_checks(judged, self.get("loss_checks") or ()), seen)

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

    @provides("pairing")
    def _pairing(self) -> facts.Pairing:
        """Asked only where quick predictors find nothing, as in hardly any healthy program."""
        if self["dependence"].deviations >= INFORMATIVE or self["dependence"].realigned is not None:
            raise Skip("inputs are known to say something about their labels, in this order or another")
        validation = self.source.validation
        if self["plan"].trained and not self.restarted and validation is not None:
            rows = validation.sample()
            with self._measuring() as model:
                return pairing(model, rows)
        if self.options.probe is False:
            raise Skip("no training of a copy was asked for")
        # The probe has seen all rows, where a training on a part of the sample sees few.
        self.get("probed")
        probed, deadline = self._probed_pairing, self["training_deadline"]
        if probed is not None and probed.deviations > INFORMATIVE:
            return probed
        self.budget.ask("training on labels dealt out", self._seconds_of_graph(_PAIRING_STEPS), deadline)
        self.say("A copy is trained on most rows and asked about the others")
        with self._misfits():
            size = self["plan"].batch_size
            deadline = deadline.earlier(_PAIRING * deadline.left)
            trained = trained_pairing(self["bench"], self.judged_sample(), size, deadline)
        return trained if probed is None or trained.deviations > probed.deviations else probed

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
        self._need_loss()
        self.budget.ask("the curvature", self._seconds_of_graph(_CURVATURE))
        with self._measuring() as model:
            return facts.Curvature(sharpness(model, self._batches()[0]))

    @provides("noise")
    def _noise(self) -> facts.GradientNoise:
        if not self.options.gradient_noise:
            raise Skip("gradient noise was not asked for")
        self._need_loss()
        self.budget.ask("the gradient noise", self._seconds_of_graph(_NOISE))
        with self._measuring() as model:
            return gradient_noise(model, self._batches())

    @provides("rate_range")
    def _rate_range(self) -> facts.RateRange:
        if not self.options.rate_range:
            raise Skip("a learning-rate range test was not asked for")
        self.budget.ask("a learning-rate range test", self._seconds_of_graph(_RATES))
        with self._measuring() as model:
            return rate_range(model, self._batches())

    def _need_loss(self) -> None:
        if loss_is_in_step(self.model):
            raise Skip("the training step has a loss of its own")
