"""Evidence about what of a program is the user's own: its training step, its losses, its several outputs."""

from dataclasses import replace

from keras_stable.diagnosis import facts
from keras_stable.diagnosis.evidence.data.nesting import leaves
from keras_stable.diagnosis.evidence.gathering import Gathering
from keras_stable.diagnosis.evidence.model.demands import demand, demanded_rows
from keras_stable.diagnosis.evidence.model.own_steps import has_call, has_own_compute_loss, has_own_step, needs_labels
from keras_stable.diagnosis.evidence.model.raised import code_place, what_it_says
from keras_stable.diagnosis.evidence.model.untracked import untracked_variables
from keras_stable.diagnosis.evidence.providing import provides
from keras_stable.diagnosis.evidence.step.evaluation import kept_state
from keras_stable.diagnosis.evidence.step.loss_checking import loss_checks
from keras_stable.diagnosis.evidence.step.metric_states import kept_metrics
from keras_stable.diagnosis.evidence.step.output_shares import output_gradients, scaled_gradients
from keras_stable.diagnosis.evidence.tracing.recording import Recording
from keras_stable.diagnosis.evidence.training.batches import endless
from keras_stable.diagnosis.facts.balance import skill
from keras_stable.diagnosis.rule import Lost, Skip
from keras_stable.diagnosis.vocabulary import CUSTOM

# What trying an own loss takes, in passes that are recorded: some dozen steps, eagerly.
_TRIES = 4.0
# How many batches the gradients of the outputs are taken over.
_BATCHES = 2


class OwnPrograms(Gathering):
    """The evidence of `Gathering`, and what is seen of own steps and losses."""

    @provides("recording")
    def _recording(self) -> Recording:
        """A model whose own code counts on the rows of a batch is run in batches alone."""
        try:
            return super()._recording()
        except Lost:
            rows = self.source.plan().batch_size
            if demanded_rows(self.model) is not None or self.sample.rows < rows:
                raise
            return self._recording_of_batches(rows)

    def _recording_of_batches(self, rows: int) -> Recording:
        for model in (self.model, self["copy"]):
            demand(model, rows)
        try:
            return super()._recording()
        except Lost:
            for model in (self.model, self["copy"]):
                demand(model, None)
            raise

    @provides("failure")
    def _failure(self) -> facts.StepFailure | None:
        """What a training step raises; None where one can be taken."""
        error = self._raised()
        if error is None:
            return None
        return facts.StepFailure(what_it_says(error), code_place(error), has_own_step(self.model))

    @provides("untracked")
    def _untracked(self) -> tuple[facts.UntrackedVariable, ...]:
        return untracked_variables(self.model)

    def _raised(self) -> BaseException | None:
        reason = self.evidence.failure("probed") if self._may_probe() else Skip("no probe was asked for")
        if reason is None or isinstance(reason, Lost):
            return None if reason is None else reason.__cause__
        # Without a probe one step is only taken where there is a doubt.
        if not any(isinstance(self.evidence.failure(name), Lost) for name in ("gradients", "evaluation")):
            return None
        try:
            with self._misfits("the training step"):
                self["bench"].restore()
                self["bench"].step(self._batches()[0])
        except Lost as lost:
            return lost.__cause__
        self["bench"].restore()
        return None

    @provides("loss_checks")
    def _loss_checks(self) -> tuple[facts.LossCheck, ...]:
        if not has_call(self.model) or not leaves(self.sample.y):
            raise Skip("no answer of the model is compared with a label")
        outputs, labels = self["outputs"], self["labels"]
        own_code = has_own_compute_loss(self.model) or has_own_step(self.model)
        if not own_code and not any(map(_is_own, outputs)):
            raise Skip("there is no loss of the program's own to try")
        self.budget.ask("trying its own losses", _TRIES * self.budget.costs.get("recording", 0.0))
        with self._measuring() as model:
            return loss_checks(model, self.sample, outputs, labels)

    @provides("kept_metrics")
    def _kept_metrics(self) -> tuple[str, ...]:
        own_metric = any(CUSTOM in output.metrics for output in self.get("outputs") or ())
        if not has_own_step(self.model) and not own_metric:
            raise Skip("step and metrics are Keras's own")
        with self._measuring() as model, kept_state(model):
            return kept_metrics(model, self._batches()[0])

    @provides("balance")
    def _balance(self) -> facts.Balance:
        if len(self["outputs"]) < 2 or not needs_labels(self.model):
            raise Skip("the model has not several outputs with losses of `compile`")
        before, after, steps = self._seen()
        with self._measuring() as model:
            sizes, shared = output_gradients(model, self._batches()[:_BATCHES])
        names = [output.name for output in after.outputs]
        starts = [skill(output) for output in before.outputs] if before else [float("nan")] * len(names)
        skills = [skill(output) for output in after.outputs]
        parts = zip(names, sizes, starts, skills, strict=True)
        balance = facts.Balance(tuple(facts.OutputShare(*part) for part in parts), shared, steps)
        return self._with_trial(balance) if balance.uneven else balance

    def _seen(self) -> tuple[facts.Evaluation | None, facts.Evaluation, int]:
        """Returns the answers before and after the training that was seen, and its steps; 0 for one by the user."""
        if self["plan"].trained:
            return None, self["evaluation"], 0
        probed = self["probe"]
        return probed.before, probed.after, probed.steps

    def _with_trial(self, balance: facts.Balance) -> facts.Balance:
        """Returns the same with what each output can do where all losses have gradients of one size."""
        bench, program, deadline = self["bench"], self._program(), self["training_deadline"]
        steps = balance.steps or min(self.options.probe_steps, self["plan"].steps or self.options.probe_steps)
        self.budget.ask("a training with balanced losses", bench.seconds_of(steps, rebuilt=True), deadline)
        self.say("Balanced: the same with losses of one size")
        least = min(output.gradient for output in balance.outputs if output.gradient > 0)
        factors = [least / output.gradient if output.gradient > 0 else 1.0 for output in balance.outputs]
        bench.restore()
        with self._misfits("the training step"), scaled_gradients(bench.model, factors):
            taken = bench.train(endless(self.source), steps, deadline)
            skills = [skill(output) for output in program.evaluate(bench.model).outputs]
        bench.restore()
        outputs = [replace(output, balanced_skill=value) for output, value in zip(balance.outputs, skills, strict=True)]
        return replace(balance, outputs=tuple(outputs), trial_steps=taken)


def _is_own(output: facts.Output) -> bool:
    return CUSTOM in (output.loss, *output.metrics)
