import pytest
from edited import project

from keras_stable.source_edits.not_placed import NotPlacedError
from keras_stable.source_edits.parts import part_of, snake_case

MADE = {
    "a class": ("m.compile(SGD(1))", "SGD(", "optimizer", "SGD(1)", ""),
    "a name": ("m.compile('sgd')", "compile(", "optimizer", "'sgd'", "keras.optimizers.SGD"),
    "a kept name": ("o = 'adam'\nm.compile(o)", "compile(", "optimizer", "'adam'", "keras.optimizers.Adam"),
    "a name that is used twice": (
        "o = 'adam'\ng(o)\nm.compile(o)",
        "compile(",
        "optimizer",
        "o",
        "keras.optimizers.Adam",
    ),
    "a dict that is unpacked": (
        "k = {'loss': 'mae'}\nm.compile(**k)",
        "compile(",
        "loss",
        "'mae'",
        "keras.losses.MeanAbsoluteError",
    ),
    "get": ("m.compile(get('lion'))", "get(", "optimizer", "get('lion')", "keras.optimizers.Lion"),
    "a loss": ("m.compile(loss='mse')", "compile(", "loss", "'mse'", "keras.losses.MeanSquaredError"),
    "a function": (
        "m.compile(loss=keras.losses.huber)",
        "compile(",
        "loss",
        "keras.losses.huber",
        "keras.losses.Huber",
    ),
    "a dict": ("m.compile(loss={'a': 'mae', 'b': f})", "compile(", "loss:b", "f", ""),
    "a list": ("m.compile(loss=['mae', 'bce'])", "compile(", "loss:b", "'bce'", "keras.losses.BinaryCrossentropy"),
}


@pytest.mark.parametrize("habit", MADE)
def test_what_makes_a_part(habit):
    source, site, target, text, named = MADE[habit]
    program = project(f"{source}\n", {target: site, "compile": "m.compile("}, outputs=("a", "b"))
    part = part_of(program, target)
    assert part.named == named
    assert part.tree.text(part.node) == text


@pytest.mark.parametrize(
    ("source", "target", "words"),
    [
        ("m.compile()", "optimizer", "no `optimizer` in so many words"),
        ("m.compile(loss=losses)", "loss:b", "not written in one place"),
        ("m.fit(x)", "callback:History", "by itself"),
    ],
)
def test_what_is_not_certain(source, target, words):
    program = project(f"{source}\n", {target: source.split("(")[0] + "("}, outputs=("a", "b"))
    with pytest.raises(NotPlacedError, match=words):
        part_of(program, target)


def test_names_of_metrics():
    assert snake_case("BinaryAccuracy") == "binary_accuracy"
