"""What a step does to each variable: the norm of its weights, of its update, and of its second moment."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import tensorflow as tf

from keras_stable.errors import invalid_argument
from keras_stable.keras_private import applied_batches, second_moments
from keras_stable.ops.norms import measure_norms
from keras_stable.optimizers.gradient_ring import GradientRing, read_copy

LAYER_NORMS = ("weight_norm", "update_norm", "second_moment_norm")


def checked_record(record: Any) -> tuple[str, ...]:
    """Returns the names of what is recorded beside the gradient norms, in the order of `LAYER_NORMS`.

    Args:
        record: A name, several, or "all".

    Raises:
        InvalidArgumentError: When it holds another name.

    >>> checked_record("all"), checked_record(["update_norm"]), checked_record(())
    (('weight_norm', 'update_norm', 'second_moment_norm'), ('update_norm',), ())
    """
    is_several = isinstance(record, Iterable) and not isinstance(record, str | bytes)
    names = LAYER_NORMS if isinstance(record, str) and record == "all" else tuple(record) if is_several else (record,)
    if not all(isinstance(name, str) and name in LAYER_NORMS for name in names):
        raise invalid_argument("record", f'"all", or names among {", ".join(LAYER_NORMS)}', record)
    return tuple(name for name in LAYER_NORMS if name in names)


@contextmanager
def layers_recorded(optimizer: Any, places: Sequence[int]) -> Iterator[None]:
    """Records in the row of a step what the update within the context does to its variables.

    The update norm is that of the weights after the step less those before it: the rate, the weight decay, constraints
    and a moving average that overwrites the weights are all in it. While gradients accumulate there is no update, and
    no row.

    Args:
        optimizer: Built, with a `gradient_ring` whose row of this step is written within the context.
        places: Which of the ring's variables are updated.
    """
    ring = optimizer.gradient_ring
    if ring is None or not ring.layer_norms or not places:
        yield
        return
    before = [read_copy(ring.variables[i]) for i in places] if "update_norm" in ring.layer_norms else []
    steps = optimizer.gradient_accumulation_steps
    due = (read_copy(applied_batches(optimizer)) + 1) % steps == 0 if steps else None
    yield

    def write() -> None:
        _write(optimizer, ring, places, before)

    if due is None:
        write()
    else:
        tf.cond(due, write, lambda: None)


def record_unchanged(optimizer: Any, places: Sequence[int]) -> None:
    """Records in the row of a skipped step that nothing has moved."""
    ring = optimizer.gradient_ring
    if ring.layer_norms and places:
        _write(optimizer, ring, places, [])


def _write(optimizer: Any, ring: GradientRing, places: Sequence[int], before: list[tf.Tensor]) -> None:
    tensors = _tensors(optimizer, ring, places, before)
    # One stack for all: few ops more in the step, however many variables there are.
    together = [tensor for some, _ in tensors.values() for tensor in some]
    norms = measure_norms(together, None, ring.dtype).norms if together else tf.zeros([0], ring.dtype)
    columns, start = {}, 0
    for name, (some, owners) in tensors.items():
        columns[name] = norms[start : start + len(some)], owners
        start += len(some)
    if "update_norm" in ring.layer_norms and not before:
        columns["update_norm"] = tf.zeros([len(places)], ring.dtype), list(places)
    ring.write_layers(columns)


def _tensors(
    optimizer: Any, ring: GradientRing, places: Sequence[int], before: list[tf.Tensor]
) -> dict[str, tuple[list[tf.Tensor], list[int]]]:
    """Returns what is measured, by its name, and which variable each tensor belongs to."""

    def read(variable: Any) -> tf.Tensor:
        return tf.cast(read_copy(variable), ring.dtype)

    names, owners = ring.layer_norms, list(places)
    tensors = {}
    weights = [read(ring.variables[i]) for i in places] if "weight_norm" in names or before else []
    if "weight_norm" in names:
        tensors["weight_norm"] = weights, owners
    if before:
        moves = [after - tf.cast(old, ring.dtype) for after, old in zip(weights, before, strict=True)]
        tensors["update_norm"] = moves, owners
    if "second_moment_norm" in names:
        moments = second_moments(optimizer)
        with_moment = [i for i in places if moments[i] is not None]
        tensors["second_moment_norm"] = [read(moments[i]) for i in with_moment], with_moment
    return tensors
