"""Muon makes a matrix's update orthogonal, and gives everything else to Adam."""

import inspect

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_stable.optimizers import Muon

NEW = "rms_rate" in inspect.signature(keras.optimizers.Muon).parameters
NO_CLIPS = {"clipvalue": None, "global_clipnorm": None}


def moves(optimizer, *gradients, names=("kernel", "bias")):
    weights = [
        keras.Variable(np.zeros(np.shape(gradient)), dtype="float32", name=name)
        for name, gradient in zip(names, gradients, strict=False)
    ]
    optimizer.build(weights)
    optimizer.apply([tf.constant(gradient, tf.float32) for gradient in gradients])
    return [-weight.numpy() for weight in weights]


def matrix(rows=6, columns=4):
    return np.random.default_rng(0).normal(size=(rows, columns)) * np.geomspace(0.001, 1, columns)


def test_the_update_of_a_matrix_has_singular_values_of_one_size():
    [move] = moves(Muon(0.1, weight_decay=0.0), matrix())
    before = np.linalg.svd(matrix(), compute_uv=False)
    after = np.linalg.svd(move, compute_uv=False)
    assert before[0] / before[-1] > 100
    assert after[0] / after[-1] < 3


def test_it_keeps_the_directions_of_the_gradient():
    [move] = moves(Muon(0.1, weight_decay=0.0), matrix())
    left, _, right = np.linalg.svd(matrix(), full_matrices=False)
    between = left.T @ move @ right.T
    # Diagonal in the directions of the gradient.
    assert np.abs(between - np.diag(np.diag(between))).max() < 0.02 * np.abs(between).max()
    assert (np.diag(between) > 0).all()


def test_a_clip_does_not_change_the_update_of_a_matrix():
    # The norm is divided out.
    [clipped] = moves(Muon(0.1, clipvalue=None), 100 * matrix())
    [free] = moves(Muon(0.1, **NO_CLIPS), 100 * matrix())
    np.testing.assert_allclose(clipped, free, rtol=0.02, atol=1e-4)


@pytest.mark.skipif(not NEW, reason="the Muon of this Keras has other defaults")
def test_a_bias_gets_adams_update():
    _, bias = moves(Muon(0.1, **NO_CLIPS), matrix(), [0.3, -0.2, 0.0])
    np.testing.assert_allclose(bias, [0.1, -0.1, 0.0], rtol=1e-4)


@pytest.mark.skipif(not NEW, reason="the Muon of this Keras has other defaults")
def test_a_matrix_that_is_excluded_gets_adams_update_too():
    [move] = moves(Muon(0.1, exclude_layers=["readout"], **NO_CLIPS), matrix(), names=["readout_kernel"])
    np.testing.assert_allclose(move, 0.1 * np.sign(matrix()), rtol=0.05)


@pytest.mark.skipif(not NEW, reason="the Muon of this Keras has other defaults")
def test_so_does_an_embedding_unless_told_otherwise():
    gradient = np.abs(matrix()) + 0.1
    [adam] = moves(Muon(0.1, **NO_CLIPS), gradient, names=["embeddings"])
    [muon] = moves(Muon(0.1, exclude_embeddings=False, **NO_CLIPS), gradient, names=["embeddings"])
    np.testing.assert_allclose(adam, 0.1, rtol=1e-3)
    assert np.ptp(muon) > 0.01


def test_a_nan_in_a_bias_keeps_the_matrix_too():
    optimizer = Muon(0.1)
    kernel, bias = moves(optimizer, matrix(), [np.nan])
    assert not kernel.any()
    assert not bias.any()
    assert optimizer.skipped_steps == 1
