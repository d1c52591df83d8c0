"""Copies of containers: the same kind, the same order, and no shared contents."""

import collections
from typing import NamedTuple

import pytest

from keras_stable.diagnosis.evidence.copying.container_copy import renew_keys
from keras_stable.diagnosis.evidence.copying.object_copy import ObjectCopier


class Thing:
    def __init__(self, name="thing"):
        self.name = name

    def __eq__(self, other):
        return isinstance(other, Thing) and self.name == other.name

    def __hash__(self):
        # As of an object whose attributes are not there yet while it is copied.
        return hash(self.name)


class Pair(NamedTuple):
    one: object
    other: object


class LoudList(list):
    """Tracks what is added through its own methods, as Keras's lists do."""

    def append(self, item):
        raise AssertionError

    def __iter__(self):
        raise AssertionError


class LoudDict(dict):
    def __setitem__(self, key, value):
        raise AssertionError

    def __getitem__(self, key):
        raise AssertionError


class LoudSet(set):
    def add(self, item):
        raise AssertionError

    def update(self, *items):
        raise AssertionError


def copied(value):
    return ObjectCopier().copy(value)


@pytest.mark.parametrize(
    "container",
    [
        [Thing("a"), Thing("b")],
        (Thing("a"), 3),
        Pair(Thing("a"), "text"),
        {"a": Thing("a"), 2: Thing("b")},
        {Thing("key"): "value"},
        {Thing("a"), Thing("b")},
        {"a", 2},
        frozenset([Thing("a")]),
        collections.OrderedDict(b=Thing("b"), a=Thing("a")),
        collections.defaultdict(list, a=[1]),
        [],
        {},
        set(),
    ],
    ids=lambda container: type(container).__name__,
)
def test_the_copy_is_equal_of_the_same_kind_and_another(container):
    twin = copied(container)
    assert twin == container
    assert type(twin) is type(container)
    assert twin is not container
    assert list(twin) == list(container)
    originals = {id(item) for item in container if isinstance(item, Thing)}
    assert not originals & {id(item) for item in twin}


@pytest.mark.parametrize("value", [(), (1, "a", None), (1, (2, 3)), frozenset(), frozenset({1, "a"})])
def test_what_holds_nothing_that_changes_is_shared(value):
    assert copied(value) is value


def test_a_tuple_with_one_thing_that_changes_is_copied():
    original = (1, [2])
    twin = copied(original)
    twin[1].append(3)
    assert original == (1, [2])


@pytest.mark.parametrize(
    ("original", "contents"),
    [(LoudList([1, [2]]), list.__iter__), (LoudDict(a=[1]), dict.items), (LoudSet({1, 2}), set.__iter__)],
    ids=["list", "dict", "set"],
)
def test_methods_of_the_containers_own_are_not_called(original, contents):
    original.note = [1]
    twin = copied(original)
    assert list(contents(twin)) == list(contents(original))
    assert (type(twin), twin.note) == (type(original), [1])
    assert twin.note is not original.note


def test_the_order_of_an_ordered_dict_is_its_own():
    original = collections.OrderedDict.fromkeys("abc")
    original.move_to_end("a")
    twin = copied(original)
    twin.move_to_end("b")
    assert (list(original), list(twin)) == (["b", "c", "a"], ["c", "a", "b"])


def test_a_default_factory_that_holds_something_makes_of_the_copy():
    made = []
    original = collections.defaultdict(lambda: made, key=made)
    twin = copied(original)
    assert twin["new"] is twin["key"]
    assert twin["key"] is not made


def test_a_key_that_is_copied_is_found_under_its_copy():
    key = Thing("key")
    twin = copied({"key": key, "values": {key: 1}})
    assert twin["values"] == {twin["key"]: 1}
    assert next(iter(twin["values"])) is twin["key"]


def test_a_container_may_hold_itself():
    original = [1]
    original.append(original)
    twin = copied(original)
    assert twin[1] is twin
    assert twin is not original


def renewed(keyed):
    renew_keys(keyed, lambda key: {1: 10, 2: 20}.get(key, key))
    return keyed


def test_keys_are_renewed_in_their_order():
    assert list(renewed({1: "a", "x": "b", 2: "c"}).items()) == [(10, "a"), ("x", "b"), (20, "c")]
    assert renewed({1, 2, 3}) == {10, 20, 3}
    assert renewed({"x": 1}) == {"x": 1}
    ordered = renewed(collections.OrderedDict([(2, "b"), (1, "a")]))
    assert list(ordered.items()) == [(20, "b"), (10, "a")]


def test_keys_may_change_places():
    swapped = {1: "a", 2: "b"}
    renew_keys(swapped, {1: 2, 2: 1}.get)
    assert swapped == {2: "a", 1: "b"}


def test_renewing_calls_no_method_of_the_containers_own():
    keyed = LoudDict({1: "a"})
    renew_keys(keyed, lambda key: 10)
    assert list(keyed.items()) == [(10, "a")]
