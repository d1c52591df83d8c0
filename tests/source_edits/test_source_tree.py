import libcst as cst
import pytest
from script_cases import span_in

from keras_stable.source_edits.sites import Span
from keras_stable.source_edits.source_tree import Patch, SourceTree, called_name, dotted, last_name, patched

SOURCE = "é = 'ü'; a(b((1), c=2))\nfor i in x:\n    d(\n        1\n    )\n"


@pytest.fixture
def tree():
    return SourceTree("train.py", SOURCE)


def call(tree, name):
    return next(call for call in tree.calls() if called_name(call) == name)


def test_places_are_in_bytes_and_with_the_brackets_around(tree):
    inner = call(tree, "b")
    assert tree.text(inner) == "b((1), c=2)"
    assert tree.text(inner.args[0].value) == "(1)"
    assert tree.bytes[tree.start(inner) : tree.end(inner)].decode() == "b((1), c=2)"
    bracketed = SourceTree("a.py", "x = (f(1))\n")
    assert bracketed.text(bracketed.calls()[0]) == "(f(1))"


def test_a_call_is_found_by_its_end_or_by_its_line(tree):
    span, name = span_in(tree, "a(b(")
    assert (tree.call_at(span), name) == (call(tree, "b"), "b")
    assert tree.call_at(Span("train.py", 1)) is call(tree, "a")
    assert tree.call_at(Span("train.py", 1), "b") is call(tree, "b")
    assert tree.call_at(Span("train.py", 3, (5, 5))) is call(tree, "d")
    assert tree.call_at(Span("train.py", 2)) is None


def test_lines_and_what_stands_around(tree):
    inner = call(tree, "d")
    assert tree.line(tree.start(inner)) == 3
    assert (tree.indentation(tree.start(inner)), tree.indentation(tree.start(call(tree, "b")))) == ("    ", None)
    assert isinstance(tree.loop(inner), cst.For)
    assert tree.loop(call(tree, "a")) is None
    assert tree.statement(inner) is not None
    assert tree.statement(SourceTree("a.py", "if f(1): g(2)\n").calls()[1]) is None
    assert isinstance(tree.block(inner), cst.Module)


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_offsets_count_every_kind_of_newline(newline):
    tree = SourceTree("a.py", f"a = 1{newline}b(2){newline}")
    assert tree.call_at(Span("a.py", 2, (2, 4))) is tree.calls()[0]
    assert tree.line_start(tree.end(tree.calls()[0])) == 5 + len(newline)
    assert tree.line_end(6 + len(newline)) == len(tree.bytes)


def test_names():
    assert last_name(cst.parse_expression("a.b.c")) == "c"
    assert (last_name(cst.parse_expression("f()")), dotted(cst.parse_expression("a[0].b"))) == ("", "")


def test_patches_keep_their_order_at_one_place():
    patches = [Patch("f", 2, 2, "first"), Patch("f", 2, 2, "second"), Patch("f", 0, 1, "")]
    assert patched(b"abcd", patches) == b"bfirstsecondcd"
