import pytest

from keras_stable.diagnosis.facts import GradientNoise, Plan
from keras_stable.diagnosis.rule import Skip
from keras_stable.diagnosis.rules.step.noisy_gradient import noisy_gradient


@pytest.mark.parametrize(
    ("scale", "expected"),
    [(1e4, [("advice", "training")]), (100.0, []), (float("nan"), []), (float("inf"), [])],
)
def test_the_noise_scale_against_the_batch(found, learning, scale, expected):
    assert found(noisy_gradient, noise=GradientNoise(scale=scale), learning=learning("stuck"), plan=Plan()) == expected


def test_near_a_minimum_all_is_noise(found, learning):
    evidence = {"noise": GradientNoise(scale=1e5), "plan": Plan(trained=True)}
    with pytest.raises(Skip):
        found(noisy_gradient, **evidence, learning=learning())
    assert found(noisy_gradient, **evidence, learning=learning("stuck")) == [("advice", "training")]
