"""Lists, tuples and dicts of arrays."""

from collections import namedtuple

from keras_stable.diagnosis.evidence.data.nesting import leaves, mapped, merged, named

Pair = namedtuple("Pair", ["left", "right"])


def test_the_nesting_is_kept():
    structure = {"a": [1, (2, None)], "b": Pair(3, 4)}
    assert mapped(lambda leaf: leaf * 10, structure) == {"a": [10, (20, None)], "b": Pair(30, 40)}
    assert leaves(structure) == [1, 2, 3, 4]
    assert merged(sum, [structure, structure]) == {"a": [2, (4, None)], "b": Pair(6, 8)}
    assert mapped(abs, None) is None
    assert leaves(-3) == [-3]


def test_names_order_a_dict_and_leave_out_what_the_model_does_not_take():
    assert named({"a": 1, "b": 2, "c": 3}, ["c", "a"], "input") == [("c", 3), ("a", 1)]
    assert named({"a": 1, "b": 2}, ["x", "y"], "input") == [("a", 1), ("b", 2)]


def test_names_go_to_leaves_one_by_one():
    assert named([1, 2], ["x", "y"], "input") == [("x", 1), ("y", 2)]
    assert named(1, None, "output") == [("output", 1)]
    assert named((1, 2), ["x"], "output") == [("output", 1), ("output_1", 2)]
    assert named({"a": [1, 2]}, None, "input") == [("input", 1), ("input_1", 2)]
