"""The step that is being traced: what `apply` hands to what Keras calls further down."""

import contextlib
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import tensorflow as tf

from keras_stable.ops.norms import MeasuredNorms


@dataclass
class TracedStep:
    """One update.

    Attributes:
        variables: Those that have a gradient.
        gradients: Theirs.
        measured: The norms of these.
        values_fit: Whether no value of these has to be clipped.
        reached: Whether Keras has called for the clips.
        computed: What `once` keeps, with the arguments that it was computed from.
    """

    variables: list[Any]
    gradients: list[Any]
    measured: MeasuredNorms
    values_fit: bool
    reached: bool = False
    computed: dict[tuple[Any, ...], tuple[Any, tf.Tensor]] = field(default_factory=dict)


class _Traced(threading.local):
    # Under a strategy each replica is traced in a thread of its own.
    step: TracedStep | None = None


_TRACED = _Traced()


def traced_step() -> TracedStep | None:
    """Returns the update that is being traced in this thread."""
    return _TRACED.step


@contextlib.contextmanager
def tracing(step: TracedStep) -> Iterator[None]:
    """Makes this the update that is being traced."""
    before, _TRACED.step = _TRACED.step, step
    try:
        yield
    finally:
        _TRACED.step = before


def once(argument: Any, dtype: Any, compute: Callable[[], tf.Tensor]) -> tf.Tensor:
    """Returns what this update has computed for the argument and dtype already, or computes it.

    >>> float(once("any", "float32", lambda: tf.constant(2.0)))
    2.0
    """
    if _TRACED.step is None:
        return compute()
    # A tensor can only be used in the graph that it was made in.
    key = (id(argument), dtype, tf.compat.v1.get_default_graph())
    if key not in _TRACED.step.computed:
        _TRACED.step.computed[key] = (argument, compute())
    return _TRACED.step.computed[key][1]
