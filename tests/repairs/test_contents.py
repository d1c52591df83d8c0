import math

from keras_stable.diagnosis.edit import Edit
from keras_stable.repairs.contents import Change, Curves


def test_a_change_is_told_in_one_line():
    edit = Edit("insert_layer", "model", value="keras.layers.Normalization()")
    change = Change("unscaled-inputs", "model", "", edit.value, 0.1, 0.01, "", edit)
    assert str(change) == "unscaled-inputs: model: (nothing) -> keras.layers.Normalization()"
    assert math.isnan(Curves().before)
