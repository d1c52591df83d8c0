"""A conditional that costs little when its branches use many tensors."""

from collections.abc import Callable, Sequence
from typing import Any

import tensorflow as tf

from keras_stable.keras_private import keep_as_call


def run_branch(
    condition: tf.Tensor, then: Callable[[], Any], otherwise: Callable[[], Any], *, spliced: bool = False
) -> Any:
    """Returns what one of two functions returns, as `tf.cond` does.

    By default TensorFlow splices both branches of a conditional into the graph, with one more op for
    each tensor and variable that they use. For the update of an optimizer that is several times what
    the conditional itself costs. On the CPU the branches are therefore run as calls. Where there is another
    device besides they are spliced: a call cannot be spread over devices.

    Args:
        condition: A scalar bool tensor.
        then: What runs where the condition holds.
        otherwise: What runs where it does not; returns the same structure.
        spliced: Whether to splice also on the CPU. TensorFlow's graph optimizer rewrites the arithmetic of what
            is spliced as it rewrites the rest of the graph, to the bit; it leaves calls as they are.

    >>> float(run_branch(tf.constant(True), lambda: tf.constant(1.0), lambda: tf.constant(2.0)))
    1.0
    """
    if spliced or not branches_are_calls():
        return tf.cond(condition, then, otherwise)
    graph = tf.compat.v1.get_default_graph()
    before = len(graph.get_operations())
    result = tf.cond(condition, then, otherwise)
    for operation in graph.get_operations()[before:]:
        if operation.type in ("If", "StatelessIf"):
            keep_as_call(operation)
    return result


def branches_are_calls() -> bool:
    """Returns whether `run_branch` runs its branches as calls: in a graph, where there is no device but one CPU.

    >>> branches_are_calls(), bool(tf.function(lambda: tf.constant(branches_are_calls()))())
    (False, True)
    """
    if tf.executing_eagerly():
        return False
    return [device.device_type for device in tf.config.list_logical_devices()] == ["CPU"]


class SharedBranch:
    """A function without a result that is traced once, and then is a branch of several conditionals of the graph.

    With `tf.cond` each conditional traces its branches for itself: the update of an optimizer that stands in two
    of them takes the time and the memory of two.

    Args:
        function: Called once, with a tensor for each of the arguments.
        arguments: Tensors of the shapes and dtypes that it will be called with.

    >>> total = tf.Variable(0.0)
    >>> @tf.function
    ... def step(value):
    ...     add = SharedBranch(total.assign_add, [value])
    ...     add.run_if(value > 0, [value], lambda: add.run_if(value < -9, [-value], lambda: None))
    >>> for value in (2.0, -10.0, -1.0):
    ...     step(tf.constant(value))
    >>> float(total)
    12.0
    """

    def __init__(self, function: Callable[..., Any], arguments: Sequence[tf.Tensor]) -> None:
        def run(*tensors: tf.Tensor) -> None:
            function(*tensors)

        specs = [tf.TensorSpec(argument.shape, argument.dtype) for argument in arguments]
        self._branch = tf.function(run, autograph=False).get_concrete_function(*specs)

    def run_if(self, condition: tf.Tensor, arguments: Sequence[tf.Tensor], otherwise: Callable[[], Any]) -> None:
        """Runs the function where the condition holds, and elsewhere the other one, both as calls.

        Args:
            condition: A scalar bool tensor.
            arguments: What the function is called with.
            otherwise: What runs where the condition does not hold. It may use the arguments and the tensors and
                variables that the shared function uses, and none besides.
        """
        inputs = _distinct([*arguments, *self._branch.captured_inputs])

        def run() -> None:
            # The branches of a conditional have the same inputs in the same order.
            for tensor in inputs:
                tf.compat.v1.get_default_graph().capture(tensor)
            otherwise()

        other = tf.function(run, autograph=False).get_concrete_function()
        if len(other.captured_inputs) != len(inputs):
            raise RuntimeError(f"A branch uses tensors that the other does not: {other.captured_inputs[len(inputs) :]}")
        tf.raw_ops.If(cond=condition, input=inputs, Tout=[], then_branch=self._branch, else_branch=other)


def _distinct(tensors: Sequence[tf.Tensor]) -> list[tf.Tensor]:
    # A graph captures a tensor once, however often it is asked to.
    seen: dict[int, tf.Tensor] = {}
    for tensor in tensors:
        tensor = tf.identity(tensor) if id(tensor) in seen else tensor
        seen[id(tensor)] = tensor
    return list(seen.values())
