"""A conditional that costs little when its branches use many tensors."""

from collections.abc import Callable
from typing import Any

import tensorflow as tf


def run_branch(condition: tf.Tensor, then: Callable[[], Any], otherwise: Callable[[], Any]) -> Any:
    """Returns what one of two functions returns, as `tf.cond` does.

    By default TensorFlow splices both branches of a conditional into the graph, with one more op for
    each tensor and variable that they use. For the update of an optimizer that is several times what
    the conditional itself costs. On the CPU the branches are therefore run as calls. Where another
    device is present they are spliced: a call cannot be spread over devices.

    Args:
        condition: A scalar bool tensor.
        then: What runs where the condition holds.
        otherwise: What runs where it does not; returns the same structure.

    >>> float(run_branch(tf.constant(True), lambda: tf.constant(1.0), lambda: tf.constant(2.0)))
    1.0
    """
    if tf.executing_eagerly():
        return tf.cond(condition, then, otherwise)
    graph = tf.compat.v1.get_default_graph()
    before = len(graph.get_operations())
    result = tf.cond(condition, then, otherwise)
    if all(device.device_type == "CPU" for device in tf.config.list_logical_devices()):
        for operation in graph.get_operations()[before:]:
            if operation.type in ("If", "StatelessIf"):
                operation._set_attr(_SPLICE, tf.compat.v1.AttrValue(b=False))
    return result


_SPLICE = "_lower_using_switch_merge"
