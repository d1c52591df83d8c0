import numpy as np

from keras_stable.data import Split


def test_a_split_knows_whether_it_is_arrays():
    assert Split(np.zeros([2, 3]), np.zeros(2)).is_arrays
    assert not Split(object()).is_arrays
