"""Evidence that needs no training: of the data, the model, and single steps at the audited weights."""

import contextlib
import itertools
import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from keras_stable.diagnosis import facts
from keras_stable.diagnosis.evidence.budget import Budget
from keras_stable.diagnosis.evidence.copying.initializing import initialize
from keras_stable.diagnosis.evidence.copying.model_copy import copy_model
from keras_stable.diagnosis.evidence.copying.snapshot import Snapshot
from keras_stable.diagnosis.evidence.data import data_facts
from keras_stable.diagnosis.evidence.data.class_weights import weighted
from keras_stable.diagnosis.evidence.data.nesting import leaves
from keras_stable.diagnosis.evidence.data.source import Batch, Source
from keras_stable.diagnosis.evidence.model.compile_arguments import compiled
from keras_stable.diagnosis.evidence.model.demands import demanded_rows, reset_states
from keras_stable.diagnosis.evidence.model.own_steps import has_call, inner, loss_is_in_step, note_call, own_optimizers
from keras_stable.diagnosis.evidence.model.raised import code_place, what_it_says
from keras_stable.diagnosis.evidence.options import Options
from keras_stable.diagnosis.evidence.providing import providers, provides
from keras_stable.diagnosis.evidence.sampling import read_sample, rows_in_memory, whole_batches
from keras_stable.diagnosis.evidence.step.evaluation import evaluate
from keras_stable.diagnosis.evidence.step.loss_gradients import gradients
from keras_stable.diagnosis.evidence.step.nonfinite_origins import nonfinite_origin
from keras_stable.diagnosis.evidence.step.sums import sum_of_squares
from keras_stable.diagnosis.evidence.surroundings import Surroundings
from keras_stable.diagnosis.evidence.tracing.layer_outputs import activations
from keras_stable.diagnosis.evidence.tracing.layers import structure
from keras_stable.diagnosis.evidence.tracing.model_inputs import entering
from keras_stable.diagnosis.evidence.tracing.model_outputs import outputs
from keras_stable.diagnosis.evidence.tracing.readout_input import features
from keras_stable.diagnosis.evidence.tracing.recording import Recording, record
from keras_stable.diagnosis.judging.runner import Evidence
from keras_stable.diagnosis.rule import Lost, Skip
from keras_stable.errors import InvalidArgumentError

# What a model or its loss raises when it does not fit the data.
_MISFITS = (ValueError, TypeError, tf.errors.OpError)
_BATCHES, _KEPT_BYTES = 4, 2**26
# Shares of the whole time: after the first, passes over further batches are left out; an evaluation takes the other.
_PASSES, _EVALUATION = 0.08, 0.05


