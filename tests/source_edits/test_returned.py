import pytest
from edited import reader

from keras_stable.diagnosis.edit import Edit
from keras_stable.source_edits.editing import edit_sources
from keras_stable.source_edits.returned import returned_site
from keras_stable.source_edits.sites import ProgramSites
from keras_stable.source_edits.source_tree import SourceTree

HEAD = "import keras\n"
MADE = f"{HEAD}def make(x, y, n):\n    return m, x, y, dict(epochs=n, validation_data=(a, b))\n"
SOURCE = f"{MADE}def build():\n    x, y = g()\n    return make(x, y, 3)\n"


def after(*edits, source=SOURCE):
    site = returned_site(SourceTree("train.py", source), "build")
    program = ProgramSites({"fit": site}, validation="arrays")
    result = edit_sources(program, [[Edit(*edit) for edit in edits]], reader(source))
    assert result.unplaced == ()
    return result.after["train.py"]


def test_arguments_of_fit_where_they_are_returned():
    assert after(("set_argument", "fit", "epochs", "9")) == SOURCE.replace("y, 3)", "y, 9)")
    assert after(("set_argument", "fit", "shuffle", "True")) == SOURCE.replace("(a, b))", "(a, b), shuffle=True)")
    assert after(("append", "fit", "callbacks", "C()")) == SOURCE.replace("(a, b))", "(a, b), callbacks=[C()])")


def test_data_and_model_that_stand_before_them():
    expected = SOURCE.replace("return m, x, y, ", "return m, x / 2, y, ").replace("(a, b)", "(a / 2, b)")
    assert after(("transform_data", "data", "x", "x / 2")) == expected
    lines = "x = x / 2\n    return m, x, y, dict(epochs=3)\n"
    source = "def build():\n    x, y = g()\n    return m, x, y, dict(epochs=3)\n"
    program = ProgramSites({"fit": returned_site(SourceTree("train.py", source), "build")})
    result = edit_sources(program, [[Edit("transform_data", "data", "x", "x / 2")]], reader(source))
    assert result.after["train.py"].endswith(lines)


@pytest.mark.parametrize(
    "source",
    [
        "def build():\n    return m, x, y\n",
        "def build():\n    if a:\n        return b\n    return m, x, y, dict(epochs=3)\n",
        "def build():\n    return other()\n",
        "build = lambda: 1\n",
    ],
    ids=range(4),
)
def test_what_does_not_show(source):
    assert returned_site(SourceTree("train.py", source), "build") is None
