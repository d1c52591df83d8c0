import math

import pytest

from keras_stable.diagnosis.facts import Compiled, Gradients, Probe
from keras_stable.diagnosis.rule import Skip
from keras_stable.diagnosis.rules.compile.ineffective_clipping import ineffective_clipping


def probe(norm, applied):
    return Probe(grad_norm=(norm,) * 50, applied_norm=(applied,) * 50)


@pytest.mark.parametrize(
    ("compiled", "norm", "applied", "state", "expected"),
    [
        (Compiled("sgd", global_clipnorm=1e-3), 2.0, 1e-3, "slow", "warning"),
        (Compiled("sgd", global_clipnorm=1e-3), 2.0, 1e-3, "learning", "advice"),
        (Compiled("adam", global_clipnorm=1e-3), 2.0, 1e-3, "slow", "advice"),
        (Compiled("sgd", global_clipnorm=0.5), 2.0, 0.5, "slow", None),
        (Compiled("sgd", clipvalue=10.0), 5e3, 5e3, "diverging", "warning"),
        (Compiled("sgd", clipvalue=10.0), 5e3, 5e3, "learning", "advice"),
        (Compiled("sgd", clipvalue=10.0), 5.0, 5.0, "diverging", None),
        (Compiled("sgd", clipnorm=1.0), math.nan, math.nan, "diverging", None),
    ],
)
def test_a_limit_of_the_wrong_size(severity, learning, compiled, norm, applied, state, expected):
    evidence = {"compiled": compiled, "probe": probe(norm, applied), "learning": learning(state)}
    assert severity(ineffective_clipping, **evidence) == expected


@pytest.mark.parametrize(
    ("replicas", "guarded", "state", "expected"),
    [
        (4, False, "stuck", "warning"),
        (4, False, "learning", "advice"),
        (4, True, "stuck", None),
        (1, False, "stuck", None),
    ],
)
def test_replicas_that_clip_on_their_own(severity, learning, replicas, guarded, state, expected):
    compiled = Compiled(global_clipnorm=1.0, replicas=replicas, guarded=guarded)
    assert severity(ineffective_clipping, compiled=compiled, learning=learning(state)) == expected


def test_gradients_do_where_there_was_no_training(severity, learning):
    evidence = {"compiled": Compiled("sgd", global_clipnorm=1e-3), "learning": learning("unknown")}
    assert severity(ineffective_clipping, gradients=Gradients(global_norms=(1.0, 2.0)), **evidence) == "advice"
    assert severity(ineffective_clipping, gradients=Gradients(global_norms=(1e-4, 2e-4)), **evidence) is None


def test_nothing_to_say_without_a_clip(learning):
    with pytest.raises(Skip, match="clips nothing"):
        list(ineffective_clipping.run({"compiled": Compiled(), "learning": learning()}))
