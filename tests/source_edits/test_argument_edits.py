import pytest
from edited import edited, reason

SGD = ("SGD(", ("learning_rate", "momentum"))
RATE = ("set_argument", "optimizer", "learning_rate", "0.01")


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("m.compile(SGD(1))", "m.compile(SGD(0.01))"),
        ("m.compile(SGD())", "m.compile(SGD(learning_rate=0.01))"),
        ("m.compile(SGD(**k))", 'm.compile(SGD(**{**k, "learning_rate": 0.01}))'),
        ("m.compile(SGD(a if b else c))", "m.compile(SGD(0.01))"),
        ("m.compile(SGD((1)))", "m.compile(SGD(0.01))"),
        ("m.compile(SGD(learning_rate=1e-2))", "m.compile(SGD(learning_rate=1e-2))"),
    ],
)
def test_an_argument_of_what_compile_is_given(source, expected):
    assert edited(source, {"optimizer": SGD}, RATE) == expected


def test_a_value_that_is_used_for_something_else_is_changed_in_the_call():
    assert edited("a = 1\ng(a)\nSGD(a)", {"optimizer": SGD}, RATE) == "a = 1\ng(a)\nSGD(0.01)"


def test_a_dict_that_is_used_twice_stays():
    after = edited(
        "k = {'epochs': 2}\nm.fit(x, **k)\nn.fit(x, **k)", {"fit": "m.fit("}, ("set_argument", "fit", "epochs", "9")
    )
    assert after == "k = {'epochs': 2}\nm.fit(x, **{**k, \"epochs\": 9})\nn.fit(x, **k)"


def test_all_layers_that_are_given_an_argument():
    source = "D(1, reg=l2(9))\nD(2)\nE(3, reg='l2')"
    sites = {"layer:a": "D(", "layer:b": "D(1, reg=l2(9))\nD(", "layer:c": "E("}
    after = edited(source, sites, ("set_argument", "layer:*", "reg", "'small'"))
    assert after == "D(1, reg='small')\nD(2)\nE(3, reg='small')"
    assert "no layer is given" in reason(source, sites, ("set_argument", "layer:*", "bias", "0"))


def test_a_line_that_makes_several_layers():
    source, sites = "for i in n:\n    D(i, act='tanh')", {"layer:a": "D(", "layer:b": "D("}
    edits = [("set_argument", f"layer:{name}", "act", "'relu'") for name in "ab"]
    assert edited(source, sites, *edits) == "for i in n:\n    D(i, act='relu')"
    assert "makes b too" in reason(source, sites, edits[0])


def test_a_star_hides_what_is_given():
    assert "may be among" in reason("m.compile(SGD(*a))", {"optimizer": SGD}, RATE)


def test_a_metric():
    source, edit = (
        "m.compile('sgd', metrics=[AUC(curve='PR'), 'mae'])",
        ("set_argument", "metric:auc", "curve", "'ROC'"),
    )
    assert edited(source, {"compile": "m.compile("}, edit) == source.replace("PR", "ROC")
    assert "not written in one place" in reason("m.compile('sgd', metrics=a)", {"compile": "m.compile("}, edit)


APPEND = ("append", "fit", "callbacks", "C()")


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("m.fit(x)", "m.fit(x, callbacks=[C()])"),
        ("m.fit(x, callbacks=None)", "m.fit(x, callbacks=[C()])"),
        ("m.fit(x, callbacks=[])", "m.fit(x, callbacks=[C()])"),
        ("m.fit(x, callbacks=[A()])", "m.fit(x, callbacks=[A(), C()])"),
        ("m.fit(x, callbacks=[C()])", "m.fit(x, callbacks=[C()])"),
        ("m.fit(x, callbacks=make())", "m.fit(x, callbacks=[*make(), C()])"),
        ("a = [A()]\nm.fit(x, callbacks=a)", "a = [A(), C()]\nm.fit(x, callbacks=a)"),
        ("a = []\na.append(A())\nm.fit(x, callbacks=a)", "a = []\na.append(A())\nm.fit(x, callbacks=[*a, C()])"),
    ],
    ids=range(8),
)
def test_one_more_in_a_list(source, expected):
    assert edited(source, {"fit": "m.fit("}, APPEND) == expected


def test_what_stars_may_give_is_not_given_twice():
    assert "may be among" in reason("m.fit(x, **k)", {"fit": "m.fit("}, APPEND)
    assert "no list" in reason("m.fit(x)", {"fit": "m.fit("}, ("append", "model", "layers", "C()"))
