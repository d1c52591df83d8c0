import keras
import pytest

from keras_stable.diagnosis.edit import Edit
from keras_stable.repairs.before_code import code_after, code_before
from keras_stable.repairs.program import Program


@pytest.fixture(scope="module")
def program():
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1, activation="tanh", name="end")])
    schedule = keras.optimizers.schedules.CosineDecay(0.1, decay_steps=10)
    model.compile(keras.optimizers.SGD(schedule, momentum=0.9), "mse", loss_weights=2.0)
    return Program(model, None, None, {"shuffle": False, "callbacks": [keras.callbacks.EarlyStopping(patience=3)]})


@pytest.mark.parametrize(
    ("edit", "before", "after"),
    [
        (Edit("set_argument", "fit", "shuffle", "True"), "shuffle=False", "shuffle=True"),
        (Edit("set_argument", "fit", "class_weight", "{0: 1}"), "", "class_weight={0: 1}"),
        (Edit("set_argument", "compile", "loss_weights", "3"), "loss_weights=2", "loss_weights=3"),
        (Edit("set_argument", "optimizer", "momentum", "0.5"), "momentum=0.9", "momentum=0.5"),
        (Edit("set_argument", "schedule", "decay_steps", "99"), "decay_steps=10", "decay_steps=99"),
        (Edit("set_argument", "callback:EarlyStopping", "patience", "9"), "patience=3", "patience=9"),
        (Edit("set_argument", "layer:end", "activation", "None"), 'activation="tanh"', "activation=None"),
        (Edit("replace", "loss", value='"mae"'), '"mse"', '"mae"'),
        (Edit("replace", "optimizer", value='"adam"'), "SGD", '"adam"'),
        (Edit("remove", "layer:end"), "Dense end", ""),
        (Edit("insert_layer", "model", value="keras.layers.Normalization()"), "", "keras.layers.Normalization()"),
        (Edit("set_attribute", "model", "trainable", "False"), ".trainable = True", ".trainable = False"),
        (Edit("transform_data", "data", "y", "y - 1"), "y", "y = y - 1"),
    ],
    ids=str,
)
def test_what_stands_there_and_what_comes(program, edit, before, after):
    assert code_before(program, edit) == before
    assert code_after(edit) == after
