import pytest
from edited import program, reader

from keras_stable.diagnosis.edit import Edit
from keras_stable.source_edits.editing import edit_sources
from keras_stable.source_edits.endings import TargetScale

SCALED = Edit("transform_data", "data", "y", "(y - 300) / 50")
HEAD = "import keras\nimport keras_stable\n"
END, LOSS = "keras.layers.Rescaling(50, 300)", "keras_stable.losses.ScaledTargets('mse', scale=0.02, offset=-6)"


FIRST = TargetScale(0, 0.02, -6.0)


def after(source, scale=FIRST, **more):
    sites = {"layer:d": "D(", "compile": "m.compile(", "loss": "m.compile("}
    sites |= {f"loss:{name}": "m.compile(" for name in more.get("outputs", ())}
    made = program(HEAD + source, sites, **{"ends": ("layer:d",), **more})
    result = edit_sources(made, [[SCALED]], reader(HEAD + source), {SCALED: scale})
    return result.after.get("train.py", "").removeprefix(HEAD) or result.unplaced[0].reason


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("m = S([E(), D(1)])\n", f"m = S([E(), D(1), {END}])\n"),
        ("m.add(D(1))\n", f"m.add(D(1))\nm.add({END})\n"),
        ("o = D(1)(h)\n", f"o = {END}(D(1)(h))\n"),
    ],
)
def test_answers_keep_their_unit(source, expected):
    assert after(f"{source}m.compile('sgd', 'mse')") == f"{expected}m.compile('sgd', {LOSS})"


def test_of_a_class():
    head = "class M:\n    def a(self):\n"
    source = f"{head}        self.d = D(1)\n    def b(self, x):\n        return self.d(x)\nm.compile(loss='mse')\n"
    assert after(source) == (
        f"{head}        self.after_d = {END}\n        self.d = D(1)\n    def b(self, x):\n"
        f"        return self.after_d(self.d(x))\nm.compile(loss={LOSS})\n"
    )


def test_one_of_several_outputs():
    source = "p, q = E(1)(h), D(1)(h)\nm.compile(loss={'p': 'mae', 'q': 'mse'})"
    more = {"ends": ("", "layer:d"), "outputs": ("p", "q")}
    assert after(source, TargetScale(1, 0.02, -6.0), **more) == (
        f"p, q = E(1)(h), {END}(D(1)(h))\nm.compile(loss={{'p': 'mae', 'q': {LOSS}}})"
    )


@pytest.mark.parametrize(
    ("source", "more", "words"),
    [
        ("S([D(1), E()])\nm.compile(loss='mse')", {}, "stand behind"),
        ("S([D(1)])\nm.compile('sgd')", {}, "no `loss`"),
        ("S([D(1)])\nm.compile(loss='mse')", {"ends": ("",)}, "not certain"),
    ],
)
def test_what_is_not_certain(source, more, words):
    assert words in after(source, **more)
