"""A branch gives what tf.cond gives, in and out of a compiled step."""

import numpy as np
import pytest
import tensorflow as tf

from keras_stable.ops.branching import SharedBranch, branches_are_calls, run_branch


@pytest.mark.parametrize("jit", [None, False, True])
def test_only_the_chosen_branch_runs(jit):
    taken, left = tf.Variable(0.0), tf.Variable(0.0)

    def step(condition, value):
        def then():
            taken.assign_add(value)
            return value * 2

        def otherwise():
            left.assign_sub(value)
            return value * 3

        return run_branch(condition, then, otherwise)

    step = step if jit is None else tf.function(step, jit_compile=jit)
    results = [float(step(tf.constant(condition), tf.constant(5.0))) for condition in (True, False, True)]
    assert results == [10.0, 15.0, 10.0]
    np.testing.assert_array_equal([taken.numpy(), left.numpy()], [10.0, -5.0])


def test_on_the_cpu_the_branches_are_calls():
    @tf.function
    def step(condition, value):
        return run_branch(condition, lambda: value + 1, lambda: value - 1)

    graph = step.get_concrete_function(tf.constant(True), tf.constant(1.0)).graph
    branches = [operation for operation in graph.get_operations() if operation.type in ("If", "StatelessIf")]
    assert [branch.get_attr("_lower_using_switch_merge") for branch in branches] == [False]


@pytest.mark.parametrize("jit", [False, True])
def test_a_shared_branch_is_traced_once_and_taken_by_each_conditional(jit):
    total, missed, traced = tf.Variable(0.0), tf.Variable(0), []

    def add(value, weight):
        traced.append(value)
        total.assign_add(weight * value)

    @tf.function(jit_compile=jit)
    def step(value):
        doubled = value * 2
        shared = SharedBranch(add, [value, value])

        def otherwise():
            # An argument, a tensor of the branch around, and a variable that the shared function uses as well.
            shared.run_if(value < -9, [-value, value], lambda: total.assign_sub(value))

        shared.run_if(doubled > 0, [value, value], otherwise)
        missed.assign_add(1)

    for value in (3.0, -10.0, -1.0):
        step(tf.constant(value))
    assert float(total) == 3 * 3 - 10 * 10 + 1
    assert int(missed) == 3
    assert len(traced) == 1


def test_a_branch_with_inputs_of_its_own_is_refused():
    other = tf.Variable(0.0)

    @tf.function
    def step(value):
        SharedBranch(lambda given: None, [value]).run_if(value > 0, [value], lambda: other.assign(value))

    with pytest.raises(RuntimeError, match="uses tensors that the other does not"):
        step(tf.constant(1.0))


def test_branches_that_are_spliced_are_no_calls():
    @tf.function
    def step(condition, value):
        return run_branch(condition, lambda: value + 1, lambda: value - 1, spliced=True)

    graph = step.get_concrete_function(tf.constant(True), tf.constant(1.0)).graph
    branches = [operation for operation in graph.get_operations() if operation.type in ("If", "StatelessIf")]
    assert [branch.get_attr("_lower_using_switch_merge") for branch in branches] == [True]


def test_eagerly_and_beside_another_device_branches_are_no_calls(monkeypatch):
    assert not branches_are_calls()
    with tf.Graph().as_default():
        assert branches_are_calls()
        devices = tf.config.list_logical_devices()
        monkeypatch.setattr(tf.config, "list_logical_devices", lambda: [*devices, *devices])
        assert not branches_are_calls()


def test_conditionals_that_were_there_before_stay_as_they_are():
    @tf.function
    def step(condition, value):
        first = tf.cond(condition, lambda: value * 2, lambda: value * 3)
        return run_branch(condition, lambda: first + 1, lambda: first - 1)

    graph = step.get_concrete_function(tf.constant(True), tf.constant(1.0)).graph
    branches = [operation for operation in graph.get_operations() if operation.type in ("If", "StatelessIf")]
    assert [branch.get_attr("_lower_using_switch_merge") for branch in branches] == [True, False]
