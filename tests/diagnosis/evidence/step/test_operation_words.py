"""Operations in words."""

import pytest
import tensorflow as tf

from keras_stable.diagnosis.evidence.step.operation_words import FirstNonfinite, in_words


@pytest.mark.parametrize(
    ("kind", "values", "words"),
    [
        ("Log", [[-2.0, 1.0]], "log of -2"),
        ("Log1p", [[-1.0]], "log of 0"),
        ("Exp", [[3.0, 120.0]], "exp of 120"),
        ("RealDiv", [[1.0], [0.0]], "division by 0"),
        ("RealDiv", [[1e30], [0.5]], "RealDiv of values up to 1e+30"),
        ("Rsqrt", [[0.0]], "square root of 0 as a divisor"),
        ("MatMul", [[-1e30], [2.0]], "MatMul of values up to 1e+30"),
    ],
)
def test_words(kind, values, words):
    assert in_words(kind, [tf.constant(each) for each in values]) == words


def test_16_bits_are_said_and_what_only_passes_a_nan_on_is_no_origin():
    assert in_words("MatMul", [tf.constant([60000.0], "float16")]) == "MatMul of values up to 6e+04 in 16 bits"
    seen = FirstNonfinite()
    seen("a", "Relu", [tf.constant([float("nan")])], [tf.constant([float("nan")])])
    assert seen.words == {}
