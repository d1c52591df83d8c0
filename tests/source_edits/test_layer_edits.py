import pytest
from edited import edited, reason

IN = ("insert_layer", "layer:d", "", "keras.layers.Rescaling(2)")
OUT = ("remove", "layer:d")
OTHER = ("replace", "layer:d", "", "keras.layers.Dense(3)")
HEAD = "import keras\n"


def both(source, edit, **more):
    return edited(HEAD + source, {"layer:d": "D("}, edit, **more).removeprefix(HEAD)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("S([I(), D(1)])", "S([I(), keras.layers.Rescaling(2), D(1)])"),
        ("m.add(D(1))", "m.add(keras.layers.Rescaling(2))\nm.add(D(1))"),
        ("h = D(1)(i)", "h = D(1)(keras.layers.Rescaling(2)(i))"),
        ("h = D(1)(i, training=True)", "h = D(1)(keras.layers.Rescaling(2)(i), training=True)"),
        ("S([D(1, input_dim=2)])", "S([keras.layers.Rescaling(2, input_dim=2), D(1)])"),
    ],
)
def test_a_layer_more(source, expected):
    assert both(source, IN) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("S([I(), D(1), E()])", "S([I(), E()])"),
        ("m.add(I())\nm.add(D(1))", "m.add(I())\n"),
        ("h = D(1)(h)\ng(h)", "g(h)"),
        ("h = D(1)(i)\ng(h)", "h = i\ng(h)"),
        ("h = E()(D(1)(i))", "h = E()(i)"),
        ("d = D(1)\nh = E()(d(i))", "h = E()(i)"),
        ("S([D(1, input_dim=2), E()])", "S([E(input_dim=2)])"),
    ],
)
def test_a_layer_less(source, expected):
    assert both(source, OUT) == expected


def test_another_layer_keeps_name_and_shape():
    assert (
        both("S([D(1, 'relu', name='n', input_dim=2)])", OTHER) == "S([keras.layers.Dense(3, name='n', input_dim=2)])"
    )


@pytest.mark.parametrize(
    ("source", "edit", "words"),
    [
        ("h = D(1)([a, b])", IN, "not given one tensor"),
        ("m.add(D(1, input_dim=2))", OUT, "tells the shape"),
        ("h = g(D(1))", OUT, "does not show"),
        ("S([D(1)])", ("insert_layer", "model", "", "keras.layers.Rescaling(2)"), "first layer"),
    ],
)
def test_what_is_not_certain(source, edit, words):
    assert words in reason(HEAD + source, {"layer:d": "D("}, edit)
