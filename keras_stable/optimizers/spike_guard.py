"""The spike guard: which steps are left out because their gradient norm or their loss is far above the last ones."""

import weakref
from typing import Any

import keras
import tensorflow as tf

from keras_stable.errors import invalid_argument
from keras_stable.ops.replica_sums import sums_over_replicas
from keras_stable.ops.spikes import WINDOW, spike_limits, updated_windows
from keras_stable.optimizers.clipping import checked_limit
from keras_stable.optimizers.gradient_ring import read_copy

# The threshold of OLMo and of Levanter, in standard deviations.
SIGMAS = 6.0
# Of the norms and of the losses: the values, and after them how many there were.
WINDOWS_SHAPE = (2, WINDOW + 1)

# By replica: under a strategy each traces the step for itself, and not always in one thread.
_LOSSES: weakref.WeakKeyDictionary[Any, dict[int, tf.Tensor]] = weakref.WeakKeyDictionary()


def checked_sigmas(skip_spikes: Any) -> float | None:
    """Returns the threshold as a float: 6 for True; None for False and None.

    Raises:
        InvalidArgumentError: When it cannot be one.

    >>> checked_sigmas(True), checked_sigmas(4), checked_sigmas(False)
    (6.0, 4.0, None)
    """
    if isinstance(skip_spikes, bool):
        return SIGMAS if skip_spikes else None
    try:
        return checked_limit("skip_spikes", skip_spikes)
    except ValueError:
        must_be = "a finite number of standard deviations above 0, True for 6, or None"
        raise invalid_argument("skip_spikes", must_be, skip_spikes) from None


def note_loss(optimizer: Any, loss: Any) -> None:
    """Keeps the loss of the step that is being traced, as a training step hands it to `scale_loss`."""
    _LOSSES.setdefault(optimizer, {})[_replica()] = tf.convert_to_tensor(loss)


def noted_loss(optimizer: Any, dtype: str) -> tf.Tensor:
    """Returns the loss of this step over all replicas, a scalar; NaN where a loop of the user's own has told none."""
    loss = _LOSSES.get(optimizer, {}).pop(_replica(), None)
    if loss is None or not _usable(loss):
        return tf.constant(float("nan"), dtype)
    # That of a replica is divided by their number already, as its gradients are.
    return sums_over_replicas([tf.reduce_mean(tf.cast(loss, dtype))])[0]


def no_spike(variable: keras.Variable, norm: tf.Tensor, loss: tf.Tensor, threshold: float) -> tf.Tensor:
    """Returns whether a step is to be taken, a scalar bool tensor, and takes its norm and its loss into the windows.

    Args:
        variable: The windows, of `WINDOWS_SHAPE`.
        norm: The global norm of the gradients, a scalar. NaN is no spike: the finite guard leaves that step out.
        loss: A scalar, or NaN.
        threshold: In standard deviations.
    """
    stored = tf.ensure_shape(read_copy(variable), WINDOWS_SHAPE)
    windows, counts = stored[:, :WINDOW], stored[:, WINDOW]
    values = tf.stack([norm, loss])
    limits = spike_limits(windows, counts, threshold)
    updated, counted = updated_windows(windows, counts, values, limits)
    # The handle is that of this replica's copy: see GradientRing.write.
    tf.raw_ops.AssignVariableOp(
        resource=variable.value.handle, value=tf.concat([updated, tf.expand_dims(counted, 1)], 1)
    )
    return tf.logical_not(tf.reduce_any(values > limits))


def _replica() -> int:
    context = tf.distribute.get_replica_context()
    return 0 if context is None else int(tf.get_static_value(context.replica_id_in_sync_group) or 0)


def _usable(loss: tf.Tensor) -> bool:
    # A loss from a step that was traced before, or taken eagerly, is not that of this one.
    if tf.executing_eagerly():
        return tf.is_symbolic_tensor(loss) is False
    graph = tf.compat.v1.get_default_graph()
    while graph is not None and tf.is_symbolic_tensor(loss):
        if graph is loss.graph:
            return True
        graph = getattr(graph, "outer_graph", None)
    return False
