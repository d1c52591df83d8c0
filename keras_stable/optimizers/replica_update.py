"""What a step of a Keras optimizer only does sometimes, under a strategy that merges its replicas to update."""

from contextlib import nullcontext
from dataclasses import replace
from typing import Any

import tensorflow as tf

from keras_stable.keras_private import (
    KerasHooks,
    applied_batches,
    average_weights,
    gradient_accumulators,
    overwrite_with_averages,
    replicas_merge,
    update_at_once,
)
from keras_stable.optimizers.current_step import traced_step, tracing
from keras_stable.optimizers.finite_guard import run_one
from keras_stable.optimizers.gradient_ring import read_copy


class ReplicaUpdate(KerasHooks):
    """The part of `GradientGuard` that accumulates gradients, and overwrites weights with averages, on replicas.

    Keras asks on each replica whether it is time to; a branch that is taken there cannot merge replicas to update. Here
    it is asked across them. What is done in a branch is what Keras does.
    """

    gradient_accumulation_steps: int | None
    use_ema: bool
    ema_overwrite_frequency: int | None

    def update_in_step(self, gradients: list[Any], variables: list[Any]) -> None:
        """Updates, accumulates and averages, as Keras does without a strategy.

        Args:
            gradients: Dense, one for each variable; the sum over the replicas.
            variables: Those that are updated.
        """
        steps = self.gradient_accumulation_steps
        overwrites = self.use_ema and bool(self.ema_overwrite_frequency)
        if not ((steps or overwrites) and replicas_merge()):
            super().update_in_step(gradients, variables)
            return
        if steps:
            self._update_or_accumulate(gradients, variables, steps)
        else:
            update_at_once(self, gradients, variables)
        if self.use_ema:
            average_weights(self)
        if overwrites:
            due = tf.equal(tf.math.floormod(self._updates() + 1, self.ema_overwrite_frequency), 0)
            tf.distribute.get_replica_context().merge_call(self._overwrite_if, args=(due,))

    def _update_or_accumulate(self, gradients: list[Any], variables: list[Any], steps: int) -> None:
        accumulators = gradient_accumulators(self, variables)
        step = traced_step()

        def update(gradients: list[Any]) -> None:
            sums = [gradient + read_copy(total) for gradient, total in zip(gradients, accumulators, strict=True)]
            # Each replica is traced in a thread of its own, which knows of no step yet.
            with nullcontext() if step is None else tracing(replace(step, computed={})):
                update_at_once(self, [total / steps for total in sums], variables)
            for total, kept in zip(sums, accumulators, strict=True):
                _assign(kept, tf.zeros_like(total))

        def accumulate(gradients: list[Any]) -> None:
            for gradient, kept in zip(gradients, accumulators, strict=True):
                _assign(kept, gradient + read_copy(kept))

        due = tf.equal(tf.math.floormod(read_copy(applied_batches(self)) + 1, steps), 0)
        run_one(due, update, (gradients,), accumulate, (gradients,), spliced=True)

    def _updates(self) -> tf.Tensor:
        """Returns how many updates there were; while gradients accumulate there is none."""
        batches = read_copy(applied_batches(self))
        return batches // self.gradient_accumulation_steps if self.gradient_accumulation_steps else batches

    def _overwrite_if(self, strategy: Any, due: Any) -> None:
        tf.cond(strategy.experimental_local_results(due)[0], lambda: overwrite_with_averages(self), lambda: None)


def _assign(variable: Any, value: tf.Tensor) -> None:
    # The handle is that of this replica's copy, and every replica assigns the same.
    tf.raw_ops.AssignVariableOp(resource=variable.value.handle, value=value)
