"""Meets training that calls no `fit`: loops over `train_on_batch`, and own loops that apply gradients themselves."""

import inspect
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from keras_stable.diagnosis.reporting.code_location import CodeLocation
from keras_stable.scripts.fit_calls import Meeting
from keras_stable.scripts.locating import user_location
from keras_stable.scripts.patching import replaced

# Enough for the rules that look at the data, and soon over even where each step runs eagerly.
STEPS = 64
_BYTES = 2**28


@dataclass
class OwnLoop:
    """What the first steps of a loop trained with.

    Attributes:
        model: the model that is trained; None as long as none was met.
        optimizer: what updates it; None for `train_on_batch`, whose model has its own.
        loss: a `keras.losses.Loss`, or the function of `keras.losses` that was called; None where neither was met.
        batches: list of (x, y) in NumPy arrays.
        weights: list of arrays, those of the model before the first step.
        location: the line of the update.
    """

    model: Any = None
    optimizer: Any = None
    loss: Any = None
    batches: list[tuple[Any, Any]] = field(default_factory=list)
    weights: list[np.ndarray] = field(default_factory=list)
    location: CodeLocation | None = None

    @property
    def trainable(self) -> bool:
        """Returns whether it is known what the loop minimizes, so that a copy can be trained as it does."""
        return self.loss is not None or bool(getattr(self.model, "compiled", False))

    @property
    def full(self) -> bool:
        """Returns whether enough of it was seen."""
        size = sum(leaf.nbytes for batch in self.batches for part in batch for leaf in _leaves(part))
        return len(self.batches) >= STEPS or size >= _BYTES


class LoopWatch:
    """Collects the first steps of an own loop.

    Args:
        meeting: tells what belongs to a `fit`, which is no own loop.
        on_loop: called with the `OwnLoop` once enough of it was seen.

    Attributes:
        loop: what was seen so far.
        symbolic: bool, whether the loop was only seen while TensorFlow traced it.
    """

    def __init__(self, meeting: Meeting, on_loop: Callable[[OwnLoop], None]) -> None:
        self._meeting, self._on_loop = meeting, on_loop
        self.loop = OwnLoop()
        self.symbolic = False
        self._called: list[tuple[Any, Any]] = []
        self._compared: list[tuple[Any, Any]] = []

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Watches every model, loss and optimizer of Keras."""
        import keras
        import tensorflow as tf

        eager = tf.config.functions_run_eagerly()
        with ExitStack() as stack:
            stack.enter_context(replaced(keras.Model, "__call__", self._calling))
            stack.enter_context(replaced(keras.Model, "train_on_batch", self._training_on_batch))
            stack.enter_context(replaced(keras.losses.Loss, "__call__", self._comparing))
            stack.enter_context(replaced(keras.optimizers.Optimizer, "apply", self._applying))
            for name, function in inspect.getmembers(keras.losses, inspect.isfunction):
                if "y_true" in inspect.signature(function).parameters:
                    stack.enter_context(replaced(keras.losses, name, self._comparing_by_function))
            try:
                yield
            finally:
                tf.config.run_functions_eagerly(eager)

    def _calling(self, original: Callable[..., Any]) -> Callable[..., Any]:
        def call(model: Any, *positional: Any, **named: Any) -> Any:
            if self._meeting.inside:
                return original(model, *positional, **named)
            # What a model calls within belongs to it.
            with self._meeting.met():
                answer = original(model, *positional, **named)
            if positional:
                self._called.append((model, positional[0]))
            return answer

        return call

    def _comparing(self, original: Callable[..., Any]) -> Callable[..., Any]:
        def call(loss: Any, y_true: Any, *others: Any, **named: Any) -> Any:
            if not self._meeting.inside:
                self._compared.append((loss, y_true))
            with self._meeting.met():
                return original(loss, y_true, *others, **named)

        return call

    def _comparing_by_function(self, original: Callable[..., Any]) -> Callable[..., Any]:
        def call(y_true: Any, *others: Any, **named: Any) -> Any:
            if not self._meeting.inside:
                self._compared.append((original, y_true))
            return original(y_true, *others, **named)

        return call

    def _training_on_batch(self, original: Callable[..., Any]) -> Callable[..., Any]:
        def train_on_batch(model: Any, x: Any, y: Any = None, *others: Any, **named: Any) -> Any:
            if self._meeting.inside:
                return original(model, x, y, *others, **named)
            location = user_location(inspect.currentframe())
            with self._meeting.met():
                self._add(model, None, getattr(model, "loss", None), x, y, location)
                return original(model, x, y, *others, **named)

        return train_on_batch

    def _applying(self, original: Callable[..., Any]) -> Callable[..., Any]:
        def apply(optimizer: Any, grads: Any, trainable_variables: Any = None) -> Any:
            if self._meeting.inside:
                return original(optimizer, grads, trainable_variables)
            location = user_location(inspect.currentframe())
            with self._meeting.met():
                self._end_step(optimizer, trainable_variables, location)
                return original(optimizer, grads, trainable_variables)

        return apply

    def _end_step(self, optimizer: Any, variables: Any, location: CodeLocation | None) -> None:
        called, compared = self._called, self._compared
        self._called, self._compared = [], []
        from keras_stable.keras_private import own_variables

        own = {id(variable) for variable in variables or own_variables(optimizer)}
        trained = [(model, x) for model, x in called if own & {id(v) for v in model.trainable_variables}]
        if not trained:
            self.loop.location = self.loop.location or location
            return
        model, x = trained[0]
        loss, y = compared[0] if compared else (None, None)
        if not _is_eager(x):
            # From the next call on, a function that TensorFlow traces runs line by line, and shows its numbers.
            self.symbolic = True
            import tensorflow as tf

            tf.config.run_functions_eagerly(True)
            return
        self._add(model, optimizer, loss, x, y, location)

    def _add(self, model: Any, optimizer: Any, loss: Any, x: Any, y: Any, location: CodeLocation | None) -> None:
        loop = self.loop
        if loop.model is None:
            loop.model, loop.optimizer, loop.loss, loop.location = model, optimizer, loss, location
            loop.weights = [np.array(weight) for weight in model.get_weights()] if model.built else []
        if model is not loop.model:
            return
        loop.batches.append((_numpy(x), _numpy(y)))
        if loop.full:
            self._on_loop(loop)


def _leaves(part: Any) -> Sequence[Any]:
    import keras

    return [leaf for leaf in keras.tree.flatten(part) if leaf is not None]


def _is_eager(x: Any) -> bool:
    return all(hasattr(leaf, "__array__") and hasattr(leaf, "shape") and _has_value(leaf) for leaf in _leaves(x))


def _has_value(leaf: Any) -> bool:
    import tensorflow as tf

    return isinstance(leaf, np.ndarray) or (tf.is_tensor(leaf) and hasattr(leaf, "numpy"))


def _numpy(part: Any) -> Any:
    import keras

    return None if part is None else keras.tree.map_structure(np.array, part)
