import keras
import numpy as np

from keras_stable.diagnosis.edit import Edit
from keras_stable.repairs.program import Program

X, Y = np.ones((6, 2)), np.arange(1, 7)
FROM_ZERO = (Edit("transform_data", "data", "y", "y - y.min()"),)


def model():
    return keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])


def test_without_edits_data_are_handed_on():
    program = Program(model(), X, Y, {"epochs": 3})
    assert program.prepare(X, Y)[0] is X
    assert program.prepare(X, Y)[1] is Y
    assert program.fit_arguments == {"epochs": 3}
    assert program.fit_arguments is not program.fit


def test_edits_come_one_group_after_the_other_for_validation_data_too():
    doubled = (Edit("transform_data", "data", "y", "y * 2"),)
    program = Program(model(), X, Y, {"validation_data": (X[:2], Y[3:5])}, (FROM_ZERO, doubled))
    assert program.prepare(X, Y)[1].tolist() == [0, 2, 4, 6, 8, 10]
    assert program.fit_arguments["validation_data"][1].tolist() == [0, 2]


def test_arrays_have_the_names_of_the_model():
    inputs = [keras.Input((2,), name="a"), keras.Input((2,), name="b")]
    both = keras.Model(inputs, keras.layers.Add()(inputs))
    assert Program(both, [X, X], Y).names.inputs == ["a", "b"]
    assert Program(both, None, None).names.inputs is None
