"""Structure and kernels."""

import keras
import numpy as np
import pytest
from keras import layers

from keras_stable.diagnosis.evidence.data.batch import Batch
from keras_stable.diagnosis.evidence.tracing.layers import structure
from keras_stable.diagnosis.evidence.tracing.recording import record


def structure_of(layer_list, x):
    model = keras.Sequential(layer_list)
    return structure(record(model, [Batch(x, np.zeros(len(x)))])), model


def test_a_sequential_model():
    regularized = layers.Dense(3, "softmax", kernel_regularizer="l2", name="out")
    found, model = structure_of(
        [layers.Dense(5, "relu", name="in"), layers.Dropout(0.3, name="d"), regularized], np.ones((4, 2))
    )
    assert (found.kind, found.parameters, found.trainable_variables) == ("sequential", model.count_params(), 4)
    first, dropout, last = found.layers
    assert (first.units, first.input_units, first.output_shape, first.inputs) == (5, 2, (5,), ("input",))
    assert (first.fan_in, first.fan_out, first.initializer) == (2, 5, "GlorotUniform")
    assert first.kernel_std == pytest.approx(float(np.std(model.layers[0].kernel.numpy())))
    assert dropout.config["rate"] == 0.3
    assert (last.config["kernel_regularizer"], last.activation) == ("L2", "softmax")
    assert np.isnan(dropout.kernel_std)


IMAGES = np.ones((2, 8, 8, 3), "float32")


@pytest.mark.parametrize(
    ("layer", "x", "fans"),
    [
        (layers.Conv2D(5, 3), IMAGES, (27, 45)),
        (layers.Conv2DTranspose(5, 2), IMAGES, (12, 20)),
        (layers.DepthwiseConv2D(3), IMAGES, (9, 9)),
        (layers.SeparableConv2D(4, 3), IMAGES, (9, 9)),
        (layers.LSTM(4), np.ones((2, 5, 3)), (3, 16)),
        (layers.Bidirectional(layers.GRU(4)), np.ones((2, 5, 3)), (3, 12)),
        (layers.TimeDistributed(layers.Dense(4)), np.ones((2, 5, 3)), (3, 4)),
        (layers.EinsumDense("abc,cde->abde", (None, 2, 6)), np.ones((2, 5, 3)), (3, 12)),
        (layers.Embedding(9, 4), np.ones((2, 5), int), (9, 4)),
    ],
)
def test_fans_of_other_kernels(layer, x, fans):
    found, _ = structure_of([layer], x)
    assert (found.layers[0].fan_in, found.layers[0].fan_out) == fans
    assert not found.layers[0].identical_units


@pytest.mark.parametrize(
    ("layer", "x", "identical"),
    [
        (layers.Dense(3, kernel_initializer="zeros"), np.ones((2, 4)), True),
        (layers.Dense(1, kernel_initializer="zeros"), np.ones((2, 4)), False),
        (layers.Conv2D(3, 2, kernel_initializer="ones"), IMAGES, True),
        (layers.DepthwiseConv2D(2, depthwise_initializer="ones"), IMAGES, True),
    ],
)
def test_units_that_are_all_the_same(layer, x, identical):
    assert structure_of([layer], x)[0].layers[0].identical_units is identical


def test_whether_a_normalization_was_adapted():
    known = layers.Normalization(mean=[1.0, 2.0], variance=[1.0, 1.0])
    adapted = layers.Normalization()
    adapted.adapt(np.arange(8.0).reshape(4, 2))
    found, _ = structure_of([known, adapted, layers.Normalization(), layers.BatchNormalization()], np.ones((4, 2)))
    assert [layer.adapted for layer in found.layers] == [True, True, False, None]
