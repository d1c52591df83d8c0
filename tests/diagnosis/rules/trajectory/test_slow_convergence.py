import numpy as np
import pytest

from keras_stable.diagnosis.facts import History, Plan, Probe, Trial
from keras_stable.diagnosis.rules.trajectory.slow_convergence import slow_convergence

SLOWLY = tuple(2.3 * 0.985 ** np.arange(100))
QUICKLY = tuple(2.3 * 0.9 ** np.arange(100))


def test_what_was_judged_slow(severity, learning):
    assert severity(slow_convergence, plan=Plan(), learning=learning("slow")) == "warning"
    for state in ("learning", "stuck", "diverging", "unknown"):
        assert severity(slow_convergence, plan=Plan(), learning=learning(state)) is None


def test_another_learning_rate_that_helps_makes_it_less_sure(found, learning):
    def sure(loss):
        probe = Probe(trials=(Trial(loss=2.0), Trial("learning_rate*10", loss=loss)))
        return found(slow_convergence, plan=Plan(), learning=learning("slow"), probe=probe)[0][1]

    assert sure(1.9) > sure(0.2)


@pytest.mark.parametrize(
    ("loss", "steps", "expected"),
    [(SLOWLY, 3, "warning"), (SLOWLY, 40, None), (QUICKLY, 8, None), ((2.3,) * 100, 3, None), (SLOWLY, 90, None)],
)
def test_a_plan_of_too_few_steps(severity, learning, loss, steps, expected):
    plan = Plan(steps_per_epoch=steps, epochs=1)
    assert severity(slow_convergence, plan=plan, probe=Probe(loss=loss), learning=learning()) == expected


@pytest.mark.parametrize(
    ("loss", "expected"),
    [((2.3, 2.1, 1.9, 1.7), "advice"), ((2.3, 1.5, 0.9, 0.6), None), ((2.3, 1.7, 1.7, 1.7), None), ((2.3, 2.0), None)],
)
def test_a_history_that_goes_on_falling(severity, learning, loss, expected):
    assert severity(slow_convergence, plan=Plan(), history=History(loss=loss), learning=learning()) == expected
