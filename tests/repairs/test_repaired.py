import numpy as np

from keras_stable.diagnosis.edit import Edit
from keras_stable.diagnosis.reporting.report import Report
from keras_stable.repairs.contents import Curves
from keras_stable.repairs.program import Program
from keras_stable.repairs.repaired import Repair


def test_data_are_prepared_as_the_program_takes_them():
    group = (Edit("transform_data", "data", "y", "y - 1"),)
    program = Program(None, None, None, {}, (group,))
    repair = Repair((), None, {}, 0.0, "repaired", Report(), None, Curves(), program)
    x, y = np.ones((2, 1)), np.array([1, 2])
    prepared = repair.prepare(x, y)
    assert prepared[0] is x
    assert prepared[1].tolist() == [0, 1]
    assert repair.prepare(x) == (x, None)
