"""`Serving`: a model as a server sees it, traced into a graph, and called eagerly for comparison."""

from collections.abc import Mapping
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from keras_stable.errors import InvalidArgumentError
from keras_stable.export.features import encoder_of, watched
from keras_stable.export.heads import Head, activation_of, find_heads, named_answers, served_answers
from keras_stable.export.served_inputs import ServedInputs
from keras_stable.imports import first_line

SIGNATURE, FEATURES = "serving_default", "features"
_ROWS = 64


class Serving:
    """The signatures of a model.

    `serving_default` gives what `heads.served_answers` says of each output; `features`, where the model has an encoder
    that is recognisable, gives `features`, float32 [batch, ...].

    Args:
        model: the `keras.Model`.
        inputs: what it takes.
        class_names: in the order of the class ids. Default: none.
        encoder: the layer that gives the features, or its name. Default: the one that is recognisable.
        task: "auto", "classes" or "values", as in `heads.find_heads`. Default "auto".

    Raises:
        InvalidArgumentError: the model cannot be traced for any batch size.
    """

    def __init__(
        self,
        model: keras.Model,
        inputs: ServedInputs,
        *,
        class_names: tuple[str, ...] | None = None,
        encoder: str | keras.layers.Layer | None = None,
        task: str = "auto",
    ) -> None:
        self.model, self.inputs, self.class_names, self.task = model, inputs, class_names, task
        self.encoder = encoder_of(model, encoder)
        self.heads: dict[str, Head] = {}
        self.functions = {SIGNATURE: tf.function(self._serve, autograph=False)}
        try:
            self._trace(SIGNATURE)
        except InvalidArgumentError:
            raise
        except Exception as error:
            must_be = f"a model that can be traced for {list(inputs.specs.values())}"
            raise InvalidArgumentError(f"`model` must be {must_be}. Received: {first_line(error)}") from error
        if self.encoder is not None:
            self._add_features(required=encoder is not None)

    def concrete(self, name: str) -> Any:
        """Returns the traced function of a signature."""
        return self.functions[name].get_concrete_function(**self.inputs.specs)

    def expected(self, tensors: Mapping[str, np.ndarray], graph: bool = False) -> dict[str, dict[str, np.ndarray]]:
        """Returns what the model in memory answers, by signature and by name.

        Args:
            tensors: samples by the name of the input.
            graph: bool; whether a graph computes it, as `predict` does, and not one operation after the other. Only a
                graph knows what lies in front of a softmax. Default False.
        """
        answers: dict[str, dict[str, list[np.ndarray]]] = {name: {} for name in self.functions}
        rows = len(next(iter(tensors.values())))
        for start in range(0, max(rows, 1), _ROWS):
            batch = {name: tf.constant(array[start : start + _ROWS]) for name, array in tensors.items()}
            for signature, values in self._answers(batch, graph).items():
                for name, value in values.items():
                    answers[signature].setdefault(name, []).append(value.numpy())
        return {
            signature: {name: np.concatenate(parts) for name, parts in values.items()}
            for signature, values in answers.items()
        }

    def _trace(self, name: str) -> None:
        self.concrete(name)

    def _add_features(self, required: bool) -> None:
        self.functions[FEATURES] = tf.function(self._features, autograph=False)
        try:
            self._trace(FEATURES)
        except (InvalidArgumentError, ValueError, TypeError, tf.errors.OpError):
            # An encoder that was only guessed may be none.
            if required:
                raise
            del self.functions[FEATURES]

    def _serve(self, **tensors: Any) -> dict[str, Any]:
        answers = named_answers(self.model, self.inputs.call(self.model, tensors))
        names = None if self.class_names is None else len(self.class_names)
        self.heads = find_heads(self.model, answers, self.task, names)
        served: dict[str, Any] = {}
        for name, answer in answers.items():
            head = self.heads[name]
            logits = _logits(answer) if head.kind.endswith("probabilities") else None
            served |= served_answers(head, answer, self.class_names, logits)
        return served

    def _features(self, **tensors: Any) -> dict[str, Any]:
        assert self.encoder is not None
        with watched(self.encoder) as outputs:
            self.inputs.call(self.model, tensors)
        return {FEATURES: _one_tensor(outputs, self.encoder.name)}

    def _answers(self, batch: Mapping[str, Any], graph: bool) -> dict[str, dict[str, Any]]:
        traced = {name: self.concrete(name)(**batch) for name in self.functions}
        if graph:
            return traced
        answered = {SIGNATURE: {}, **({FEATURES: self._features(**batch)} if FEATURES in self.functions else {})}
        for name, answer in named_answers(self.model, self.inputs.call(self.model, batch)).items():
            answered[SIGNATURE] |= served_answers(self.heads[name], answer, self.class_names)
        return {SIGNATURE: {**traced[SIGNATURE], **answered.pop(SIGNATURE)}, **answered}


def _logits(answer: Any) -> Any | None:
    activation = activation_of(answer)
    logits = None if activation is None else activation.inputs[0]
    # A reshape may stand between the two.
    return logits if logits is not None and logits.shape.rank == answer.shape.rank else None


def _one_tensor(outputs: list[Any], name: str) -> Any:
    tensors = keras.tree.flatten(outputs[-1]) if outputs else []
    if len(tensors) != 1:
        raise InvalidArgumentError(f"`encoder` must be a layer with one output. Received: {name} with {len(tensors)}")
    return tf.cast(tensors[0], tf.float32)