class AtRest(Surroundings):
    """All evidence about one model, and what several kinds of it are made from; each is made once.

    Args:
        model: compiled; only copies of it are run.
        source: its data.
        logs: of a history by name, or None.
        options: what may be done.
        say: called with a line before something that takes long.
        budget: `Budget` of the audit. Default: without a limit.

    Attributes:
        restarted: bool, whether the evidence is of new initial weights, because training left the weights NaN.
    """

    def __init__(
        self,
        model: keras.Model,
        source: Source,
        logs: Mapping[str, tuple[float, ...]] | None,
        options: Options,
        say: Callable[[str], None],
        budget: Budget | None = None,
    ) -> None:
        self.model, self.source, self.logs, self.options, self.say = model, source, logs, options, say
        self.budget = budget or Budget()
        sample = read_sample(model, source)
        self.sample = weighted(sample, source.class_weight) if source.class_weight else sample
        note_call(model, sample.x)
        # Weights that a training left as NaN tell nothing but that; what went wrong shows where it began.
        self.restarted = logs is not None and not all(
            math.isfinite(sum_of_squares(np.asarray(v.value))) for v in model.trainable_variables
        )
        self.evidence = Evidence(providers(self))
        self._first: list[Batch] = []

    def __getitem__(self, name: str) -> Any:
        return self.evidence[name]

    def get(self, name: str) -> Any:
        """Returns a kind of evidence, or None where it cannot be had."""
        try:
            return self[name]
        except Exception:  # noqa: BLE001 - the rules that need it report its reason, or its crash
            return None

    @provides("copy")
    def _copy(self) -> keras.Model:
        """The one copy that everything is measured on; it is put back before each measurement."""
        first = self.sample.take(slice(self.source.plan().batch_size)) if has_call(self.model) else None
        with self._misfits(), self.budget.measure("copy"):
            model = copy_model(self.model, first, called=has_call(self.model))
        note_call(model, self.sample.x)
        if self.restarted:
            initialize(model)
        return model

    @provides("audited_weights")
    def _audited_weights(self) -> Snapshot:
        return Snapshot(self["copy"].variables)

    @provides("recording")
    def _recording(self) -> Recording:
        if not has_call(self.model):
            raise Skip("the model has no `call`: only its training step says how its parts are used")
        with self._measuring() as model, self.budget.measure("recording"):
            return record(model, self._batches(), self.sample, self.budget.share(_PASSES))

    @contextlib.contextmanager
    def _measuring(self) -> Iterator[keras.Model]:
        """Yields the copy with the audited weights."""
        self["audited_weights"].put_back()
        reset_states(self["copy"])
        with self._misfits():
            yield self["copy"]

    @contextlib.contextmanager
    def _misfits(self, what: str = "the model") -> Iterator[None]:
        """Says that evidence is lost where the user's own code, or what does not fit the data, raises."""
        try:
            yield
        except (InvalidArgumentError, Skip):
            raise
        except Exception as error:
            # Keras marks with these words what a layer's own code raises.
            marked = "Exception encountered when calling" in str(error)
            if marked or isinstance(error, _MISFITS) or code_place(error) is not None:
                raise Lost(f"{what} cannot be run: {what_it_says(error)}") from error
            raise

    def _batches(self) -> list[Batch]:
        if self._first:
            return self._first
        reading = self.budget.share(_PASSES)
        batches = list(reading.keep(itertools.islice(self.source.batches(), _BATCHES)))
        if sum(leaf.nbytes for batch in batches for part in (batch.x, batch.y) for leaf in leaves(part)) <= _KEPT_BYTES:
            self._first = batches
        return batches

    def _timed(self, batches: Iterable[Batch]) -> Iterator[Batch]:
        """Yields the batches and notes how long the last one takes; work on the first is partly done only once."""
        for batch in batches:
            with self.budget.measure("gradients"):
                yield batch

    def compared_labels(self) -> tuple[facts.Labels, ...]:
        """Returns the labels, if answers are meant for them; an own step may take both for something else."""
        if loss_is_in_step(self.model) and not any(check.compares for check in self.get("loss_checks") or ()):
            return ()
        return self.get("labels") or ()

    def judged_sample(self) -> Batch:
        """Returns the rows that losses and predictions are judged on: fewer where outputs are large or slow."""
        if not has_call(self.model):
            return self.sample
        # An evaluation runs each row twice, and such a pass is quicker than one that is recorded.
        seconds = self.budget.costs["recording"] / self["recording"].rows
        in_time = _EVALUATION * self.budget.seconds / seconds if seconds > 0 else math.inf
        rows = min(rows_in_memory(self.sample, self["outputs"]), max(in_time, self.source.plan().batch_size))
        return self.sample.take(slice(whole_batches(rows, demanded_rows(self.model))))

    @provides("plan")
    def _plan(self) -> facts.Plan:
        counts = [keras.ops.convert_to_numpy(inner(one).iterations) for one in own_optimizers(self.model)]
        steps = max(map(int, counts))
        trained = (self.logs is not None or steps > 0) and not self.restarted
        plan = self.source.plan(trained=trained)
        first = self.options.fit.initial_epoch
        return replace(plan, taken=steps if trained and steps else None, initial_epoch=first)

    @provides("inputs")
    def _inputs(self) -> tuple[facts.Input, ...]:
        recording = self.get("recording")
        if recording is None:
            return data_facts.inputs(self.source)
        entered = entering(recording, self["structure"])
        inputs = data_facts.inputs(self.source, recording.inputs)
        return tuple(replace(item, **entered.get(item.name, {})) for item in inputs)

    @provides("labels")
    def _labels(self) -> tuple[facts.Labels, ...]:
        if not leaves(self.sample.y):
            raise Skip("there are no labels")
        outputs = self["outputs"]
        return data_facts.labels(self.source, [output.name for output in outputs], [output.loss for output in outputs])

    @provides("duplicates")
    def _duplicates(self) -> facts.Duplicates:
        return data_facts.duplicates(self.source)

    @provides("structure")
    def _structure(self) -> facts.Structure:
        return structure(self["recording"])

    @provides("outputs")
    def _outputs(self) -> tuple[facts.Output, ...]:
        return outputs(self["recording"])

    @provides("compiled")
    def _compiled(self) -> facts.Compiled:
        return compiled(self.model)

    @provides("activations")
    def _activations(self) -> tuple[facts.LayerOutput, ...]:
        return activations(self["recording"])

    @provides("features")
    def _features(self) -> facts.Features:
        return features(self["recording"])

    @provides("gradients")
    def _gradients(self) -> facts.Gradients:
        structure = self["structure"] if has_call(self.model) else facts.Structure()
        batches = self._batches()
        self.say("Gradients of some batches")
        with self._measuring() as model:
            return gradients(model, self._timed(self.budget.share(_PASSES).keep(batches)), structure)

    @provides("evaluation")
    def _evaluation(self) -> facts.Evaluation:
        outputs, sample = self["outputs"], self.judged_sample()
        labels = self.compared_labels()
        self.say(f"Answers for {sample.rows} rows")
        with self._measuring() as model, self.budget.measure("evaluation"):
            return evaluate(model, sample, outputs, labels, self.source.plan().batch_size)

    @provides("origin")
    def _origin(self) -> facts.NonfiniteOrigin | None:
        if self._is_finite():
            return None
        with self._measuring() as model:
            origins = (nonfinite_origin(model, batch, -1, index) for index, batch in enumerate(self._batches()))
            return next((origin for origin in origins if origin is not None), None)

    def _is_finite(self) -> bool:
        """Returns whether no NaN or infinity was met at the audited weights."""
        outputs, gradients = self.get("activations") or (), self.get("gradients")
        seen = (*outputs, *(gradients.variables if gradients else ()))
        return not any(part.nonfinite for part in seen)
