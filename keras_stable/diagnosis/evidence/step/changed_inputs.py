"""What a model answers when one of its inputs is changed."""

import math
from collections.abc import Callable, Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from keras_stable.diagnosis.evidence.copying.snapshot import Snapshot
from keras_stable.diagnosis.evidence.data.batch import Batch
from keras_stable.diagnosis.evidence.data.nesting import mapped, named
from keras_stable.diagnosis.evidence.model.loss_value import as_tensors, forward
from keras_stable.diagnosis.evidence.tracing.graph_tracing import recurrent
from keras_stable.diagnosis.rule import Skip
from keras_stable.keras_private import flatten_layers, logits_of

_ROWS = 64
_ANSWER_BYTES = 2**25

Answers = list[np.ndarray]


class ChangedInputs:
    """Runs a model in inference mode on some rows, with other values for one input.

    Args:
        model: a copy; only run.
        batch: the rows; a few of them are taken, fewer where answers are large.
        names: of the inputs.
        row_values: int, numbers in the answers for a row.

    Raises:
        Skip: the answer for one row is too large to be kept.
    """

    def __init__(self, model: keras.Model, batch: Batch, names: Sequence[str], row_values: int) -> None:
        rows = min(batch.rows, _ROWS, _ANSWER_BYTES // max(1, 4 * row_values))
        fixed = next((tensor.shape[0] for tensor in getattr(model, "inputs", None) or ()), None)
        if isinstance(fixed, int):
            rows = fixed
        if not 2 <= rows <= batch.rows:
            raise Skip("there are not two rows that can be run at once")
        self.batch, self.names = batch.take(slice(rows)), names
        states = [
            getattr(layer, "states", None) for layer in flatten_layers(model) if getattr(layer, "stateful", False)
        ]
        # Each answer begins with the same state.
        self._states = Snapshot([state for state in keras.tree.flatten(states) if isinstance(state, keras.Variable)])
        self._run: Callable[[Any], Any] = lambda x: self._answers(model, x)
        if recurrent(model):
            self._run = tf.function(self._run, autograph=False, reduce_retracing=True)

    def input(self, name: str) -> np.ndarray:
        """Returns the values of an input."""
        return dict(named(self.batch.x, self.names, "input"))[name]

    def answers(self, name: str, values: np.ndarray | None = None) -> Answers:
        """Returns what the model answers with these values for an input, one array an output; None for its own."""
        own = self.input(name)
        x = self.batch.x if values is None else mapped(lambda leaf: values if leaf is own else leaf, self.batch.x)
        self._states.put_back()
        return [np.asarray(answer, "float64") for answer in self._run(as_tensors(x))]

    def _answers(self, model: keras.Model, x: Any) -> Any:
        parts = keras.tree.flatten(forward(model, x, training=False))
        return [tf.cast(logits_of(part), tf.float32) for part in parts]


def spread_of(answer: np.ndarray) -> float:
    """Returns the root mean square over units of their standard deviation over rows and steps."""
    rows = answer.reshape(-1, answer.shape[-1]) if answer.ndim > 1 else answer[:, None]
    return float(math.sqrt(np.mean(np.var(rows, axis=0))))
