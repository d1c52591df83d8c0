"""Findings, remedies and trainings that cost nothing."""

from types import SimpleNamespace

import numpy as np
import pytest

from keras_stable.diagnosis.edit import Edit
from keras_stable.diagnosis.reporting.finding import Finding
from keras_stable.repairs.ledger import Ledger
from keras_stable.repairs.program import Program
from keras_stable.repairs.racing import Ground
from keras_stable.repairs.remedies import Remedy
from keras_stable.repairs.scoring import Figure
from keras_stable.repairs.trial import Outcome


@pytest.fixture
def make_finding():
    def make(rule="learning-rate-too-high", *edits, severity="error", cause="", message="It is so.", remedy="Do so."):
        return Finding(rule, "KS1", severity, "here", message, {}, None, remedy, "", 0.9, cause, edits=edits)

    return make


@pytest.fixture
def make_remedy(make_finding):
    def make(argument="learning_rate", value="0.1", rule="learning-rate-too-high", general=False, target="optimizer"):
        edit = Edit("set_argument", target, argument, value)
        return Remedy(make_finding(rule, edit), (edit,), "So it is.", general)

    return make


class FakeTrial:
    """A training whose figure is known; `by_seed` are the figures of its rows."""

    def __init__(self, whole, epochs=10, rows=200, noise=0.0, failure="", history=None):
        self.epochs, self.noise, self.whole, self.failure = epochs, noise, whole, failure
        self.rows = SimpleNamespace(rows=rows, y=None)
        self.history = history or {"loss": [1.0, 0.5]}
        self.runs = []

    def run(self, training, judging, share, seed, **given):
        self.runs.append((len(training), len(judging), share, seed))
        work = len(training) * share * self.epochs
        if self.failure:
            return Outcome(None, {}, work, self.failure)
        rng = np.random.default_rng(seed)
        by_row = np.full(len(judging), float(self.whole)) + self.noise * rng.normal(size=len(judging))
        return Outcome(Figure("accuracy", float(by_row.mean()), by_row), self.history, work)


@pytest.fixture
def make_ground():
    def make(budget=3.0):
        return Ground(Program(None, None, None), 10, Ledger(budget, 2000.0), seed=0)

    return make


@pytest.fixture
def fake_trial():
    return FakeTrial
