import pytest

from keras_stable.source_edits.not_placed import NotPlacedError
from keras_stable.source_edits.source_tree import SourceTree, patched
from keras_stable.source_edits.statements import fresh_name, lines_before, statement_removed


def with_lines(source, *lines):
    tree = SourceTree("a.py", source)
    patch = lines_before(tree, tree.calls()[-1], lines)
    return source if patch is None else patched(tree.bytes, [patch]).decode()


def test_lines_come_before_the_whole_statement():
    assert (
        with_lines("if a:\n    b = [\n        f(1)]\n", "x", "y") == "if a:\n    x\n    y\n    b = [\n        f(1)]\n"
    )
    assert with_lines("a\r\nf(1)\r\n", "x") == "a\r\nx\r\nf(1)\r\n"


def test_lines_that_are_there_are_not_put_there_again():
    assert with_lines("x\ny\nf(1)\n", "x", "y") == "x\ny\nf(1)\n"


@pytest.mark.parametrize("source", ["if a: f(1)\n", "b = lambda: f(1)\n", "while f(1):\n    pass\n"])
def test_where_no_line_can_stand(source):
    with pytest.raises(NotPlacedError, match="no line can be put before it"):
        with_lines(source, "x")


def test_a_statement_goes_with_its_lines():
    for source, expected in [("a\nb(\n  1)  # c\nd\n", "a\nd\n"), ("if a:\n    b(1)\n", "if a:\n    pass\n")]:
        tree = SourceTree("a.py", source)
        statement = tree.statement(tree.calls()[0])
        assert patched(tree.bytes, [statement_removed(tree, statement)]).decode() == expected


def test_a_fresh_name():
    assert fresh_name(SourceTree("a.py", "a = 1\na_2 = 2\n"), "a") == "a_3"
