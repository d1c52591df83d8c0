import pytest
from edited import edited, reason

X = ("transform_data", "data", "x", "x / 9")
Y = ("transform_data", "data", "y", "y - 1")
FIT = {"fit": "m.fit("}


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("x = g()\nm.fit(x, y)", "x = g()\nx = x / 9\nm.fit(x, y)"),
        ("m.fit(x, y)", "m.fit(x / 9, y)"),
        ("m.fit(a - b, y)", "m.fit((a - b) / 9, y)"),
        ("m.fit(y=y, x=d.x)", "m.fit(y=y, x=d.x / 9)"),
        ("x = g()\nfor i in n:\n    m.fit(x, y)", "x = g()\nfor i in n:\n    m.fit(x / 9, y)"),
        ("for i in n:\n    x = g()\n    m.fit(x, y)", "for i in n:\n    x = g()\n    x = x / 9\n    m.fit(x, y)"),
        ("x = g()\ndef f():\n    m.fit(x, y)", "x = g()\ndef f():\n    m.fit(x / 9, y)"),
        ("def f(x):\n    m.fit(x, y)", "def f(x):\n    x = x / 9\n    m.fit(x, y)"),
        ("x = g()\nif x: m.fit(x, y)", "x = g()\nif x: m.fit(x / 9, y)"),
        ("k = dict(x=a, y=b)\nm.fit(**k)", "k = dict(x=a / 9, y=b)\nm.fit(**k)"),
    ],
    ids=range(10),
)
def test_names_are_set_anew_where_they_can_be(source, expected):
    assert edited(source, FIT, X) == expected


def test_both_are_changed_at_once():
    rows = [("transform_data", "data", name, f"{name}[y > 0]") for name in "xy"]
    source = "a, b = g()\nm.fit(a, b)"
    assert edited(source, FIT, *rows) == "a, b = g()\na, b = a[b > 0], b[b > 0]\nm.fit(a, b)"


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("(v, w)", "a, v = a / 9, v / 9\nm.fit(a, b, validation_data=(v, w))"),
        ("(a, b)", "a = a / 9\nm.fit(a, b, validation_data=(a, b))"),
        ("u", "a, u = a / 9, (u[0] / 9, u[1], *u[2:])\nm.fit(a, b, validation_data=u)"),
        ("g()", "m.fit(a / 9, b, validation_data=(g()[0] / 9, g()[1], *g()[2:]))"),
    ],
)
def test_validation_data_go_the_same_way(given, expected):
    source = f"a, b, v, w, u = g()\nm.fit(a, b, validation_data={given})"
    assert edited(source, FIT, X, validation="arrays") == f"a, b, v, w, u = g()\n{expected}"


def test_validation_data_alone():
    edit = ("transform_data", "data", "validation_data", "(validation_data[0] / 9, *validation_data[1:])")
    after = edited("m.fit(a, b, validation_data=v)", FIT, edit, validation="arrays")
    assert after == "m.fit(a, b, validation_data=(v[0] / 9, *v[1:]))"


FORMS = {"inputs": ("p", "q"), "outputs": ("r", "s")}


@pytest.mark.parametrize(
    ("form", "source", "expected"),
    [
        ("dict", "m.fit({'p': a, 'q': b}, y)", "m.fit({'p': a, 'q': b / 9}, y)"),
        ("list", "m.fit([a, b], y)", "m.fit([a, b / 9], y)"),
        ("dict", "m.fit(d, y)", 'm.fit({**d, "q": d["q"] / 9}, y)'),
        ("list", "m.fit(d, y)", "m.fit([*d[:1], d[1] / 9, *d[2:]], y)"),
    ],
)
def test_one_of_several_arrays(form, source, expected):
    edit = ("transform_data", "data:q", "x", "x / 9")
    assert edited(source, FIT, edit, forms={"x": form}, **FORMS) == expected


def test_datasets():
    more = {"data": "dataset", "validation": "dataset"}
    source = "m.fit(d, validation_data=v)"
    assert edited(source, FIT, Y, **more) == (
        "m.fit(d.map(lambda x, y: (x, y - 1)), validation_data=v.map(lambda x, y: (x, y - 1)))"
    )
    assert edited(source, FIT, ("transform_data", "data", "x", "x.shuffle(9)"), **more) == source.replace(
        "d,", "d.shuffle(9),"
    )
    assert "no arrays" in reason(source, FIT, ("transform_data", "data", "y", "y.argmax(axis=-1)"), **more)


@pytest.mark.parametrize(
    ("source", "edit", "words"),
    [
        ("m.fit(*d)", X, "may be among"),
        ("m.fit(**load())", X, "may be among"),
        ("m.fit(x)", Y, "not given `y`"),
        ("m.fit(x, validation_data=v)", X, "are no arrays"),
    ],
)
def test_what_is_not_certain(source, edit, words):
    assert words in reason(source, FIT, edit, validation="other")
