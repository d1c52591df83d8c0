import math
from dataclasses import replace

import pytest

from keras_stable.diagnosis.facts import Compiled, NonfiniteOrigin, Probe
from keras_stable.diagnosis.rules.step.nonfinite_gradients import nonfinite_gradients


def test_it_begins_at_the_layer_nearest_to_the_loss(gradients, learning):
    sound = gradients(1.0, 1.0, 1.0)
    bad = tuple(replace(each, nonfinite=int(each.layer != "dense_2")) for each in sound.variables)
    (only,) = nonfinite_gradients.run({"gradients": replace(sound, variables=bad), "learning": learning("diverging")})
    assert only.where == "dense_1"
    assert only.message == (
        "The gradients of 4 of 6 variables are NaN or infinite. On the way back it begins at dense_1/kernel."
    )


def test_the_norm_alone_overflows(found, gradients, learning):
    large = gradients(1.0, global_norms=(math.inf, 1.0))
    assert found(nonfinite_gradients, gradients=large, learning=learning()) == [("error", "training")]
    assert not found(nonfinite_gradients, gradients=gradients(1.0), learning=learning("diverging"))


def test_where_it_began(learning):
    origin = NonfiniteOrigin(3, "gradients", "norm", "norm/scale", 3, (5,), "square root of 0")
    (only,) = nonfinite_gradients.run({"origin": origin, "learning": learning("diverging")})
    assert only.where == "norm"
    assert only.message == (
        "The gradient of norm/scale is NaN or infinite in step 3 of a short training (batch 3, samples 5), "
        "while the loss is still finite: square root of 0."
    )


@pytest.mark.parametrize(
    ("bad", "compiled", "state", "severity"),
    [
        (0, Compiled(), "diverging", None),
        (1, Compiled(), "learning", "error"),
        (1, Compiled(guarded=True), "learning", "warning"),
        (1, Compiled(guarded=True), "diverging", "error"),
        (4, Compiled(loss_scaling=True), "learning", None),
        (40, Compiled(loss_scaling=True), "diverging", "error"),
        (40, Compiled(guarded=True), "learning", "error"),
    ],
)
def test_steps_of_the_short_training(found, learning, bad, compiled, state, severity):
    probe = Probe(finite=(False,) * bad + (True,) * (100 - bad))
    evidence = {"learning": learning(state), "probe": probe, "compiled": compiled}
    assert found(nonfinite_gradients, **evidence) == ([(severity, "training")] if severity else [])
