import pytest

from keras_stable.diagnosis.facts import Features
from keras_stable.diagnosis.rules.step.feature_collapse import feature_collapse

NAN = float("nan")


@pytest.mark.parametrize(
    ("features", "state", "severity"),
    [
        (Features(distance=1e-5), "stuck", "warning"),
        (Features(distance=1e-5), "slow", "warning"),
        (Features(distance=1e-5), "learning", "advice"),
        (Features(distance=1e-5), "unknown", "advice"),
        (Features(distance=1e-5, distance_to_input=1e-5), "stuck", None),  # the inputs hardly differ
        (Features(distance=1e-5, distance_to_input=NAN), "stuck", None),
        (Features(effective_rank=1.1), "stuck", "warning"),
        (Features(effective_rank=1.1, classes=2), "stuck", None),
        (Features(effective_rank=1.1, classes=0), "stuck", None),
        (Features(effective_rank=1.1, width=2), "stuck", None),
        (Features(effective_rank=2.0, classes=3), "stuck", None),
        (Features(effective_rank=NAN, distance=NAN), "stuck", None),
        (Features(), "stuck", None),
    ],
)
def test_distances_and_directions(found, learning, features, state, severity):
    evidence = {"features": features, "learning": learning(state)}
    assert found(feature_collapse, **evidence) == ([(severity, "readout")] if severity else [])
