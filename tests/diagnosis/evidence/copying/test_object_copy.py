"""A copy of an object shares nothing that changes, and repeats what its parts share."""

import collections
import threading
import weakref

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_stable.diagnosis.evidence.copying.object_copy import ObjectCopier


def copied(value):
    return ObjectCopier().copy(value)


class Plain:
    def __init__(self, **attributes):
        vars(self).update(attributes)


class Slotted:
    __slots__ = ("left", "right")


class SlottedChild(Slotted):
    __slots__ = ("own",)


def test_attributes_are_copied_without_the_constructor():
    class Counted:
        made = 0

        def __init__(self):
            type(self).made += 1
            self.values = [1, 2]

    original = Counted()
    twin = copied(original)
    twin.values.append(3)
    assert (original.values, twin.values, Counted.made, type(twin)) == ([1, 2], [1, 2, 3], 1, Counted)


def test_setters_are_not_called():
    class Guarded:
        def __setattr__(self, name, value):
            raise AssertionError

    original = Guarded()
    original.__dict__["values"] = [1]
    assert copied(original).values == [1]
    assert copied(original).values is not original.values


def test_slots_are_copied_and_empty_ones_stay_empty():
    original = SlottedChild()
    original.left, original.own = [1], [2]
    twin = copied(original)
    assert (twin.left, twin.own) == ([1], [2])
    assert twin.left is not original.left
    assert twin.own is not original.own
    assert not hasattr(twin, "right")


def test_what_is_shared_within_is_shared_in_the_copy():
    inner = [1]
    first, second = copied((Plain(inner=inner), Plain(inner=inner)))
    assert first.inner is second.inner
    assert first.inner is not inner


def test_one_copier_remembers_what_it_has_copied():
    copier, inner = ObjectCopier(), Plain()
    assert copier.copy([inner])[0] is copier.copy({"a": inner})["a"]
    assert ObjectCopier().copy(inner) is not copier.copy(inner)


def test_an_object_may_hold_itself():
    original = Plain()
    original.me, original.all = original, [original]
    twin = copied(original)
    assert twin.me is twin
    assert twin.all[0] is twin
    assert twin is not original


def test_depth_has_no_limit():
    chain = None
    for _ in range(5000):
        chain = Plain(next=chain)
    twin, depth = copied(chain), 0
    while twin is not None:
        twin, depth = twin.next, depth + 1
    assert depth == 5000


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        3,
        2.5,
        "text",
        b"bytes",
        range(3),
        len,
        Plain,
        np.float32(1.5),
        np.dtype("int8"),
        tf.constant([1.0]),
        tf.float32,
        tf.TensorSpec((2,)),
        threading.Lock(),
        test_depth_has_no_limit,
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_cannot_change_or_be_copied_is_shared(value):
    assert copied([value])[0] is value


def test_arrays_and_variables_are_copied():
    array, variable = np.zeros(3), tf.Variable([1.0, 2.0])
    twins = copied([array, variable])
    twins[0][:] = 9
    twins[1].assign([8.0, 8.0])
    assert array.tolist() == [0, 0, 0]
    assert variable.numpy().tolist() == [1.0, 2.0]


def test_a_keras_variable_leads_to_the_copy_of_what_it_holds():
    variable = keras.Variable([1.0], name="weight")
    twin = copied(variable)
    twin.assign([5.0])
    assert (float(variable[0]), float(twin[0]), twin.name) == (1.0, 5.0, "weight")


def test_keys_made_from_an_id_are_made_anew():
    inner = Plain()
    original = Plain(inner=inner, by_id={id(inner): "inner", 3: "three"}, ids={id(inner), 4})
    twin = copied(original)
    assert twin.by_id == {id(twin.inner): "inner", 3: "three"}
    assert twin.ids == {id(twin.inner), 4}


def test_keys_made_from_a_node_of_a_functional_model_are_made_anew():
    inner = Plain()
    twin = copied(Plain(inner=inner, nodes={f"{id(inner)}_ib-0", "123_ib-0", "other"}))
    assert twin.nodes == {f"{id(twin.inner)}_ib-0", "123_ib-0", "other"}


def test_what_is_left_out_is_none():
    copier, unwanted = ObjectCopier(), Plain()
    copier.leave_out(unwanted)
    assert copier.copy([unwanted, {"a": unwanted}]) == [None, {"a": None}]


class Reduced:
    """Says itself how it is made, as a `deque` does."""

    def __init__(self, first):
        self.first, self.more = first, []

    def append(self, item):
        self.more.append(item)

    def __reduce_ex__(self, protocol):
        return Reduced, (self.first,), {"note": self.note}, iter(self.more)


def test_an_object_may_say_how_it_is_made():
    original, inner = Reduced([1]), Plain()
    original.note, original.more = [2], [inner, 5]
    twin = copied(original)
    assert (twin.first, twin.note, twin.more[1]) == ([1], [2], 5)
    assert twin.first is not original.first
    assert twin.note is not original.note
    assert twin.more[0] is not inner


class WithState:
    def __init__(self):
        self.values, self.cache = [1], threading.Lock()

    def __getstate__(self):
        return {"values": self.values}

    def __setstate__(self, state):
        self.values, self.cache = state["values"], "rebuilt"


def test_an_own_state_is_put_in_as_the_class_says():
    original = WithState()
    twin = copied(original)
    assert (twin.values, twin.cache) == ([1], "rebuilt")
    assert twin.values is not original.values


@pytest.mark.parametrize(
    "value",
    [
        collections.deque([[1], [2]], maxlen=5),
        collections.Counter("abca"),
        collections.ChainMap({"a": [1]}),
        bytearray(b"abc"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_containers_of_the_standard_library(value):
    twin = copied(value)
    assert twin == value
    assert twin is not value
    assert type(twin) is type(value)
    assert getattr(twin, "maxlen", None) == getattr(value, "maxlen", None)


def test_a_proxy_wraps_the_copy():
    class Wrapper:
        def __init__(self, wrapped):
            self.__wrapped__ = wrapped

        __wrapped__ = None

    inner = [1]
    twin = copied(Wrapper(inner))
    assert twin.__wrapped__ == [1]
    assert twin.__wrapped__ is not inner


def test_a_weak_reference_leads_to_the_copy():
    inner = Plain()
    twin = copied(Plain(strong=inner, weak=weakref.ref(inner)))
    assert twin.weak() is twin.strong
    assert twin.strong is not inner
