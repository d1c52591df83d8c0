"""The verdicts from trials that are made up; those of real trainings are in tests/runs/test_replaying.py."""

from types import SimpleNamespace

import numpy as np
import pytest

from keras_stable.stability.replay_bench import Outcome
from keras_stable.stability.verdict import EventMaterial, judged

HEALTHY, BROKEN = {"state": 0}, {"state": 1}
EVENT = {
    "step": 10,
    "kind": "spike",
    "quantity": "loss",
    "limit": 5.0,
    "rates": [0.1],
    "healthy_rates": [0.1],
    "batches": [{"step": 11, "rows": [70, 71, 72, 73]}],
}


class Bench:
    """Says what is bad by a function of state, batches and rates."""

    def __init__(self, is_bad, precise=True, without_xla=True):
        self.is_bad, self.precise, self.slow = is_bad, precise, without_xla
        self.model = SimpleNamespace(jit_compile=True)

    def steps(self, what, state, batches, rates, level=None):
        return Outcome(what, 1.0, 1.0, self.is_bad(state is BROKEN, batches, rates[0]))

    def in_float64(self, what, state, batch):
        return Outcome(what, bad=self.precise)

    def without_xla(self, what, state, batch, rates):
        return Outcome(what, bad=self.slow)


def verdict(is_bad, bench=Bench, rates=(0.1,), batches=None, **arguments):
    kept = batches or {step: [np.full((4, 2), step, "float32"), np.arange(4)] for step in range(8, 13)}
    return judged(bench(is_bad, **arguments), EventMaterial({**EVENT, "rates": list(rates)}, HEALTHY, BROKEN, kept))


def of_batch_11(broken, batches, rate):
    return broken or any(11 in array for array in (batch[0] for batch in batches))


def test_a_batch_that_is_bad_on_the_healthy_state():
    result = verdict(of_batch_11)
    assert (result.cause, result.rows) == ("rows", [70, 71, 72, 73])
    assert "batch 11" in result.message
    assert "batch 10 on the healthy state: loss 1, gradient norm 1: good" in str(result)


def test_the_samples_without_which_a_batch_is_good_are_named():
    kept = {11: [np.array([[0.0], [np.nan], [2.0], [np.nan]]), np.arange(4)]}
    result = verdict(lambda broken, batches, rate: broken or np.isnan(batches[0][0]).any(), batches=kept)
    assert (result.cause, result.rows) == ("rows", [71, 73])


@pytest.mark.parametrize("arguments", [{"precise": False}, {"without_xla": False}], ids=["float64", "no XLA"])
def test_what_is_good_in_float64_or_without_xla_is_a_matter_of_precision(arguments):
    assert verdict(of_batch_11, **arguments).cause == "precision"


def test_what_goes_wrong_at_the_rate_only_is_the_rate():
    def at_a_high_rate(broken, batches, rate):
        return broken or (rate > 1 and len(batches) > 10)

    assert verdict(at_a_high_rate, rates=(10.0,)).cause == "rate"
    assert verdict(lambda broken, batches, rate: broken or (rate > 0.01 and len(batches) > 10)).cause == "rate"


def test_a_state_that_nothing_leads_to_was_changed():
    assert verdict(lambda broken, batches, rate: broken).cause == "state"


def test_the_rest():
    assert verdict(lambda broken, batches, rate: False).cause == "unknown"
    assert verdict(lambda broken, batches, rate: broken or len(batches) > 10).cause == "rows"
