import pytest
from edited import change, program, reader

from keras_stable.diagnosis.edit import Edit
from keras_stable.source_edits.editing import edit_sources, unplaced

SOURCE = "import keras\nm.compile('sgd')\nm.fit(x, y)  # train\n"
SITES = {"fit": "m.fit(", "compile": "m.compile(", "optimizer": "m.compile("}
EPOCHS = Edit("set_argument", "fit", "epochs", "9")
GONE = Edit("remove", "layer:gone")


def test_a_remedy_is_made_as_a_whole_or_not_at_all():
    result = edit_sources(program(SOURCE, SITES), [[EPOCHS, GONE], [EPOCHS]], reader(SOURCE))
    assert result.placed == ((EPOCHS,),)
    (remedy,) = result.unplaced
    assert remedy.edits == (EPOCHS, GONE)
    assert (remedy.file, remedy.line, remedy.code[1]) == ("train.py", 3, "# remove the layer gone")
    assert result.after["train.py"] == SOURCE.replace("y)", "y, epochs=9)")


def test_several_edits_come_together():
    rate, clip = (Edit("set_argument", "optimizer", name, "1.0") for name in ("learning_rate", "clipnorm"))
    scale = Edit("transform_data", "data", "x", "x / 2")
    result = edit_sources(program(SOURCE, SITES), [[rate], [EPOCHS, clip], [scale]], reader(SOURCE))
    assert result.after["train.py"] == (
        "import keras\nm.compile(keras.optimizers.SGD(learning_rate=1.0, clipnorm=1.0))\n"
        "m.fit(x / 2, y, epochs=9)  # train\n"
    )


def test_what_is_there_already_changes_nothing():
    first = change(SOURCE, SITES, ("set_argument", "fit", "epochs", "9"))
    source = first.after["train.py"]
    again = change(source, SITES, ("set_argument", "fit", "epochs", "9"))
    assert (dict(again.after), again.diff(), len(again.placed)) == ({}, "", 1)


def test_the_diff_is_unified_and_has_no_strange_newlines():
    result = change(SOURCE.replace("\n", "\r\n"), SITES, ("set_argument", "fit", "epochs", "9"))
    assert "\r" not in result.diff()
    assert result.diff().splitlines()[:2] == ["--- train.py", "+++ train.py"]
    assert result.diff().splitlines()[-2:] == ["-m.fit(x, y)  # train", "+m.fit(x, y, epochs=9)  # train"]


def test_the_line_is_that_of_the_file_as_it_is():
    edits = [("replace", "optimizer", "", "keras_stable.optimizers.AdamW()")]
    remedies = [[Edit(*edit) for edit in edits], [Edit("remove", "callback:C")]]
    result = edit_sources(program(SOURCE, SITES), remedies, reader(SOURCE))
    assert result.after["train.py"].startswith("import keras\nimport keras_stable\n")
    assert result.unplaced[0].line == 3


def test_code_to_paste_by_itself():
    remedy = unplaced(program(SOURCE, SITES), (EPOCHS,), "so", reader(SOURCE))
    assert (remedy.reason, remedy.line, remedy.code) == ("so", 3, ("epochs=9  # in the call of `fit`",))


@pytest.mark.parametrize(
    "kind", ["set_argument", "append", "replace", "remove", "insert_layer", "set_attribute", "call"]
)
def test_every_kind_says_that_a_part_is_not_there(kind):
    result = change(SOURCE, {}, (kind, "layer:a", "units", "1"))
    assert "not in your own code" in result.unplaced[0].reason or "no list" in result.unplaced[0].reason
