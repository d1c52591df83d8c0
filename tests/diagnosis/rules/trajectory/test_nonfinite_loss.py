import math

import pytest

from keras_stable.diagnosis.facts import Evaluation, History, NonfiniteOrigin, Probe
from keras_stable.diagnosis.rule import Skip
from keras_stable.diagnosis.rules.trajectory.nonfinite_loss import nonfinite_loss


@pytest.mark.parametrize(
    ("evidence", "part"),
    [
        ({"history": History(loss=(2.0, math.nan))}, "`loss` is NaN or infinite from epoch 2"),
        ({"history": History(loss=(2.0, 1.0), val_loss=(2.0, math.inf))}, "`val_loss` is NaN or infinite from epoch 2"),
        ({"evaluation": Evaluation(loss=math.nan)}, "of the model as it is"),
        ({"probe": Probe(loss=(2.0, 9.0, math.nan))}, "from step 3"),
        ({"probe": Probe(loss=(2.0, 9.0), stopped="nonfinite")}, "from step 3"),
    ],
)
def test_it_names_the_first_place(evidence, part):
    [finding] = nonfinite_loss.run(evidence)
    assert part in finding.message


def test_finite_losses(severity):
    evidence = {"history": History(loss=(2.0, 1.0)), "probe": Probe(loss=(2.0, 1.0)), "evaluation": Evaluation()}
    assert severity(nonfinite_loss, **evidence, origin=None) is None
    assert severity(nonfinite_loss, probe=Probe(loss=(2.0, math.inf))) == "error"


def test_it_tells_the_origin():
    origin = NonfiniteOrigin(layer="exp", rows=(3, 5), operation="exp of 120")
    [finding] = nonfinite_loss.run({"probe": Probe(loss=(math.nan,)), "origin": origin})
    assert "it begins in the activations of exp (exp of 120), for the samples 3, 5" in finding.message


def test_nothing_to_look_at():
    with pytest.raises(Skip):
        list(nonfinite_loss.run({}))
