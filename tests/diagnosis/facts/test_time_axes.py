from keras_stable.diagnosis.facts import InnerZeros


def test_zeros_that_follow_zeros():
    assert InnerZeros(followed=10, expected=20.0).again == 0.5
    assert InnerZeros(followed=0, expected=0.0).again == 0
