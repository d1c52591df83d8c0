import libcst as cst
import pytest

from keras_stable.source_edits.source_tree import SourceTree
from keras_stable.source_edits.uses import (
    assigned_value,
    attribute_loads,
    key_loads,
    only_assignment,
    other_uses,
    tells,
)


def name_in(tree, call="f"):
    return next(c for c in tree.calls() if c.func.value == call).args[0].value


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("a = 1\nf(a)\n", "1"),
        ("a: int = 1\nf(a)\n", "1"),
        ("a, b = 1, 2\nf(b)\n", "2"),
        ("a = b = 1\nf(a)\n", None),
        ("a, b = g()\nf(a)\n", None),
        ("for a in x:\n    f(a)\n", None),
    ],
    ids=range(6),
)
def test_what_a_name_is_set_to(source, value):
    tree = SourceTree("a.py", source)
    found = assigned_value(tree, only_assignment(tree, name_in(tree)))
    assert (tree.text(found) if found is not None else None) == value


def test_a_name_that_is_set_twice_has_no_value_for_certain():
    for source in ("a = 1\na = 2\nf(a)\n", "a = 1\na += 2\nf(a)\n", "f(a)\n"):
        tree = SourceTree("a.py", source)
        assert only_assignment(tree, name_in(tree)) is None


def test_what_is_only_printed_is_no_use():
    tree = SourceTree("a.py", "a = 1\nf(a)\nprint(a)\nb = f'{a}'\nlogger.info('%s', a)\n")
    name = name_in(tree)
    assert other_uses(tree, only_assignment(tree, name), name) == []
    tree = SourceTree("a.py", "a = 1\nf(a)\ng(a)\n")
    name = name_in(tree)
    assert [tree.line(tree.start(use)) for use in other_uses(tree, only_assignment(tree, name), name)] == [3]
    assert not tells(tree, name)


def test_who_reads_an_attribute_or_a_key():
    tree = SourceTree("a.py", "c.a = 1\nc['k'] = 2\nf(c.a, c['k'], c.get('k'), c['other'])\n")
    assert len(list(attribute_loads(tree, "a"))) == 1
    assert [type(node) for node in key_loads(tree, "k")] == [cst.Subscript, cst.Call]
