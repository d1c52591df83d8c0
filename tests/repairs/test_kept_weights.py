import keras
import numpy as np

from keras_stable.repairs.kept_weights import keep_weights


def built(units=2, width=3, **arguments):
    layer = keras.layers.Dense(units, bias_initializer="ones", **arguments)
    layer.build((None, width))
    return layer


def test_what_fits_is_kept():
    old, new = built(), built(activation="relu")
    keep_weights(old, new, ["activation"])
    np.testing.assert_array_equal(old.kernel, new.kernel)


def test_another_shape_begins_anew():
    old, new = built(), built(width=4)
    drawn = np.array(new.kernel)
    old.bias.assign([5.0, 6.0])
    keep_weights(old, new)
    np.testing.assert_array_equal(new.kernel, drawn)
    assert new.bias.numpy().tolist() == [5.0, 6.0]


def test_another_initializer_draws_its_weight():
    old, new = built(), built(kernel_initializer="zeros")
    keep_weights(old, new, ["kernel_initializer"])
    assert not np.any(new.kernel)


def test_weights_of_one_name_are_told_apart_by_their_order():
    old, new = (keras.Sequential([keras.Input((2,)), keras.layers.Dense(2), keras.layers.Dense(2)]) for _ in range(2))
    keep_weights(old, new)
    for before, after in zip(old.weights, new.weights, strict=True):
        np.testing.assert_array_equal(before, after)
