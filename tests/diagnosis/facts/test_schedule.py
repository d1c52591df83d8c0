import pytest

from keras_stable.diagnosis.facts import Schedule


def test_each_rate_stands_for_the_steps_up_to_the_next():
    path = Schedule(steps=100, at=(0, 1, 50), rates=(1.0, 0.5, 0.0))
    assert path.weighted() == ((1, 1.0), (49, 0.5), (50, 0.0))
    assert path.peak == 1.0
    assert path.mean() == pytest.approx((1 + 49 * 0.5) / 100)
    assert path.share_below(0.0) == 0.5
    assert path.share_below(0.5) == 0.99


def test_a_path_without_rates():
    path = Schedule(at=(), rates=())
    assert path.peak == path.mean() == path.share_below(1.0) == 0.0
    assert Schedule(at=(0, 1), rates=(0.0, 0.0), steps=2).mean() == 0.0
