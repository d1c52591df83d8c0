"""Records the gradients of an optimizer that exists already, and changes nothing that it does."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from typing import Any

import keras
import tensorflow as tf

from keras_stable.errors import invalid_argument
from keras_stable.keras_private import clips_watched, own_variables, strategy_of, sums_watched, variable_index
from keras_stable.ops.norms import MeasuredNorms, measure_norms, norm_dtype
from keras_stable.ops.replica_sums import replicas_in_step, sums_over_replicas
from keras_stable.ops.slices import dense, rows, summed
from keras_stable.optimizers.gradient_ring import GradientRing
from keras_stable.optimizers.guard_state import variable_of_counts
from keras_stable.optimizers.hook_check import check_keras
from keras_stable.optimizers.layer_norms import checked_record, layers_recorded
from keras_stable.optimizers.of_models import innermost

_HISTORY_SIZE = 1024


@contextmanager
def recorded_gradients(optimizer: Any, record: str | Sequence[str] = ()) -> Iterator[None]:
    """Has an optimizer keep the norms of its gradients, for `GradientHistoryReader` and the callbacks that read it.

    Nothing that it does changes, to the bit: its clips stay Keras's own and clip as before, a step that is not finite
    is taken as before, and its class, its variables and what is saved of it stay as they are. It ends with the
    context; a training step that was traced within it goes on recording into a history that nobody reads.

    Under a strategy Keras clips the gradients of each replica, and then sums them. The norms are those of the sum of
    the gradients, and of the sum of the clipped ones. Only where a clip is set this takes one further all-reduce.

    Args:
        optimizer: of Keras or of a user, or a `LossScaleOptimizer` around one. One that records anyway is left alone.
        record: What is recorded of each variable beside its gradient norms, as the guarded optimizers take it.

    Raises:
        InvalidArgumentError: When there are several optimizers in one.

    >>> from keras_stable.optimizers import gradient_history
    >>> from keras_stable.optimizers.history import GradientHistoryReader
    >>> optimizer = keras.optimizers.SGD(0.1, global_clipnorm=0.5)
    >>> with recorded_gradients(optimizer):
    ...     reader = GradientHistoryReader(optimizer, from_start=True)
    ...     optimizer.apply([tf.constant([3.0, 4.0])], [keras.Variable([1.0, 1.0], name="weight")])
    ...     reader.read().global_norm.tolist()
    [5.0]
    """
    inner = innermost(optimizer)
    if hasattr(inner, "gradient_ring"):
        yield
        return
    if hasattr(inner, "optimizers"):
        raise invalid_argument("optimizer", "a single one, for its gradients to be recorded", inner)
    check_keras(type(inner))
    recorder = _Recorder(inner, checked_record(record))
    inner.gradient_ring, inner.history_size, inner.apply = None, _HISTORY_SIZE, recorder.apply
    recorder.make_ring()
    try:
        with clips_watched(inner, recorder.clip), sums_watched(inner, recorder.record_sums):
            yield
    finally:
        for name in ("gradient_ring", "history_size", "apply"):
            delattr(inner, name)


class _Recorder:
    """Stands around `apply` and the clips of one optimizer."""

    def __init__(self, optimizer: Any, layer_norms: tuple[str, ...]) -> None:
        self._optimizer = optimizer
        self._layer_norms = layer_norms
        self._apply = optimizer.apply
        self._places: list[int] = []
        # Each replica is traced in a thread of its own.
        self._of_replica = threading.local()

    def make_ring(self) -> None:
        """Makes the history of a built optimizer, in the scope that it was made in."""
        optimizer = self._optimizer
        if optimizer.built and optimizer.gradient_ring is None:
            inside = tf.distribute.in_cross_replica_context() or not tf.distribute.has_strategy()
            with strategy_of(optimizer).scope() if inside else nullcontext():
                optimizer.gradient_ring = _ring(optimizer, self._layer_norms)

    def apply(self, grads: Sequence[Any], trainable_variables: Sequence[Any] | None = None) -> None:
        """Updates the variables as the optimizer does."""
        optimizer = self._optimizer
        variables = None if trainable_variables is None else list(trainable_variables)
        if variables is not None and not optimizer.built:
            # As Keras does where the first gradients come before `build`.
            with keras.name_scope(optimizer.name, caller=optimizer):
                optimizer.build(variables)
        self.make_ring()
        self._places = self._places_of(grads, variables)
        with layers_recorded(optimizer, self._places):
            self._apply(grads, variables)

    def clip(self, gradients: list[Any], keras_clip: Callable[[list[Any]], list[Any]]) -> list[Any]:
        """Clips as Keras does, and records the norms before and after it."""
        clipped = keras_clip(gradients)
        same = all(one is other for one, other in zip(gradients, clipped, strict=True))
        self._of_replica.unclipped = None if same else gradients
        if replicas_in_step() == 1:
            self._record(clipped if same else gradients, clipped)
        return clipped

    def record_sums(self, applied: list[Any]) -> None:
        """Records the norms of gradients that Keras has summed over replicas, after each has clipped its own."""
        if replicas_in_step() > 1:
            unclipped = self._of_replica.unclipped
            self._record(applied if unclipped is None else sums_over_replicas(list(map(dense, unclipped))), applied)

    def _record(self, gradients: Sequence[Any], applied: Sequence[Any]) -> None:
        ring = self._optimizer.gradient_ring
        if ring is None or len(self._places) != len(gradients):
            return
        before = _norms(gradients, ring.dtype)
        after = before if gradients is applied else _norms(applied, ring.dtype)
        ring.write(before.global_norm, after.global_norm, before.norms, after.norms, self._places, skipped=False)

    def _places_of(self, grads: Sequence[Any], variables: list[Any] | None) -> list[int]:
        ring = self._optimizer.gradient_ring
        if ring is None:
            return []
        owners = ring.variables if variables is None else variables
        try:
            return [
                variable_index(self._optimizer, variable)
                for gradient, variable in zip(grads, owners, strict=True)
                if gradient is not None and not getattr(variable, "overwrite_with_gradient", False)
            ]
        except (KeyError, ValueError):  # Keras is about to refuse these, in its own words
            return []


def _ring(optimizer: Any, layer_norms: tuple[str, ...]) -> GradientRing:
    variables = own_variables(optimizer)
    dtype = norm_dtype([keras.backend.standardize_dtype(variable.dtype) for variable in variables])
    with keras.name_scope(optimizer.name, caller=optimizer):
        return GradientRing(variables, _HISTORY_SIZE, dtype, variable_of_counts(), layer_norms)


def _norms(gradients: Sequence[Any], dtype: str) -> MeasuredNorms:
    return measure_norms([rows(summed(gradient)) for gradient in gradients], None, dtype)
