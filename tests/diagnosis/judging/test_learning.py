"""Whether a model learns."""

import math
from dataclasses import replace

import numpy as np
import pytest

from keras_stable.diagnosis.facts import Evaluation, History, Plan, Probe, Trial
from keras_stable.diagnosis.judging.learning import judge

LOG_10 = math.log(10)


def noisy(values, seed=0, noise=0.02):
    return tuple(np.asarray(values) + noise * np.random.default_rng(seed).normal(size=len(values)))


def probed(losses, after=None, **more):
    before = Evaluation(loss=losses[0], constant_loss=LOG_10)
    after = Evaluation(loss=losses[-1] if after is None else after, constant_loss=LOG_10)
    return Probe(steps=len(losses), loss=tuple(losses), before=before, after=after, **more)


@pytest.mark.parametrize(
    ("loss", "accuracy", "state"),
    [
        ((2.3, 1.5, 0.9, 0.4), (0.2, 0.5, 0.7, 0.9), "learning"),
        ((2.31, 2.30, 2.31, 2.30), (0.1, 0.1, 0.11, 0.1), "stuck"),
        ((2.3, 1.0, math.nan, math.nan), (0.2, 0.6, 0.1, 0.1), "diverging"),
        ((2.3, 1.9, 4.0, 9.0), (0.2, 0.3, 0.1, 0.1), "diverging"),
        (tuple(np.linspace(2.6, 2.3, 12)), (0.1,) * 12, "slow"),
        ((29.0, 0.4, 0.3), (0.1, 0.9, 0.9), "learning"),
        # A loss that falls while every answer is the commonest class has learnt the shares only.
        ((4.0, 2.4, 2.29), (0.1, 0.1, 0.1), "stuck"),
    ],
)
def test_a_history_is_judged(loss, accuracy, state):
    history = History(loss=loss, accuracy=accuracy, constant_loss=LOG_10, majority_share=0.1)
    assert judge(Plan(), history=history).state == state


def test_a_history_comes_before_a_probe():
    history = History(loss=(2.3, 0.1), accuracy=(0.1, 1.0))
    assert judge(Plan(), history=history, probe=probed([2.3] * 20)).source == "history"


def test_a_falling_loss_is_learning():
    assert judge(Plan(), probe=probed(noisy(np.linspace(2.4, 0.8, 200)))).state == "learning"


def test_a_flat_loss_is_stuck():
    assert judge(Plan(), probe=probed(noisy(np.full(200, 2.31)))).state == "stuck"


def test_a_rising_loss_diverges():
    assert judge(Plan(), probe=probed(np.linspace(2.4, 60, 100))).state == "diverging"


def test_numbers_that_end_are_diverging():
    assert judge(Plan(), probe=probed([2.3, 2.2, 2.4], stopped="nonfinite")).state == "diverging"


@pytest.mark.parametrize(("epochs", "state"), [(3, "slow"), (100, "learning")])
def test_a_slow_fall_depends_on_the_planned_steps(epochs, state):
    plan = Plan(steps_per_epoch=100, epochs=epochs)
    assert judge(plan, probe=probed(noisy(np.linspace(2.5, 2.25, 300), noise=0.005))).state == state


def test_moving_statistics_that_lag_do_not_hide_that_it_learns():
    assert judge(Plan(), probe=probed(noisy(np.linspace(2.4, 0.3, 100)), after=3.1)).state == "learning"


@pytest.mark.parametrize(("epochs", "state"), [(50, "stuck"), (5000, "learning")])
def test_a_plateau_that_a_larger_rate_leaves_ends_in_time_or_not(epochs, state):
    trials = (Trial("unchanged", 100, 2.3), Trial("learning_rate*10", 100, 0.2))
    probe = probed(noisy(np.full(300, 2.3), noise=1e-3), trials=trials)
    assert judge(Plan(steps_per_epoch=1, epochs=epochs), probe=probe).state == state


def test_trained_weights_speak_for_themselves():
    good = Evaluation(loss=0.2, constant_loss=LOG_10)
    assert judge(Plan(trained=True), good).state == "learning"
    assert judge(Plan(trained=True), replace(good, loss=2.4)).state == "unknown"
    assert judge(Plan(trained=True), replace(good, loss=math.nan)).state == "diverging"
    assert judge(Plan(), good).state == "unknown"


def test_without_anything_it_is_unknown():
    assert judge(Plan()).state == "unknown"


@pytest.mark.parametrize("same", [{"distinct_rows": 1}, {"distinct_rows": 2, "spread": 1e-9, "scale": 0.05}])
def test_one_answer_for_every_sample_is_stuck_however_the_loss_falls(same):
    probe = probed(noisy(np.linspace(9.0, 2.31, 300)))
    output = replace(probe.after.outputs[0], **same)
    assert judge(Plan(), probe=probe).state == "learning"
    assert judge(Plan(), probe=replace(probe, after=replace(probe.after, outputs=(output,)))).state == "stuck"


def test_epochs_without_data_are_no_perfect_ones():
    """Their loss and accuracy are 0; one that is perfect has an accuracy of 1."""
    empty = judge(Plan(), history=History(loss=(2.3, 1.0, 0.0, 0.0), accuracy=(0.2, 0.6, 0.0, 0.0)))
    assert (empty.state, "from epoch 3 on" in empty.reason) == ("stuck", True)
    assert judge(Plan(), history=History(loss=(2.3, 1.0, 0.0), accuracy=(0.2, 0.6, 1.0))).state == "learning"


def test_a_loss_that_nothing_updates_is_no_history():
    zeros = History(loss=(0.0, 0.0), accuracy=())
    assert judge(Plan(), history=zeros).source == ""
    assert judge(Plan(), history=zeros, probe=probed(noisy(np.linspace(2.4, 0.8, 200)))).state == "learning"


def test_steps_that_log_no_total():
    game = Probe(steps=100, loss=(), losses={"d_loss": (1.0,), "g_loss": (1.0,)}, rivals=True)
    assert judge(Plan(), probe=game).state == "unknown"
    assert "d_loss and g_loss" in judge(Plan(), probe=game).reason
    assert judge(Plan(), probe=replace(game, stopped="nonfinite")).state == "diverging"
    assert "logs no loss" in judge(Plan(), probe=Probe(steps=100)).reason
