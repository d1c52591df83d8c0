import libcst as cst
import pytest
from edited import project

from keras_stable.source_edits.objects import attribute_value


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("class C:\n    a = 1\nf(C)", "1"),
        ("class C:\n    a: int = 1\nf(C())", "1"),
        ("class C:\n    a: int = 1\nf(C(a=2))", "2"),
        ("class C:\n    a: int\nf(C())", None),
        ("class C:\n    a = 1\nC.a = 3\nf(C)", None),
        ("f(g())", None),
    ],
    ids=range(6),
)
def test_the_value_of_an_attribute(source, value):
    program = project(f"{source}\n", {"fit": "f("})
    tree, call = program.made("fit")
    found = attribute_value(program, tree, call.args[0].value, "a")
    assert isinstance(call, cst.Call)
    assert (found[0].text(found[1]) if found is not None else None) == value
