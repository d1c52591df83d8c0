"""The finite guard: the update where every gradient is finite, and elsewhere only the record of a skipped step."""

from collections.abc import Callable, Sequence
from typing import Any

import tensorflow as tf

from keras_stable.keras_private import replicas_merge
from keras_stable.ops.branching import SharedBranch, branches_are_calls, run_branch
from keras_stable.ops.norms import MeasuredNorms, exact_norms, quick_norms
from keras_stable.optimizers.clipping import Clipping


def one_branch_suffices() -> bool:
    """Returns whether `update_by_one_branch` works here and is worth it: in a graph on the CPU, without merges."""
    return branches_are_calls() and not replicas_merge()


def update_by_one_branch(
    gradients: Sequence[tf.Tensor],
    clipping: Clipping,
    update: Callable[[Sequence[tf.Tensor], MeasuredNorms], None],
    skip: Callable[[tf.Tensor, tf.Tensor], None],
    take: Callable[[tf.Tensor], tf.Tensor | None] = lambda norm: None,
) -> None:
    """Updates where every gradient is finite, for the cost of one conditional in the usual step.

    Where `quick_norms` hold, every gradient is finite and no value has to be clipped. Only elsewhere are the norms
    computed exactly, the values clipped, and the gradients checked for being finite at all.

    Args:
        gradients: The n dense gradients of the step.
        clipping: That of the optimizer.
        update: Takes the gradients, with their values clipped, and their norms.
        skip: Takes the global norm, and the norm of each gradient, `[n]`.
        take: Takes the global norm, and returns whether a step with finite gradients is taken, a scalar bool tensor;
            None where every one is.
    """
    n, limit = len(gradients), clipping.value_limit
    quick, hold = quick_norms(gradients, limit, clipping.dtype)
    # What the quick norm cannot hold is far above every limit, or far below.
    taken = take(quick.global_norm)
    conditions = [] if taken is None else [taken]
    usual = hold if taken is None else tf.logical_and(hold, taken)

    def run(*tensors: tf.Tensor) -> None:
        update(tensors[:n], MeasuredNorms(*tensors[n : n + len(quick)]))

    # The other branch, which may use no tensor besides, needs the condition.
    shared = SharedBranch(run, [*gradients, *quick, *conditions])

    def unusual() -> None:
        clipped = clipping.clip_values(gradients)
        exact = exact_norms(gradients, clipped, quick.norms, limit)
        finite = tf.math.is_finite(exact.global_norm)
        condition = finite if taken is None else tf.logical_and(finite, taken)
        shared.run_if(condition, [*clipped, *exact, *conditions], lambda: skip(exact.global_norm, exact.norms))

    shared.run_if(usual, [*gradients, *quick, *conditions], unusual)


def run_one(
    condition: tf.Tensor, then: Any, then_arguments: tuple, otherwise: Any, otherwise_arguments: tuple, *, spliced: bool
) -> None:
    """Runs one of two functions in the compiled step, even where a strategy has to merge its replicas.

    Args:
        condition: A scalar bool tensor, the same on every replica.
        then: What runs where it holds.
        then_arguments: Its arguments.
        otherwise: What runs where it does not.
        otherwise_arguments: Its arguments.
        spliced: As for `run_branch`; what merges replicas always is.
    """
    if not replicas_merge():
        branches = (lambda: then(*then_arguments), lambda: otherwise(*otherwise_arguments))
        run_branch(condition, *branches, spliced=spliced)
        return

    def merged(strategy: Any, condition: Any, then_arguments: tuple, otherwise_arguments: tuple) -> None:
        # A branch that merges replicas can only be built across them.
        tf.cond(
            strategy.experimental_local_results(condition)[0],
            lambda: strategy.extended.call_for_each_replica(then, args=then_arguments),
            lambda: strategy.extended.call_for_each_replica(otherwise, args=otherwise_arguments),
        )

    tf.distribute.get_replica_context().merge_call(merged, args=(condition, then_arguments, otherwise_arguments))
