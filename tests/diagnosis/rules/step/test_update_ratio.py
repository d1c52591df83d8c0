import pytest

from keras_stable.diagnosis.facts import Gradients, Probe, VariableGradient
from keras_stable.diagnosis.rule import Skip
from keras_stable.diagnosis.rules.step.update_ratio import update_ratio


def ratios(*values):
    return Probe(update_ratio={f"dense_{place}/kernel": value for place, value in enumerate(values)})


@pytest.mark.parametrize(
    ("values", "state", "expected"),
    [
        ((0.01, 0.02, 0.001), "stuck", []),
        ((0.9, 0.5, 0.02), "stuck", [("warning", "dense_0")]),
        ((0.9, 0.5, 0.02), "learning", [("advice", "dense_0")]),
        ((0.02, 0.5, 0.02), "stuck", [("advice", "dense_1")]),  # one of three
        ((1e-6, 1e-7, 1e-5), "slow", [("warning", "dense_1")]),
        ((1e-6, 1e-7, 1e-5), "unknown", [("advice", "dense_1")]),
        ((0.9, 1e-6, 0.01), "stuck", [("advice", "dense_0"), ("advice", "dense_1")]),
    ],
)
def test_kernels_out_of_range(found, learning, values, state, expected):
    assert found(update_ratio, probe=ratios(*values), learning=learning(state)) == expected


def test_what_started_at_zero_or_does_not_move(found, learning):
    others = {"dense_9/bias": 3.0, "embedding/embeddings": 1e-6, "lost/kernel": 0.0, "broken/kernel": float("nan")}
    probe = Probe(update_ratio={"dense/kernel": 0.01, "zeros/kernel": 5.0, **others})
    started = Gradients((VariableGradient("zeros/kernel", "zeros", weight_norm=0.0),))
    assert not found(update_ratio, probe=probe, learning=learning("stuck"), gradients=started)
    with pytest.raises(Skip, match="no kernel was updated"):
        found(update_ratio, probe=Probe(update_ratio=others), learning=learning("stuck"))


def test_it_says_the_figures(learning):
    named = Gradients((VariableGradient("dense_1/kernel", "encoder/dense_1"),))
    (only,) = update_ratio.run({"probe": ratios(0.5, 0.9), "learning": learning("diverging"), "gradients": named})
    assert only.where == "encoder/dense_1"
    assert only.message == "A step changes 2 of 2 kernels by more than a tenth of their size, dense_1/kernel by 0.9."
