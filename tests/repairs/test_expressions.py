import pytest

from keras_stable.repairs.expressions import CannotApplyError, evaluated


def test_the_usual_names_are_there():
    assert evaluated("keras.layers.Dense(2).units + len(np.ones(3)) + int(tf.constant(1))") == 6
    assert evaluated("keras_stable.optimizers.AdamW(clipvalue=10.0).clipvalue") == 10.0


def test_what_cannot_be_evaluated_is_named():
    with pytest.raises(CannotApplyError, match=r"`y - 1` cannot be made here: NameError"):
        evaluated("y - 1")
