"""The checksum sees a single bit, an exchange of two entries, and nothing else."""

import numpy as np
import pytest
import tensorflow as tf

from keras_stable.ops.checksums import checksum

DTYPES = ["float32", "float16", "bfloat16", "float64", "int32", "int64", "uint8", "bool"]


@pytest.mark.parametrize("dtype", ["float32", "float16", "float64"])
def test_against_integers_of_python(dtype):
    values = np.random.default_rng(0).normal(size=(3, 5)).astype(dtype)
    bits = values.view(f"int{8 * values.dtype.itemsize}").ravel()
    expected = sum(int(b) * (2 * i + 1) for i, b in enumerate(bits)) % 2**64
    assert int(checksum(tf.constant(values))) % 2**64 == expected


@pytest.mark.parametrize("bit", range(32))
def test_every_bit_counts(bit):
    values = np.random.default_rng(1).normal(size=7).astype("float32")
    flipped = values.copy()
    flipped.view("uint32")[4] ^= np.uint32(1 << bit)
    assert int(checksum(tf.constant(values))) != int(checksum(tf.constant(flipped)))


@pytest.mark.parametrize("dtype", DTYPES)
def test_every_dtype_has_one(dtype):
    values = tf.cast(tf.constant([[1, 0], [1, 1]]), dtype)
    assert int(checksum(values)) == int(checksum(tf.identity(values)))
    assert int(checksum(values)) != int(checksum(tf.transpose(values[::-1])))


def test_nan_and_zeros_of_either_sign_are_told_apart():
    assert int(checksum(tf.constant([0.0]))) != int(checksum(tf.constant([-0.0])))
    nan = tf.constant([float("nan")])
    assert int(checksum(nan)) == int(checksum(nan))
