import libcst as cst
import pytest

from keras_stable.source_edits.call_arguments import argument_of, entry_of, is_literal, spreads, text_of
from keras_stable.source_edits.not_placed import NotPlacedError


def expression(code):
    return cst.parse_expression(code)


@pytest.mark.parametrize(
    ("code", "value"),
    [("f(1, 2)", "2"), ("f(1, b=3)", "3"), ("f(b=3, a=1)", "3"), ("f(1)", None), ("f(**k)", None), ("f(1, **k)", None)],
)
def test_by_position_or_by_name(code, value):
    argument = argument_of(expression(code), "b", ("a", "b"))
    assert (argument.value.value if argument is not None else None) == value


def test_what_a_star_unpacks_is_not_known():
    assert argument_of(expression("f(1, *rest)"), "a", ("a", "b")).value.value == "1"
    with pytest.raises(NotPlacedError, match="`b` may be among the arguments"):
        argument_of(expression("f(1, *rest)"), "b", ("a", "b"))


def test_mappings_that_are_unpacked():
    assert [argument.value.value for argument in spreads(expression("f(*a, b=1, **c, **d)"))] == ["c", "d"]


def test_entries_of_a_dict():
    assert entry_of(expression("{'a': 1, **b}"), "a").value.value == "1"
    assert entry_of(expression("dict(a=1)"), "a").value.value == "1"
    assert entry_of(expression("{a: 1}"), "a") is None
    assert entry_of(expression("load(a=1)"), "a") is None


def test_texts_and_literals():
    assert (text_of(expression("'a'")), text_of(expression("b'a'")), text_of(expression("a"))) == ("a", None, None)
    assert [is_literal(expression(code)) for code in ("{0: 0.5}", "[1, 'a']", "f()", "{**a}", "None")] == [
        True,
        True,
        False,
        False,
        True,
    ]
