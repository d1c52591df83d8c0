import math

import numpy as np

from keras_stable.diagnosis.edit import Edit
from keras_stable.diagnosis.reporting.report import Report
from keras_stable.repairs.program import Program
from keras_stable.repairs.repaired import Change, Curves, Repair


def test_data_are_prepared_as_the_program_takes_them():
    group = (Edit("transform_data", "data", "y", "y - 1"),)
    program = Program(None, None, None, {}, (group,))
    repair = Repair((), None, {}, 0.0, "repaired", Report(), None, Curves(), program)
    x, y = np.ones((2, 1)), np.array([1, 2])
    prepared = repair.prepare(x, y)
    assert prepared[0] is x
    assert prepared[1].tolist() == [0, 1]
    assert repair.prepare(x) == (x, None)


def test_a_change_is_told_in_one_line():
    edit = Edit("insert_layer", "model", value="keras.layers.Normalization()")
    change = Change("unscaled-inputs", "model", "", edit.value, 0.1, 0.01, "", edit)
    assert str(change) == "unscaled-inputs: model: (nothing) -> keras.layers.Normalization()"
    assert math.isnan(Curves().before)
