import pytest

from keras_stable.diagnosis.facts import LayerOutput, Probe
from keras_stable.diagnosis.rules.step.dead_units import dead_units


@pytest.mark.parametrize(
    ("dead", "state", "severity"),
    [
        (0.3, "stuck", None),
        (0.7, "stuck", "warning"),
        (0.7, "slow", "warning"),
        (0.7, "unknown", "advice"),
        (0.7, "learning", "advice"),
        (1.0, "stuck", "error"),
        (1.0, "slow", "warning"),
        (1.0, "unknown", "warning"),
        (1.0, "learning", "advice"),
        (float("nan"), "stuck", None),
    ],
)
def test_the_share_counts_by_what_training_made_of_it(found, learning, dead, state, severity):
    evidence = {"activations": (LayerOutput(dead=dead),), "learning": learning(state)}
    assert found(dead_units, **evidence) == ([(severity, "dense")] if severity else [])


def test_units_that_die_in_the_short_training(learning):
    activations = (LayerOutput("first", dead=0.6), LayerOutput("second", dead=0.1), LayerOutput("third"))
    evidence = {"activations": activations, "learning": learning("stuck"), "probe": Probe(dead_after={"second": 1.0})}
    (only,) = dead_units.run(evidence)
    assert (only.where, only.severity) == ("second", "error")
    assert only.message == (
        "100% of the 64 units are 0 for every sample (10% before a short training); "
        "2 of 2 relu layers are more than half dead."
    )
