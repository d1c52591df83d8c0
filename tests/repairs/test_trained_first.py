from types import SimpleNamespace

import pytest

from keras_stable.diagnosis.reporting.report import Report
from keras_stable.repairs import trained_first
from keras_stable.repairs.program import Program
from keras_stable.repairs.trained_first import report_of_trained


@pytest.fixture
def audited(monkeypatch):
    calls = []

    def audit(model, x, y, **given):
        calls.append((model, given))
        return Report(())

    monkeypatch.setattr(trained_first, "audit", audit)
    return calls


@pytest.fixture
def ground_of(make_ground, fake_trial):
    def make(trial=None, budget=3.0, **fit):
        ground = make_ground(budget)
        ground.program = Program(None, None, None, fit)
        ground.trials[()] = trial or fake_trial(0.4)
        ground.trials[()].program = SimpleNamespace(model="trained copy")
        return ground

    return make


def test_a_trained_copy_is_audited_with_its_history(ground_of, audited):
    ground, before = ground_of(epochs=10), {}
    assert report_of_trained(ground, before, {"seed": 0}) == Report(())
    [(model, given)] = audited
    assert model == "trained copy"
    assert given == {"history": {"loss": [1.0, 0.5]}, "seed": 0, "epochs": 10}
    assert ground.ledger.trainings == pytest.approx(0.8)


def test_a_proof_finds_the_training_done(ground_of, audited):
    ground, before = ground_of(epochs=10), {}
    report_of_trained(ground, before, {})
    trial = ground.trials[()]
    assert [run[2:] for run in trial.runs] == [(1.0, 1)]
    assert before[1, 1.0].whole == pytest.approx(0.4)


@pytest.mark.parametrize(
    "without", [{}, {"epochs": 10, "budget": 1.9}, {"epochs": 10, "failure": "it fails"}], ids=["plan", "budget", "fit"]
)
def test_what_cannot_be_trained_is_not_audited(ground_of, audited, fake_trial, without):
    ground = ground_of(fake_trial(0.4, failure=without.pop("failure", "")), **without)
    assert report_of_trained(ground, {}, {}) is None
    assert audited == []


def test_what_is_trained_already_is_not_trained_first(ground_of, audited):
    ground = ground_of(epochs=10)
    ground.fresh = False
    assert report_of_trained(ground, {}, {}) is None
    assert not ground.trials[()].runs
