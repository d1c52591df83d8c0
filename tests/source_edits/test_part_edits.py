import pytest
from edited import edited, reason

COMPILE = {"compile": "m.compile("}
HEAD = "import keras\n"


def after(source, edit, **sites):
    return edited(HEAD + source, {**COMPILE, **sites}, edit).removeprefix(HEAD)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("m.compile(loss='mse')", "m.compile(loss=lambda t, p: -keras.losses.get('mse')(t, p))"),
        ("m.compile(loss=own)", "m.compile(loss=lambda t, p: -own(t, p))"),
        ("def own(t, p): pass\nm.compile(loss=own)", "def own(t, p): pass\nm.compile(loss=lambda t, p: -own(t, p))"),
    ],
)
def test_what_was_there_is_used(source, expected):
    assert after(source, ("replace", "loss", "", "lambda t, p: -loss(t, p)")) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("m.compile()", "m.compile(optimizer=keras.optimizers.Adam())"),
        ("m.compile('sgd')", "m.compile(keras.optimizers.Adam())"),
        ("m.compile(loss='mse', optimizer=o)", "m.compile(loss='mse', optimizer=keras.optimizers.Adam())"),
    ],
)
def test_another_optimizer(source, expected):
    assert after(source, ("replace", "optimizer", "", "keras.optimizers.Adam()")) == expected


def test_metrics():
    source = "m.compile('sgd', metrics=['acc', AUC(), 'mae'])"
    assert after(source, ("replace", "metric:auc", "", "'mse'")) == source.replace("AUC()", "'mse'")
    assert after(source, ("remove", "metric:mean_absolute_error")) == source.replace(", 'mae'", "")
    assert "is not certain" in reason(source, COMPILE, ("remove", "metric:recall"))


CALLBACK = {"callback:C": "C(", "fit": "m.fit("}


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("m.fit(x, callbacks=[C(), D()])", "m.fit(x, callbacks=[D()])"),
        ("c = C()\nm.fit(x, callbacks=[D(), c])", "m.fit(x, callbacks=[D()])"),
        ("c = C()\nm.fit(x, callbacks=c)", "m.fit(x)"),
        ("a = []\na.append(C())\nm.fit(x, callbacks=a)", "a = []\nm.fit(x, callbacks=a)"),
        ("a = []\nc = C()\na.append(c)\nm.fit(x, callbacks=a)", "a = []\nm.fit(x, callbacks=a)"),
    ],
    ids=range(5),
)
def test_a_callback_less(source, expected):
    assert edited(source, CALLBACK, ("remove", "callback:C")) == expected


def test_what_is_not_certain():
    assert "in one place" in reason("c = C()\ng(c)\nm.fit(x, callbacks=[c])", CALLBACK, ("remove", "callback:C"))
    assert "cannot be taken out" in reason("m.compile('sgd')", COMPILE, ("remove", "schedule"))
