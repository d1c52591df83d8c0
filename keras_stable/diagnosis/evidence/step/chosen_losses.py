"""The loss of a batch for answers that are chosen: of `compile`, or of a training step of the user's own."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import keras
import tensorflow as tf

from keras_stable.diagnosis.evidence.copying.isolation import seed_all
from keras_stable.diagnosis.evidence.copying.snapshot import Snapshot
from keras_stable.diagnosis.evidence.data.batch import Batch
from keras_stable.diagnosis.evidence.model.loss_value import as_tensors, forward, loss_of
from keras_stable.diagnosis.evidence.model.noise_layers import without_noise
from keras_stable.diagnosis.evidence.model.own_steps import has_own_step
from keras_stable.diagnosis.evidence.step.step_watching import watched_step
from keras_stable.diagnosis.logs import total
from keras_stable.keras_private import flatten_layers, own_metrics


class ChosenLoss:
    """The loss of a model for a batch and an answer to it, always with the same weights, states and random numbers.

    Args:
        model: compiled; a copy.
        batch: NumPy rows; their labels are replaced in every call.

    Attributes:
        structure: what the model answers to the batch; shapes: of its parts.
        substituted: bool, whether an own step took the chosen answers, as one does that calls the model as a whole.
    """

    def __init__(self, model: keras.Model, batch: Batch) -> None:
        self.model, self.batch = model, batch
        self._start = Snapshot(every_variable(model))
        self.structure = forward(model, as_tensors(batch.x), training=False)
        self.shapes = [tuple(part.shape) for part in keras.tree.flatten(self.structure)]
        self.substituted = not has_own_step(model)

    def __call__(self, y: Any, answer: Any = None, x: Any = None) -> float:
        """Returns the loss; of the model's own answers where none are given."""
        self._start.put_back()
        seed_all(0)
        batch = Batch(self.batch.x if x is None else x, y)
        if not has_own_step(self.model):
            tensors = Batch(*map(as_tensors, (batch.x, batch.y, None)))
            chosen = forward(self.model, tensors.x, training=True) if answer is None else self._packed(answer)
            return float(loss_of(self.model, tensors, chosen))
        with without_noise(self.model), self._substituting(answer):
            return total(watched_step(self.model, batch).logs)

    def close(self) -> None:
        """Puts every variable back."""
        self._start.put_back()

    def _packed(self, answer: list[Any]) -> Any:
        flat = keras.tree.flatten(self.structure)
        cast = [tf.cast(tf.convert_to_tensor(values), own.dtype) for values, own in zip(answer, flat, strict=True)]
        return keras.tree.pack_sequence_as(self.structure, cast)

    @contextmanager
    def _substituting(self, answer: list[Any] | None) -> Iterator[None]:
        """Has the model answer what is chosen, whatever the inputs; gradients still reach its weights."""
        if answer is None:
            yield
            return
        original, chosen = self.model.call, keras.tree.flatten(self._packed(answer))
        self.substituted = False

        def call(*args: Any, **kwargs: Any) -> Any:
            given = original(*args, **kwargs)
            parts = keras.tree.flatten(given)
            if [tuple(part.shape) for part in parts] != [tuple(values.shape) for values in chosen]:
                return given
            self.substituted = True
            # The same values, through what leads to the weights.
            return keras.tree.pack_sequence_as(
                given, [_instead(one, two) for one, two in zip(parts, chosen, strict=True)]
            )

        vars(self.model)["call"] = call
        try:
            yield
        finally:
            del vars(self.model)["call"]


@tf.custom_gradient
def _instead(answer: tf.Tensor, chosen: tf.Tensor) -> tuple[tf.Tensor, Callable[..., Any]]:
    return tf.identity(chosen), lambda upstream: (upstream, None)


def every_variable(model: keras.Model) -> list[keras.Variable]:
    """Returns all variables that a step may move, those of metrics that the model does not list included."""
    metrics = [*model.metrics, *(metric for layer in flatten_layers(model) for metric in own_metrics(layer))]
    variables = [*model.variables, *(variable for metric in metrics for variable in metric.variables)]
    return list({id(variable): variable for variable in variables}.values())
