"""What is worked out once belongs to one step, one argument, one dtype, one graph and one thread."""

import threading

import pytest
import tensorflow as tf

from keras_stable.optimizers.current_step import TracedStep, once, traced_step, tracing


def a_step():
    return TracedStep([], [], measured=None, values_fit=False)


class Counted:
    """Counts its calls, and returns another number each time."""

    def __init__(self):
        self.calls = 0

    def __call__(self):
        self.calls += 1
        return tf.constant(float(self.calls))


def test_outside_of_a_step_everything_is_computed_anew():
    compute = Counted()
    assert [float(once("rate", "float32", compute)) for _ in range(3)] == [1.0, 2.0, 3.0]


def test_in_a_step_it_is_computed_once():
    compute, rate = Counted(), object()
    with tracing(a_step()):
        assert [float(once(rate, "float32", compute)) for _ in range(3)] == [1.0, 1.0, 1.0]


def test_the_next_step_computes_it_again():
    compute, rate = Counted(), object()
    for _ in range(2):
        with tracing(a_step()):
            once(rate, "float32", compute)
    assert compute.calls == 2


@pytest.mark.parametrize(("first", "second"), [(("rate", "float32"), ("rate", "float64")), (("a", "f"), ("b", "f"))])
def test_another_argument_or_dtype_is_another_result(first, second):
    compute = Counted()
    with tracing(a_step()):
        once(*first, compute)
        assert float(once(*second, compute)) == 2.0
        assert float(once(*first, compute)) == 1.0


def test_equal_arguments_are_still_two():
    compute = Counted()
    with tracing(a_step()):
        first, second = [0.1], [0.1]
        once(first, "float32", compute)
        once(second, "float32", compute)
    assert compute.calls == 2


def test_an_argument_that_nobody_else_holds_is_not_taken_for_the_next_at_its_address():
    compute = Counted()
    with tracing(a_step()):
        results = [float(once([number], "float32", compute)) for number in range(50)]
    assert len(set(results)) == 50


def test_each_graph_has_a_tensor_of_its_own():
    compute, rate = Counted(), object()
    with tracing(a_step()):
        inner = tf.function(lambda: once(rate, "float32", compute) + once(rate, "float32", compute))
        assert float(once(rate, "float32", compute)) == 1.0
        assert float(inner()) == 4.0


def test_there_is_a_step_only_while_it_is_traced():
    step = a_step()
    assert traced_step() is None
    with tracing(step):
        assert traced_step() is step
    assert traced_step() is None


def test_a_step_within_a_step_gives_way_to_the_outer_one():
    outer, inner = a_step(), a_step()
    with tracing(outer):
        with tracing(inner):
            assert traced_step() is inner
        assert traced_step() is outer


def test_an_error_ends_the_step_too():
    with pytest.raises(ZeroDivisionError), tracing(a_step()):
        raise ZeroDivisionError
    assert traced_step() is None


def test_other_threads_see_none_of_it():
    seen = []
    with tracing(a_step()):
        thread = threading.Thread(target=lambda: seen.append(traced_step()))
        thread.start()
        thread.join()
    assert seen == [None]


def test_a_new_step_has_been_neither_reached_nor_computed_for():
    first, second = a_step(), a_step()
    first.computed["key"] = "value"
    assert (second.reached, second.computed) == (False, {})
