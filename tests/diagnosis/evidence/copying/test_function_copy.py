"""Functions lead to the copies of what they hold, and keep their identity where they hold nothing."""

import functools
import weakref

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_stable.diagnosis.evidence.copying.object_copy import ObjectCopier


def copied(value):
    return ObjectCopier().copy(value)


class Counter:
    def __init__(self):
        self.calls = []

    def count(self, number=1):
        self.calls.append(number)
        return len(self.calls)


def importable(x, scale=(1, [2])):
    return x * scale[1][0]


GLOBAL_WEIGHT = keras.Variable([1.0], name="global_weight")


def uses_global():
    return GLOBAL_WEIGHT


def uses_global_within():
    return (lambda: GLOBAL_WEIGHT)()


def test_a_function_that_can_be_imported_is_itself():
    assert copied(importable) is importable


def test_a_closure_holds_the_copy():
    counter = Counter()

    def call():
        """Counts."""
        return counter.count()

    twin, twin_counter = copied((call, counter))
    assert twin() == 1
    assert (counter.calls, twin_counter.calls) == ([], [1])
    assert (twin.__name__, twin.__qualname__, twin.__doc__) == ("call", call.__qualname__, "Counts.")
    assert twin.__module__ == call.__module__


def test_a_name_that_was_never_bound_stays_so():
    def call():
        return later

    twin = copied(call)
    with pytest.raises(NameError):
        twin()
    later = 3
    assert call() == later


def test_defaults_and_attributes_are_copied():
    def make(values, *, options):
        def call(first=values, *, second=options):
            return first, second

        call.seen = values
        return call

    values, options = [1], {"a": 2}
    call = make(values, options=options)
    twin = copied(call)
    assert twin() == ([1], {"a": 2})
    assert all(one is not other for one, other in zip(twin(), (values, options), strict=True))
    # What they share, the copies share.
    assert twin.seen is twin()[0]


def test_an_annotation_stays():
    counter = Counter()

    def call(x: int) -> str:
        return str(counter) + str(x)

    assert copied(call).__annotations__ == {"x": int, "return": str}


@pytest.mark.parametrize("function", [uses_global, uses_global_within])
def test_a_global_weight_leads_to_its_copy(function):
    twin, weight = copied((function, GLOBAL_WEIGHT))
    assert twin() is weight
    assert function() is GLOBAL_WEIGHT
    assert weight is not GLOBAL_WEIGHT


def test_a_function_that_calls_itself():
    counter = Counter()

    def call(depth):
        counter.count(depth)
        return depth if depth == 0 else call(depth - 1)

    twin, twin_counter = copied((call, counter))
    twin(2)
    assert (counter.calls, twin_counter.calls) == ([], [2, 1, 0])


def test_a_bound_method_is_bound_to_the_copy():
    counter = Counter()
    method, twin_counter = copied((counter.count, counter))
    method(7)
    assert (counter.calls, twin_counter.calls) == ([], [7])


def test_a_class_method_is_itself():
    method = dict.fromkeys
    assert copied([method])[0] is method


def test_a_partial_is_of_the_copies():
    counter, values = Counter(), [5]
    partial, twin_counter = copied((functools.partial(counter.count, number=values), counter))
    partial()
    assert (counter.calls, twin_counter.calls) == ([], [[5]])
    assert twin_counter.calls[0] is not values
    positional = copied(functools.partial(max, values))
    assert positional.args[0] is not values
    assert positional() == 5


def test_a_dead_reference_is_itself():
    reference = weakref.ref(Counter())
    assert reference() is None
    assert copied([reference])[0] is reference


def test_a_tensorflow_function_updates_the_copy():
    weight = tf.Variable(1.0)

    @tf.function
    def step():
        return weight.assign_add(1.0)

    step()
    twin, twin_weight = copied((step, weight))
    twin()
    assert (float(weight), float(twin_weight)) == (2.0, 3.0)


def test_a_traced_graph_without_weights_is_itself():
    traced = tf.function(lambda x: 2 * x).get_concrete_function(tf.TensorSpec((2,)))
    assert copied([traced])[0] is traced


def test_a_traced_graph_with_weights_cannot_be_led_to_others():
    from keras_stable.diagnosis.evidence.copying.function_copy import CannotCopyError

    weight = tf.Variable(np.ones(2, "float32"))
    traced = tf.function(lambda x: weight * x).get_concrete_function(tf.TensorSpec((2,)))
    with pytest.raises(CannotCopyError, match="was loaded from a file and has trainable variables"):
        copied([traced])
