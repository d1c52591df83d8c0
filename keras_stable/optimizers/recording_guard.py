"""What the guard keeps: the history of the gradients and the counts, how they are saved, and how they load."""

import math
from collections.abc import Sequence
from typing import Any

import keras
import tensorflow as tf

from keras_stable.keras_private import KerasHooks, variable_index
from keras_stable.ops.norms import norm_dtype
from keras_stable.optimizers.clipping import Clipping
from keras_stable.optimizers.gradient_ring import GradientRing
from keras_stable.optimizers.guard_state import GuardState, in_old_layout
from keras_stable.optimizers.history import GradientHistoryReader
from keras_stable.optimizers.layer_norms import checked_record, record_unchanged
from keras_stable.optimizers.spike_guard import note_loss


class RecordingGuard(KerasHooks):
    """The part of `GradientGuard` that records steps and keeps what they have left behind.

    Attributes:
        guard_state: The variables that are saved; None before `build`.
        gradient_ring: The rows of the last `history_size` steps, which are not; None before `build`.
        history_reader: What `gradient_history` reads with.
    """

    guard_state: GuardState | None = None
    gradient_ring: GradientRing | None
    history_reader: GradientHistoryReader
    history_size: int
    zclip: float | None
    adagc: float | None = None
    skip_spikes: float | None = None
    _record_names: tuple[str, ...] = ()

    def build(self, variables: Sequence[keras.Variable]) -> None:
        """Creates the variables of the Keras optimizer, and after them those of the guard."""
        if self.built:
            return
        super().build(variables)
        self.build_guard(variables)

    def build_guard(self, variables: Sequence[keras.Variable]) -> None:
        """Creates the variables of the guard, which are none of `variables`, as Keras has it."""
        dtype = norm_dtype([keras.backend.standardize_dtype(variable.dtype) for variable in variables])
        with keras.name_scope(self.name, caller=self):
            self.guard_state = GuardState(
                dtype,
                self.zclip is not None,
                self._clear_history,
                adagc=None if self.adagc is None else len(variables),
                spikes=self.skip_spikes is not None,
            )
            self.tracked_guard_state = self.guard_state.tracked()
            self.gradient_ring = GradientRing(
                list(variables), self.history_size, dtype, self.guard_state.counts, self.record
            )
        state = self.guard_state
        self._clipping = Clipping(self, dtype, state.zclip_statistics, state.adagc_averages)

    @property
    def record(self) -> tuple[str, ...]:
        """What is recorded of each variable beside its gradient norms; a change takes effect at the next tracing."""
        return self._record_names

    @record.setter
    def record(self, record: Any) -> None:
        names = checked_record(record)
        # Past Keras's own setter, which would wrap the tuple.
        object.__setattr__(self, "_record_names", names)
        ring = vars(self).get("gradient_ring")
        if ring is not None and ring.layer_norms != names:
            ring.keep_layer_norms(names)

    @property
    def skipped_steps(self) -> int:
        """How many steps were skipped since the optimizer was made: a gradient was not finite, or they were spikes."""
        return 0 if self.gradient_ring is None else self.gradient_ring.read_counts()[1]

    def scale_loss(self, loss: Any) -> Any:
        """Scales the loss as Keras does, and keeps it for the spike guard."""
        self.note_loss(loss)
        return super().scale_loss(loss)

    def note_loss(self, loss: Any) -> None:
        """Keeps the loss of the step for the spike guard: as Keras hands it on before it is scaled."""
        if self.skip_spikes is not None:
            note_loss(self, loss)

    def record_skipped_step(self) -> None:
        """Records a step that a `LossScaleOptimizer` around this optimizer has skipped."""
        ring = self.gradient_ring
        if ring is None:
            return
        unknown = tf.fill([len(ring.variables)], tf.constant(math.nan, ring.dtype))

        def record() -> None:
            self._record(ring.variables, unknown[0], unknown)

        if tf.distribute.has_strategy() and tf.distribute.in_cross_replica_context():
            tf.distribute.get_strategy().extended.call_for_each_replica(record)
        else:
            record()

    def set_weights(self, weights: Any) -> None:
        """Sets the state, in the order of `variables`; the history starts anew."""
        super().set_weights(weights)
        self._clear_history()

    def load_own_variables(self, store: Any) -> None:
        """Loads the state of this optimizer, or of the Keras optimizer without the guard; the history starts anew."""
        old = None if self.guard_state is None else in_old_layout(store, len(self.variables))
        if self.guard_state is None or old is None:
            super().load_own_variables(store)
        else:
            super().load_own_variables({str(i): store[str(i)] for i in range(len(self.variables))})
            self.guard_state.load_old_layout(old)
        self._clear_history()

    def _clear_history(self) -> None:
        if self.gradient_ring is not None:
            self.gradient_ring.clear()

    def _record(
        self,
        variables: Sequence[Any],
        norm: tf.Tensor,
        norms: tf.Tensor,
        applied_norm: tf.Tensor | None = None,
        applied_norms: tf.Tensor | None = None,
    ) -> None:
        """Writes one row; without applied norms, that of a skipped step."""
        assert self.gradient_ring is not None
        places = [variable_index(self, variable) for variable in variables]
        skipped = applied_norm is None
        applied_norm = tf.zeros_like(norm) if applied_norm is None else applied_norm
        applied_norms = tf.zeros_like(norms) if applied_norms is None else applied_norms
        self.gradient_ring.write(norm, applied_norm, norms, applied_norms, places, skipped=skipped)
        if skipped:
            record_unchanged(self, places)
