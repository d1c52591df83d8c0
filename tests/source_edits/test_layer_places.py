import pytest

from keras_stable.source_edits.layer_places import layer_place
from keras_stable.source_edits.not_placed import NotPlacedError
from keras_stable.source_edits.source_tree import SourceTree, called_name

PLACES = {
    "S([D(1)])": "element",
    "layers = [D(1), E()]": "element",
    "m.add(D(1))": "added",
    "h = D(1)(h)": "applied",
    "d = D(1)\nh = d(x)": "applied",
    "d = D(1)\nm.add(d)": "added",
    "d = D(1)\nS([d])": "element",
    "class M:\n    def a(self):\n        self.d = D(1)\n    def b(self, x):\n        return self.d(x)": "applied",
}
UNCLEAR = [
    "d = D(1)\na = d(x)\nb = d(x)",
    "d = D(1)",
    "return_ = g(D(1))",
    "d = D(1)\nd = D(2)\nS([d])",
    "C()([D(1), h])",
]


def made(source):
    tree = SourceTree("a.py", f"{source}\n")
    return tree, next(call for call in tree.calls() if called_name(call) == "D")


@pytest.mark.parametrize("source", PLACES)
def test_how_a_layer_stands_among_the_others(source):
    assert layer_place(*made(source)).how == PLACES[source]


@pytest.mark.parametrize("source", UNCLEAR)
def test_what_does_not_show(source):
    with pytest.raises(NotPlacedError):
        layer_place(*made(source))


def test_the_shape_that_a_first_layer_tells():
    tree, call = made("S([D(1, input_shape=(4,))])")
    assert tree.text(layer_place(tree, call).shape_argument) == "input_shape=(4,)"
