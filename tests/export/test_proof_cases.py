import numpy as np
import tensorflow as tf

from keras_stable.export.proof_cases import edges, made_up

SPECS = {
    "x": tf.TensorSpec((None, 2), tf.float32),
    "ids": tf.TensorSpec((None, None), tf.int32),
    "text": tf.TensorSpec((None,), tf.string),
}
REAL = {
    "x": np.array([[5.0, 7.0], [6.0, np.nan]], "float32"),
    "ids": np.array([[3, 4], [9, 3]], "int32"),
    "text": np.array([b"a secret", b"another"]),
}


def test_made_up_samples_stay_in_the_range_of_the_real_ones_and_quote_none():
    made = made_up(SPECS, REAL)
    assert {name: array.shape for name, array in made.items()} == {"x": (8, 2), "ids": (8, 2), "text": (8,)}
    assert made["x"].min() >= 5
    assert made["x"].max() <= 7
    assert set(made["ids"].ravel().tolist()) <= set(range(3, 10))
    assert not set(made["text"].tolist()) & set(REAL["text"].tolist())
    assert made_up({"image": tf.TensorSpec((None, 300, 300, 3), tf.uint8)})["image"].shape == (2, 300, 300, 3)


def test_edges_are_as_many_of_each_input_and_reach_far():
    cases = edges(SPECS, made_up(SPECS, REAL))
    assert set(cases) == {"batch of 0", "batch of 1", "extremes", "another length", "not a number"}
    for arrays in cases.values():
        assert len({len(array) for array in arrays.values()}) == 1
    assert len(cases["batch of 0"]["x"]) == 0
    assert np.abs(cases["extremes"]["x"]).max() > 500
    assert cases["another length"]["ids"].shape == (2, 4)
    # Integers may be looked up: what lies outside of what was seen is no valid input.
    assert cases["extremes"]["ids"].max() <= 9
    assert np.isnan(cases["not a number"]["x"][0, 0])
    assert np.isposinf(cases["not a number"]["x"][1, 0])
    assert "not a number" not in edges({"ids": SPECS["ids"]}, {"ids": REAL["ids"]})
