"""Where the argument of `f` stands, in one file."""

import pytest
from edited import project

from keras_stable.source_edits.origins import Origins

FOUND = {
    "the call": ("f(1)", "1"),
    "a variable": ("a = 1\nf(a)", "1"),
    "several steps": ("a = 1\nb = a\nf(b)", "1"),
    "a pair": ("a, b = 1, 2\nf(b)", "2"),
    "a default": ("def g(a=1):\n    f(a)\ng()", "1"),
    "an argument": ("def g(b, a=1):\n    f(a)\ng(2, 3)", "3"),
    "a keyword": ("def g(b, a=1):\n    f(a)\ng(2, a=3)", "3"),
    "a method": ("class A:\n    def g(self, a):\n        f(a)\nA().g(3)", "3"),
    "a static method": ("class A:\n    @staticmethod\n    def g(a):\n        f(a)\nA.g(3)", "3"),
    "an attribute": (
        "class A:\n    def __init__(self, a):\n        self.a = a\n    def g(self):\n        f(self.a)\nA(4)",
        "4",
    ),
    "a key": ("c = {'a': 1, 'b': 2}\nf(c['a'])", "1"),
    "a nested key": ("c = {'a': {'b': 2}}\nf(c['a']['b'])", "2"),
    "get": ("c = dict(a=1)\nf(c.get('a', 7))", "1"),
    "a class": ("class C:\n    a = 1\nf(C.a)", "1"),
    "an object": ("class C:\n    a: int = 1\nc = C()\nf(c.a)", "1"),
    "a namespace": ("c = SimpleNamespace(a=1)\nf(c.a)", "1"),
    "a flag of absl": ("flags.DEFINE_float('a', 0.5, '')\nf(flags.FLAGS.a)", "0.5"),
    "a printed variable": ("a = 1\nprint(a)\nf(a)", "1"),
}
NOT_FOUND = {
    "a sum": "f(1 + g())",
    "a used variable": "a = 1\ng(a)\nf(a)",
    "a variable set twice": "a = 1\na = 2\nf(a)",
    "a changed variable": "a = 1\na += 1\nf(a)",
    "a loop": "for a in (1, 2):\n    f(a)",
    "a function called twice": "def g(a):\n    f(a)\ng(1)\ng(2)",
    "a stored key": "c = {'a': 1}\nc['a'] = 2\nf(c['a'])",
    "a key that is read twice": "c = {'a': 1}\ng(c['a'])\nf(c['a'])",
    "an attribute that is set elsewhere": "class C:\n    a = 1\nC.a = 2\nf(C.a)",
    "something imported": "from os import a\nf(a)",
}


def found(source):
    program = project(f"{source}\n", {"fit": "f("})
    tree, call = program.made("fit")
    place = Origins(program, program.site("fit").spans).literal(tree, call.args[0].value)
    return None if place is None else place.tree.text(place.node)


@pytest.mark.parametrize("habit", FOUND)
def test_found(habit):
    source, expected = FOUND[habit]
    assert found(source) == expected


@pytest.mark.parametrize("habit", NOT_FOUND)
def test_not_certain(habit):
    assert found(NOT_FOUND[habit]) is None
