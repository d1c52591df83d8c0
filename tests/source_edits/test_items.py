import pytest

from keras_stable.source_edits.items import appended, put_before, taken_out
from keras_stable.source_edits.source_tree import SourceTree, patched

ADDED = [
    ("f()", "f(n)"),
    ("f(a)", "f(a, n)"),
    ("f(a,)", "f(a, n)"),
    ("f(a, (b))", "f(a, (b), n)"),
    ("f(\n    a,  # one\n    b,  # two\n)", "f(\n    a,  # one\n    b,  # two\n    n,\n)"),
    ("f(\n    a,\n    b  # two\n)", "f(\n    a,\n    b,  # two\n    n\n)"),
    ("f(a,\n  b)", "f(a,\n  b,\n  n)"),
    ("f(a,\n  b, c)", "f(a,\n  b, c, n)"),
    ("f(\n    a, b)", "f(\n    a, b, n)"),
    ("f(a, **b)", "f(a, **b, n)"),
]
REMOVED = [
    ("f(a, b, c)", 0, "f(b, c)"),
    ("f(a, b, c)", 1, "f(a, c)"),
    ("f(a, b, c)", 2, "f(a, b)"),
    ("f(a, b,)", 1, "f(a,)"),
    ("f(a)", 0, "f()"),
    ("f(a,)", 0, "f()"),
    ("f(\n    a,  # one\n    b,\n)", 0, "f(\n    b,\n)"),
    ("f(\n    a,\n    b  # two\n)", 1, "f(\n    a,\n)"),
]


def made(source, patch):
    tree = SourceTree("a.py", f"{source}\n")
    call = tree.calls()[0]
    return patched(tree.bytes, [patch(tree, call)]).decode()[:-1]


@pytest.mark.parametrize(("source", "expected"), ADDED, ids=range(len(ADDED)))
def test_one_more_in_the_style_of_the_others(source, expected):
    after = made(source, lambda tree, call: appended(tree, call.args, tree.call_end(call) - 1, "n"))
    # The comma behind the last one is there where it was there before.
    assert after == expected


@pytest.mark.parametrize(("source", "index", "expected"), REMOVED, ids=range(len(REMOVED)))
def test_one_less(source, index, expected):
    assert made(source, lambda tree, call: taken_out(tree, call.args, call.args[index])) == expected


def test_before_another_one():
    assert made("f(a, b)", lambda tree, call: put_before(tree, call.args[1], "n")) == "f(a, n, b)"
    assert made("f(\n\ta,\n)", lambda tree, call: put_before(tree, call.args[0], "n")) == "f(\n\tn,\n\ta,\n)"


def test_a_tuple_of_one_keeps_its_comma():
    tree = SourceTree("a.py", "t = (a, b)\n")
    elements = tree.module.body[0].body[0].value.elements
    assert patched(tree.bytes, [taken_out(tree, elements, elements[1])]).decode() == "t = (a,)\n"
