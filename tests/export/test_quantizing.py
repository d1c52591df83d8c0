import keras
import numpy as np
import pytest

from keras_stable.errors import ExportError
from keras_stable.export.quantizing import accuracy, quantized_copy


def test_the_copy_is_int8_and_the_model_stays():
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3)])
    copy = quantized_copy(model)
    assert "int8" in {variable.dtype for variable in copy.variables}
    assert {variable.dtype for variable in model.variables} == {"float32"}


def test_what_keras_cannot_quantize_is_said():
    with pytest.raises(ExportError, match="a layer that Keras quantizes, such as Dense or Embedding"):
        quantized_copy(keras.Sequential([keras.Input((4, 4, 1)), keras.layers.Conv2D(2, 3)]))

    class Own(keras.Model):
        def __init__(self, size):
            super().__init__()
            self.size = object()

        def call(self, x):
            return x

    model = Own(object())
    model(np.ones((1, 2), "float32"))
    with pytest.raises(ExportError, match="Keras saves, loads and quantizes"):
        quantized_copy(model)


def test_figures_of_values_have_no_classes():
    figures = accuracy({"price": np.array([[1.0]])}, {"price": np.array([[1.25]])}, np.array([1]))
    assert figures == {"samples": 1, "largest_difference": 0.25}
