import pytest

from keras_stable.diagnosis.edit import Edit
from keras_stable.source_edits.pasting import code_to_paste


@pytest.mark.parametrize(
    ("edit", "line"),
    [
        (Edit("set_argument", "fit", "epochs", "3"), "epochs=3  # in the call of `fit`"),
        (Edit("set_argument", "layer:a", "units", "3"), "units=3  # in the call that makes the layer a"),
        (Edit("set_attribute", "model", "trainable", "True"), "model.trainable = True  # before `compile`"),
        (Edit("call", "layer:a/b", "adapt", "x"), 'model.get_layer("a").get_layer("b").adapt(x)  # before `fit`'),
        (Edit("append", "fit", "callbacks", "c"), "callbacks=[..., c]  # in the call of `fit`"),
        (Edit("insert_layer", "model", value="l"), "l  # before the first layer"),
        (Edit("insert_layer", "layer:a", value="l"), "l  # before the layer a"),
        (Edit("replace", "loss:age", value="'mae'"), "'mae'  # in the place of the loss of age"),
        (Edit("remove", "callback:EarlyStopping"), "# remove the callback EarlyStopping"),
        (Edit("transform_data", "data:age", "y", "y / 9"), 'y["age"] = y / 9  # before `fit`'),
    ],
    ids=lambda value: "" if isinstance(value, str) else value.kind,
)
def test_every_kind_has_its_words(edit, line):
    assert code_to_paste(edit) == line
