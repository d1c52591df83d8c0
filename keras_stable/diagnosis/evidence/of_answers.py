"""Evidence about what the answers of a model can be at all."""

import math
from collections.abc import Iterator
from dataclasses import replace

import keras
import numpy as np

from keras_stable.diagnosis import facts
from keras_stable.diagnosis.evidence.at_rest import AtRest
from keras_stable.diagnosis.evidence.data.batch import Batch
from keras_stable.diagnosis.evidence.data.nesting import leaves
from keras_stable.diagnosis.evidence.model.demands import demanded_rows, whole_chunks
from keras_stable.diagnosis.evidence.model.loss_value import as_tensors, forward
from keras_stable.diagnosis.evidence.program.half_trainings import ids_of, probabilities
from keras_stable.diagnosis.evidence.program.transfers import confusion
from keras_stable.diagnosis.evidence.providing import provides
from keras_stable.diagnosis.evidence.step.changed_inputs import ChangedInputs
from keras_stable.diagnosis.evidence.step.stressed_outputs import stressed_bounds
from keras_stable.diagnosis.evidence.tracing.dataflow import last_learnt
from keras_stable.diagnosis.rule import Skip
from keras_stable.diagnosis.vocabulary import CUSTOM, REGRESSION

# What the passes take, in the time of the recording: a graph is built for those of a recurrent model.
_PASSES = 3.0
_AT_ONCE = 64


class OfAnswers(AtRest):
    """The evidence of `AtRest`, with the bounds of outputs that go through a function without a known name."""

    @provides("outputs")
    def _outputs(self) -> tuple[facts.Output, ...]:
        return tuple(self._bounded(super()._outputs()))

    @provides("answered")
    def _answered(self) -> facts.Transfer:
        """What a trained model answers to rows of training and of validation, as a quick predictor is asked."""
        validation = self.source.validation
        if validation is None or self.logs is None or self.restarted:
            raise Skip("there is no validation data, or no training to go with it")
        [output, *others], [labels, *_] = self["outputs"], self["labels"]
        parts = [self.judged_sample(), validation.sample()]
        if others or not all(leaves(part.y) for part in parts):
            raise Skip("there are several outputs, or no labels")
        ids = [ids_of(part, output, labels) for part in parts]
        with self._measuring() as model:
            told = [probabilities(_answers(model, part), output).argmax(1) for part in parts]
        classes = np.arange(max(output.width, 2))
        rng = np.random.default_rng(self.source.seed)
        return confusion((told[0], ids[0]), (told[1], ids[1]), classes, rng)

    def _bounded(self, outputs: tuple[facts.Output, ...]) -> Iterator[facts.Output]:
        for index, output in enumerate(outputs):
            unknown = output.activation == "custom" and not output.bounded_by and output.loss in (*REGRESSION, CUSTOM)
            yield self._stressed(output, index) if unknown else output

    def _stressed(self, output: facts.Output, index: int) -> facts.Output:
        recording = self["recording"]
        last = last_learnt(recording.seen)
        layers = [seen.layer for seen in recording.seen if seen.path in last and seen.layer is not None]
        weights = [weight for layer in layers for weight in layer.trainable_weights]
        values = sum(math.prod(answer.shape[1:]) for answer in recording.outputs.values())
        try:
            self.budget.ask("what bounds the answers", _PASSES * self.budget.costs.get("recording", 0.0))
            with self._measuring() as model:
                changed = ChangedInputs(model, self.sample, recording.inputs, values)
                name = recording.inputs[0]
                bounds = stressed_bounds(lambda: changed.answers(name)[index], weights, output.layer or output.name)
        except Skip:
            return output
        return replace(output, low=bounds.low, high=bounds.high, bounded_by=bounds.by)


def _answers(model: keras.Model, batch: Batch) -> np.ndarray:
    """Returns the answers to some rows, a few at a time."""
    parts = [batch.take(rows) for rows in whole_chunks(batch.rows, demanded_rows(model), _AT_ONCE)]
    answers = [keras.ops.convert_to_numpy(forward(model, as_tensors(part.x), training=False)) for part in parts]
    return np.concatenate(answers)
