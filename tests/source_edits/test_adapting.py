import pytest
from edited import edited, reason

NORM = ("insert_layer", "model", "", "keras.layers.Normalization()")
SITES = {"layer:d": "D(", "fit": "m.fit(", "compile": "m.compile("}
FIRST = {"first": ("layer:d",)}
HEAD = "import keras\n"


def after(source, edit=NORM, **more):
    sites = {target: text for target, text in SITES.items() if text in source}
    return edited(HEAD + source, sites, edit, **FIRST, **more).removeprefix(HEAD)


def test_before_the_model_where_the_data_are_there():
    assert after("x = g()\nm = S([D(1)])\nm.fit(x)") == (
        "x = g()\nnormalization = keras.layers.Normalization()\nnormalization.adapt(x)\n"
        "m = S([normalization, D(1)])\nm.fit(x)"
    )


@pytest.mark.parametrize(
    ("data", "more", "adapted"),
    [
        ("x", {}, "x"),
        ("d.x[:9]", {}, "d.x[:9]"),
        ("d", {"data": "dataset"}, "d.map(lambda x, *_: x)"),
    ],
)
def test_before_fit_where_they_come_later(data, more, adapted):
    assert after(f"m = S([D(1)])\nx, d = g()\nm.fit({data})", **more) == (
        f'm = S([keras.layers.Normalization(name="normalization_of_inputs"), D(1)])\nx, d = g()\n'
        f'm.get_layer("normalization_of_inputs").adapt({adapted})\nm.fit({data})'
    )


def test_within_another_model():
    source = HEAD + "m = S([D(1)])\nm.fit(g.x)\n"
    after = edited(source, {"layer:a/b/d": "D(", "fit": "m.fit("}, NORM, first=("layer:a/b/d",))
    assert '\nm.get_layer("a").get_layer("b").get_layer("normalization_of_inputs").adapt(g.x)\nm.fit(' in after


@pytest.mark.parametrize(
    ("source", "more", "words"),
    [
        ("m = S([D(1)])\nm.fit(g())", {}, "no name"),
        ("m = S([D(1)])\nm.fit(x)", {"data": "other"}, "generator"),
        ("m = S([D(1)])\nm.fit(**k)", {}, "may be among"),
        ("m = S([D(1)])\nfit(x)", {}, "no name where it is trained"),
    ],
)
def test_what_cannot_be_adapted(source, more, words):
    sites = {"layer:d": "D(", "fit": "m.fit(" if "m.fit(" in source else "fit("}
    assert words in reason(HEAD + source, sites, NORM, **FIRST, **more)


def test_only_what_takes_the_inputs_is_adapted_to_them():
    edit = ("insert_layer", "layer:d", "", "keras.layers.Normalization()")
    assert "no input of the model" in reason("S([D(1)])\nm.fit(x)", {"layer:d": "D(", "fit": "m.fit("}, edit)
    call = ("call", "layer:d", "adapt", "x")
    assert "no input of the model" in reason("S([D(1)])\nm.fit(x)", {"layer:d": "D(", "fit": "m.fit("}, call)


def test_one_that_knows_its_moments_is_not_adapted():
    value = "keras.layers.Normalization(mean=1.0, variance=2.0)"
    assert after("S([D(1)])\nm.fit(x)", ("insert_layer", "model", "", value)) == f"S([{value}, D(1)])\nm.fit(x)"


def test_a_layer_is_adapted_under_its_own_name():
    call = ("call", "layer:d", "adapt", "x")
    assert after("d = D(1)\nS([d])\nm.fit(z)", call) == "d = D(1)\nS([d])\nd.adapt(z)\nm.fit(z)"
    assert after("S([D(1)])\nm.fit(z)", call) == 'S([D(1)])\nm.get_layer("d").adapt(z)\nm.fit(z)'


def test_an_attribute_is_set_before_compile_or_where_it_is_set():
    edit = ("set_attribute", "model", "trainable", "True")
    assert after("m.compile('sgd')", edit) == "m.trainable = True\nm.compile('sgd')"
    assert after("m.trainable = False\nm.compile('sgd')", edit) == "m.trainable = True\nm.compile('sgd')"
    edit = ("set_attribute", "layer:d", "trainable", "True")
    assert after("m.compile('sgd')", edit) == "m.get_layer(\"d\").trainable = True\nm.compile('sgd')"
