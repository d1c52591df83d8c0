import numpy as np

from keras_stable.diagnosis.evidence.program.features import features_from

rng = np.random.default_rng(0)


def test_several_inputs_are_side_by_side_and_of_unit_scale():
    table, pictures, text = rng.random((50, 4)) * 1000, rng.random((50, 64, 64, 3)), rng.integers(0, 9, (50, 7))
    features = features_from([table, pictures, text], [False, False, True])
    made = features([table, pictures, text])
    assert made.shape == (50, 4 + 2 + 384 + 9)
    assert np.abs(made.mean(axis=0)).max() < 1e-6
    assert np.abs(made).max() <= 8


def test_what_does_not_vary_or_is_no_number_is_nothing():
    features = features_from([np.ones((20, 2))], [False])
    assert (features([np.full((3, 2), 7.0)])[:, :2] == 0).all()
    assert np.isfinite(features_from([rng.random((20, 2))], [False])([np.full((2, 2), np.nan)])).all()


def test_words_that_are_new_count_nothing():
    features = features_from([np.array(["a b", "b c", "c"], object)], [True])
    known, new = features([np.array(["a b", "x y"], object)])
    assert (known != new).any()
