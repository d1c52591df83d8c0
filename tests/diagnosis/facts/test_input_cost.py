import pytest

from keras_stable.diagnosis.facts import InputCost


def test_how_long_a_step_waits():
    assert InputCost(batch_seconds=0.1, step_seconds=0.02).waiting == pytest.approx(0.8)
    assert InputCost(batch_seconds=0.02, step_seconds=0.1).waiting == 0
    assert InputCost(batch_seconds=0.0, step_seconds=0.0).waiting == 0
