import keras
import numpy as np
import pytest

from keras_stable.stability.float64_copy import float64_copy, loss_and_norm


def test_the_copy_computes_in_float64():
    """Against NumPy: the square of 1e30 is beyond float32."""
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1, use_bias=False)])
    model.compile("sgd", "mse")
    x, y = np.array([[1e30, 0], [1e30, 1]], "float32"), np.zeros((2, 1), "float32")
    kernel = model.get_weights()[0].astype("float64")
    answers = x.astype("float64") @ kernel
    loss, norm = loss_and_norm(float64_copy(model), x, y, None)
    assert loss == pytest.approx((answers**2).mean())
    assert norm == pytest.approx(np.linalg.norm(2 * x.astype("float64").T @ answers / 2))


def test_mixed_precision_integers_and_several_inputs():
    keras.config.set_dtype_policy("mixed_float16")
    try:
        words, more = keras.Input((3,), dtype="int32"), keras.Input((4,))
        embedded = keras.layers.GlobalAveragePooling1D()(keras.layers.Embedding(5, 2)(words))
        both = keras.layers.Concatenate()([embedded, keras.layers.Dense(2)(more)])
        model = keras.Model([words, more], keras.layers.Dense(1)(both))
    finally:
        keras.config.set_dtype_policy("float32")
    model.compile("sgd", "mse")
    copy = float64_copy(model)
    x = (np.array([[0, 1, 4]], "int32"), np.ones((1, 4), "float32"))
    assert copy(x).dtype == "float64"
    np.testing.assert_allclose(copy(x), model(x), rtol=1e-2, atol=1e-3)


def test_a_subclassed_model_has_no_copy():
    class Own(keras.Model):
        def call(self, x):
            return x

    with pytest.raises((ValueError, TypeError, AttributeError, NotImplementedError)):
        float64_copy(Own())
