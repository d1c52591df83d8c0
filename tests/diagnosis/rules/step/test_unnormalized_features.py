import pytest

from keras_stable.diagnosis.facts import Features
from keras_stable.diagnosis.rules.step.unnormalized_features import unnormalized_features

LARGE = Features(maximum=5e3, std=(100.0, 400.0, 900.0))
UNEVEN = Features(maximum=60.0, std=(0.1, 0.5, 20.0))


@pytest.mark.parametrize(
    ("features", "state", "severity"),
    [
        (LARGE, "stuck", "warning"),
        (LARGE, "slow", "warning"),
        (LARGE, "unknown", "warning"),
        (LARGE, "learning", "advice"),
        (UNEVEN, "stuck", "warning"),
        (UNEVEN, "slow", "advice"),
        (UNEVEN, "unknown", "advice"),
        (UNEVEN, "learning", "advice"),
        (Features(), "stuck", None),
        (Features(std=(0.0, 0.01, 0.5)), "stuck", None),  # uneven, but small
        (Features(std=(0.0, 0.0, 5.0)), "stuck", None),  # more than half constant: dead units
        (Features(std=(float("nan"),) * 3, maximum=float("nan")), "stuck", None),
    ],
)
def test_size_and_evenness(found, learning, features, state, severity):
    evidence = {"features": features, "learning": learning(state)}
    assert found(unnormalized_features, **evidence) == ([(severity, "readout")] if severity else [])


def test_it_says_both(learning):
    features = Features(maximum=5e3, std=(1.0, 10.0, 900.0))
    (only,) = unnormalized_features.run({"features": features, "learning": learning("stuck")})
    assert only.message == (
        "The 64 features that enter the readout reach 5e+03 in size "
        "and vary up to 90 times more than the median feature."
    )
