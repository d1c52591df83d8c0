import pytest

from keras_stable.diagnosis.facts import Input
from keras_stable.diagnosis.rules.data.constant_features import constant_features

IMAGE = {"shape": (28, 28, 1), "features": 784}


@pytest.mark.parametrize(
    ("values", "state", "expected"),
    [
        ({"constant_features": 0}, "stuck", []),
        ({"constant_features": 3}, "stuck", ["advice"]),
        ({**IMAGE, "constant_features": 120}, "stuck", []),
        ({**IMAGE, "constant_features": 500}, "stuck", ["advice"]),
        ({**IMAGE, "constant_features": 780}, "stuck", ["warning"]),
        ({**IMAGE, "constant_features": 780}, "learning", ["advice"]),
        ({**IMAGE, "constant_features": 784}, "stuck", ["error"]),
        ({**IMAGE, "constant_features": 784}, "unknown", ["error"]),
        ({"constant_features": 20, "samples": 4}, "stuck", []),
        ({"constant_features": 15, "consumer": "Embedding"}, "stuck", []),
    ],
)
def test_borders_are_fine_and_nothing_is_not(severities, values, state, expected):
    assert severities(constant_features, state, inputs=(Input(**values),)) == expected


def test_an_input_that_never_varies_beside_one_that_does_is_advice(severities):
    inputs = (Input(), Input(name="mask", constant_features=20))
    assert severities(constant_features, "stuck", inputs=inputs) == ["advice"]
