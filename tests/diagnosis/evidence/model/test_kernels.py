"""Figures of kernels, which for each kind of layer follow from what a unit is."""

import keras
import numpy as np
import pytest

from keras_stable.diagnosis.evidence.model.kernels import Kernel, kernel_of

layers = keras.layers


def built(layer, shape):
    layer.build(shape)
    return layer


@pytest.mark.parametrize(
    ("layer", "shape", "fans"),
    [
        (layers.Dense(5), (None, 3), (3, 5)),
        (layers.Conv1D(6, 3), (None, 9, 4), (12, 18)),
        (layers.Conv2D(6, (3, 2)), (None, 9, 9, 4), (24, 36)),
        # A position of the output gets the values of 4 channels from each of the 9 places, as in a convolution.
        (layers.Conv2DTranspose(6, 3), (None, 9, 9, 4), (36, 54)),
        # Each channel has two filters of 9 weights, which see that channel alone.
        (layers.DepthwiseConv2D(3, depth_multiplier=2), (None, 9, 9, 4), (9, 18)),
        (layers.SeparableConv2D(6, 3), (None, 9, 9, 4), (9, 9)),
        (layers.Embedding(10, 4), (None, 5), (10, 4)),
        (layers.LSTM(6), (None, 5, 3), (3, 24)),
        (layers.GRU(6), (None, 5, 3), (3, 18)),
        (layers.EinsumDense("abc,cde->abde", (None, 2, 5)), (None, 7, 3), (3, 10)),
        (layers.EinsumDense("abc,bcd->ad", (5,)), (None, 7, 3), (21, 5)),
    ],
    ids=lambda value: getattr(value, "name", None),
)
def test_fans_are_the_values_that_enter_and_leave_a_unit(layer, shape, fans):
    kernel = kernel_of(built(layer, shape))
    assert (kernel.fan_in, kernel.fan_out) == fans


def test_the_spread_is_that_of_the_kernel_alone():
    layer = built(layers.Dense(5, bias_initializer="ones"), (None, 300))
    assert kernel_of(layer).std == pytest.approx(np.std(layer.kernel.numpy().astype("float64")), rel=1e-12)


@pytest.mark.parametrize(
    ("layer", "shape", "name"),
    [
        (layers.Dense(5), (None, 3), "GlorotUniform"),
        (layers.Dense(5, kernel_initializer="he_normal"), (None, 3), "HeNormal"),
        (layers.Embedding(9, 5), (None, 3), "RandomUniform"),
        (layers.DepthwiseConv2D(3, depthwise_initializer="zeros"), (None, 9, 9, 4), "Zeros"),
        (layers.LSTM(3, kernel_initializer="ones", recurrent_initializer="zeros"), (None, 3, 2), "Ones"),
        (layers.Dense(5, kernel_initializer=keras.ops.ones), (None, 3), "ones"),
    ],
    ids=lambda value: getattr(value, "name", None),
)
def test_what_drew_it_is_named(layer, shape, name):
    assert kernel_of(built(layer, shape)).initializer == name


@pytest.mark.parametrize(
    ("layer", "shape"),
    [
        (layers.Dense(5), (None, 3)),
        (layers.Conv2D(5, 3), (None, 9, 9, 4)),
        (layers.Conv2DTranspose(5, 3), (None, 9, 9, 4)),
        (layers.DepthwiseConv2D(3), (None, 9, 9, 4)),
        (layers.EinsumDense("abc,cde->abde", (None, 2, 5)), (None, 7, 3)),
    ],
    ids=lambda value: getattr(value, "name", None),
)
def test_units_are_the_same_when_all_get_the_same_numbers(layer, shape):
    weight = built(layer, shape).weights[0]
    assert not kernel_of(layer).identical_units
    weight.assign(np.full(weight.shape, 0.5))
    assert kernel_of(layer).identical_units


def test_units_may_differ_in_one_weight_or_each_have_different_weights_and_be_the_same():
    layer = built(layers.Dense(4), (None, 3))
    layer.kernel.assign(np.repeat([[1.0], [2.0], [3.0]], 4, axis=1))
    assert kernel_of(layer).identical_units
    layer.kernel.assign(layer.kernel.numpy() + np.eye(3, 4) * 1e-6)
    assert not kernel_of(layer).identical_units


def test_the_units_of_a_transposed_convolution_are_on_its_last_axis_but_one():
    layer = built(layers.Conv1DTranspose(2, 3), (None, 9, 4))
    shared_by_units, shared_by_inputs = np.random.default_rng(0).normal(size=(2, 3, 2, 4))
    layer.kernel.assign(np.broadcast_to(shared_by_units[:, :1], (3, 2, 4)))
    assert kernel_of(layer).identical_units
    layer.kernel.assign(np.broadcast_to(shared_by_inputs[:, :, :1], (3, 2, 4)))
    assert not kernel_of(layer).identical_units


def test_a_single_unit_is_like_no_other():
    layer = built(layers.Dense(1, kernel_initializer="ones"), (None, 3))
    assert not kernel_of(layer).identical_units


@pytest.mark.parametrize("layer", [None, layers.ReLU(), layers.BatchNormalization(), layers.Normalization()])
def test_without_a_kernel_there_are_no_figures(layer):
    if layer is not None:
        layer.build((None, 3))
    assert str(kernel_of(layer)) == str(Kernel())


def test_a_wrapped_layer_tells_its_own():
    wrapped = built(layers.TimeDistributed(layers.Dense(5)), (None, 7, 3))
    assert (kernel_of(wrapped).fan_in, kernel_of(wrapped).fan_out) == (3, 5)


def test_a_weight_of_an_own_layer_counts_by_its_rank():
    class Own(keras.layers.Layer):
        def build(self, shape):
            self.offset = self.add_weight(shape=(2,), name="offset")
            self.matrix = self.add_weight(shape=(2, 7), name="matrix", initializer="ones")

    kernel = kernel_of(built(Own(), (None, 2)))
    assert (kernel.fan_in, kernel.fan_out, kernel.initializer) == (2, 7, "")
