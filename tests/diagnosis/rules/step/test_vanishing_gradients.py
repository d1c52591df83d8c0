import pytest

from keras_stable.diagnosis.rules.step.vanishing_gradients import vanishing_gradients


@pytest.mark.parametrize(
    ("norms", "state", "severity"),
    [
        ((1e-5, 1e-3, 0.5), "stuck", "warning"),
        ((1e-5, 1e-3, 0.5), "unknown", "warning"),
        ((1e-5, 1e-3, 0.5), "learning", "advice"),
        ((6e-4, 1e-2, 0.9), "stuck", "warning"),  # five sigmoid layers
        ((6e-4, 1e-2, 0.9), "learning", None),
        ((0.1, 0.2, 0.5), "stuck", None),
        ((5e-5, 5e-5, 5e-4), "learning", None),  # all are small
        ((0.5, 0.5, 5e3), "stuck", None),  # the readout alone is large
        ((0.0, 0.0, 0.5), "stuck", None),  # exactly zero
    ],
)
def test_the_first_layer_against_the_readout(found, gradients, learning, norms, state, severity):
    evidence = {"gradients": gradients(*norms), "learning": learning(state)}
    assert found(vanishing_gradients, **evidence) == ([(severity, "dense_0")] if severity else [])


def test_a_converged_model_has_small_gradients(found, gradients, learning):
    died = gradients(1e-8, 1e-6, 1e-4)
    assert not found(vanishing_gradients, gradients=died, learning=learning(last=1e-4))
    assert found(vanishing_gradients, gradients=died, learning=learning(last=0.5)) == [("advice", "dense_0")]
    assert not found(vanishing_gradients, gradients=died, learning=learning(constant_loss=float("nan")))


def test_nothing_anywhere_while_it_is_stuck(found, gradients, learning):
    evenly = gradients(1e-6, 1e-6, 1e-6)
    assert found(vanishing_gradients, gradients=evenly, learning=learning("stuck")) == [("warning", "training")]
    assert not found(vanishing_gradients, gradients=evenly, learning=learning("slow"))
    assert not found(vanishing_gradients, gradients=gradients(1e-2, 1e-2), learning=learning("stuck"))


def test_one_layer_alone_cannot_vanish(found, gradients, learning):
    assert not found(vanishing_gradients, gradients=gradients(1e-3), learning=learning("stuck"))
