import keras
import pytest

from keras_stable.diagnosis.edit import Edit
from keras_stable.repairs.expressions import CannotApplyError
from keras_stable.repairs.layer_edits import LayerChange, layer_changes, layers_by_path


def nested():
    inner = keras.Sequential([keras.Input((2,)), keras.layers.Dense(2, name="first")], name="encoder")
    inputs = keras.Input((2,))
    return keras.Model(inputs, keras.layers.Dense(1, name="end")(inner(inputs)))


def test_layers_inside_layers_have_a_path():
    layers = layers_by_path(nested())
    assert {"encoder", "encoder/first", "end"} <= set(layers)
    assert layers["encoder/first"].name == "first"


def test_edits_of_one_layer_come_together():
    model = nested()
    edits = [
        Edit("set_argument", "layer:encoder/first", "activation", '"relu"'),
        Edit("insert_layer", "layer:encoder/first", value="keras.layers.Dropout(0.1)"),
        Edit("set_argument", "optimizer", "learning_rate", "0.1"),
    ]
    changes = layer_changes(model, edits)
    expected = LayerChange({"activation": "relu"}, ["keras.layers.Dropout(0.1)"])
    assert changes.layers == {"encoder/first": expected}
    assert changes.of(layers_by_path(model)["encoder/first"]) == expected
    assert changes.inside(layers_by_path(model)["encoder"]) == [expected]
    assert changes


def test_every_layer_that_is_given_an_argument_is_meant_by_a_star():
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(2, kernel_regularizer="l2", name="held")])
    model.add(keras.layers.Dense(1, name="free"))
    edit = Edit("set_argument", "layer:*", "kernel_regularizer", "None")
    assert set(layer_changes(model, [edit]).layers) == {"held"}


def test_what_comes_first_is_by_input():
    edits = [Edit("insert_layer", target, value="keras.layers.Rescaling(0.1)") for target in ("model", "input:b")]
    assert set(layer_changes(nested(), edits).first) == {"", "b"}


def test_a_layer_that_there_is_not_cannot_be_changed():
    with pytest.raises(CannotApplyError, match="There is no layer first"):
        layer_changes(nested(), [Edit("remove", "layer:first")])


def test_no_edit_of_a_layer_changes_none():
    assert not layer_changes(nested(), [Edit("set_argument", "fit", "epochs", "3")])
