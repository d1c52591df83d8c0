"""Evidence that needs no training: of the data, the model, and single steps at the audited weights."""

import contextlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from keras_stable.diagnosis import facts
from keras_stable.diagnosis.evidence.copying.initializing import initialize
from keras_stable.diagnosis.evidence.copying.model_copy import copy_model
from keras_stable.diagnosis.evidence.data import data_facts
from keras_stable.diagnosis.evidence.data.class_weights import weighted
from keras_stable.diagnosis.evidence.data.source import Batch, Source
from keras_stable.diagnosis.evidence.model.compile_arguments import compiled
from keras_stable.diagnosis.evidence.options import Options
from keras_stable.diagnosis.evidence.providing import providers, provides
from keras_stable.diagnosis.evidence.step.evaluation import evaluate, kept_state
from keras_stable.diagnosis.evidence.step.loss_gradients import gradients
from keras_stable.diagnosis.evidence.step.nonfinite_origins import nonfinite_origin
from keras_stable.diagnosis.evidence.tracing.layer_outputs import activations
from keras_stable.diagnosis.evidence.tracing.layers import structure
from keras_stable.diagnosis.evidence.tracing.model_outputs import outputs
from keras_stable.diagnosis.evidence.tracing.readout_input import features
from keras_stable.diagnosis.evidence.tracing.recording import Recording, entering, record
from keras_stable.diagnosis.judging.runner import Evidence
from keras_stable.diagnosis.rule import Skip
from keras_stable.errors import InvalidArgumentError
from keras_stable.imports import first_line

# What a model or its loss raises when it does not fit the data.
_MISFITS = (ValueError, TypeError, tf.errors.OpError)
_BATCHES = 4
# Rows that losses and predictions are judged on: enough to count classes, and no dearer than a few steps.
_LEAST_ROWS, _MOST_ROWS, _SAMPLE_BATCHES = 128, 512, 8


class AtRest:
    """All evidence about one model, and what several kinds of it are made from; each is made once.

    Args:
        model: compiled; only copies of it are run.
        source: its data.
        logs: of a history by name, or None.
        options: what may be done.
        say: called with a line before something that takes long.

    Attributes:
        restarted: bool, whether the evidence is of new initial weights, as those of a training are NaN.
    """

    def __init__(
        self,
        model: keras.Model,
        source: Source,
        logs: Mapping[str, tuple[float, ...]] | None,
        options: Options,
        say: Callable[[str], None],
    ) -> None:
        self.model, self.source, self.logs, self.options, self.say = model, source, logs, options, say
        size = source.plan(trained=False).batch_size
        sample = source.sample(min(_MOST_ROWS, max(_LEAST_ROWS, _SAMPLE_BATCHES * size)))
        self.sample = weighted(sample, source.class_weight) if source.class_weight else sample
        # Weights that a training left as NaN tell nothing but that; what went wrong shows where it began.
        self.restarted = logs is not None and not all(np.isfinite(v.numpy()).all() for v in model.trainable_variables)
        self.evidence = Evidence(providers(self))

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
        """The copy that everything but training is measured on; it is put back after each measurement."""
        with self._misfits():
            model = copy_model(self.model, self.sample)
        if self.restarted:
            initialize(model)
        return model

    @provides("recording")
    def _recording(self) -> Recording:
        with self._measuring() as model:
            return record(model, self._batches(), self.sample)

    @contextlib.contextmanager
    def _measuring(self) -> Iterator[keras.Model]:
        model = self["copy"]
        with kept_state(model), self._misfits():
            yield model

    @contextlib.contextmanager
    def _misfits(self) -> Iterator[None]:
        try:
            yield
        except InvalidArgumentError:
            raise
        except Exception as error:
            # Keras marks with these words what a layer's own code raises.
            if isinstance(error, _MISFITS) or "Exception encountered when calling" in str(error):
                raise Skip(f"the model cannot be run: {first_line(error)}") from error
            raise

    def _batches(self) -> list[Batch]:
        found = []
        for batch in self.source.batches():
            found.append(batch)
            if len(found) == _BATCHES:
                break
        return found

    # Data and model.

    @provides("plan")
    def _plan(self) -> facts.Plan:
        steps = int(self.model.optimizer.iterations)
        trained = (self.logs is not None or steps > 0) and not self.restarted
        return replace(self.source.plan(trained=trained), taken=steps if trained and steps else None)

    @provides("inputs")
    def _inputs(self) -> tuple[facts.Input, ...]:
        recording = self.get("recording")
        if recording is None:
            return data_facts.inputs(self.source)
        entered = entering(recording, self["structure"])
        found = data_facts.inputs(self.source, recording.inputs)
        return tuple(replace(each, **entered.get(each.name, {})) for each in found)

    @provides("labels")
    def _labels(self) -> tuple[facts.Labels, ...]:
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

    # One step.

    @provides("activations")
    def _activations(self) -> tuple[facts.LayerOutput, ...]:
        return activations(self["recording"])

    @provides("features")
    def _features(self) -> facts.Features:
        return features(self["recording"])

    @provides("gradients")
    def _gradients(self) -> facts.Gradients:
        with self._measuring() as model:
            return gradients(model, self._batches(), self["structure"])

    @provides("evaluation")
    def _evaluation(self) -> facts.Evaluation:
        if self.model.loss is None and type(self.model).train_step is not keras.Model.train_step:
            raise Skip("the training step has a loss of its own")
        with self._measuring() as model:
            return evaluate(model, self.sample, self["outputs"], self["labels"])

    @provides("origin")
    def _origin(self) -> facts.NonfiniteOrigin | None:
        if self._is_finite():
            return None
        with self._measuring() as model:
            found = (nonfinite_origin(model, batch, -1, place) for place, batch in enumerate(self._batches()))
            return next((each for each in found if each is not None), None)

    def _is_finite(self) -> bool:
        """Returns whether no NaN or infinity was met at the audited weights."""
        seen, gradients = self.get("activations") or (), self.get("gradients")
        return not any(each.nonfinite for each in seen) and not (
            gradients and any(each.nonfinite for each in gradients.variables)
        )
