"""Whether a model learns."""

import math
from dataclasses import replace

import numpy as np
import pytest

from keras_stable.diagnosis.facts import Evaluation, History, OutputEvaluation, Plan, Probe, Trial
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


def test_a_history_is_put_in_numbers_and_words():
    judged = judge(Plan(), history=History(loss=(2.5, 2.2, 2.4), constant_loss=2.4, majority_share=math.nan))
    assert (judged.state, judged.source, judged.early) == ("stuck", "history", False)
    assert (judged.first, judged.last, judged.best, judged.constant_loss, judged.floor) == (2.5, 2.4, 2.2, 2.4, 0.0)
    assert judged.reason == "the loss went from 2.5 to 2.4 in 3 epochs; the best constant answer has 2.4"


def test_the_first_epoch_with_a_number_that_is_none_is_named():
    judged = judge(Plan(), history=History(loss=(2.0, 1.0, math.inf, math.nan)))
    assert (judged.reason, judged.best) == ("the loss is inf from epoch 3 on", 1.0)
    nothing = judge(Plan(), history=History(loss=(math.nan,)))
    assert nothing.reason == "the loss is nan from epoch 1 on"
    assert math.isnan(nothing.best)


def test_a_rise_to_what_is_still_far_better_than_a_constant_answer_is_no_divergence():
    rising = History(loss=(0.1, 0.5, 1.0), constant_loss=2.0, majority_share=math.nan)
    assert judge(Plan(), history=rising).state == "learning"
    worse = judge(Plan(), history=replace(rising, constant_loss=1.05))
    assert (worse.state, worse.reason) == ("diverging", "the loss rose from 0.1 to 1")


def test_progress_is_over_the_constant_answer_and_where_that_is_unknown_over_the_first_epoch():
    history = History(loss=(5.0, 2.0), constant_loss=2.0, majority_share=math.nan)
    assert judge(Plan(), history=history).state == "stuck"
    assert judge(Plan(), history=replace(history, constant_loss=math.nan)).state == "learning"


def test_a_loss_without_anything_to_measure_it_by_is_unknown():
    judged = judge(Plan(), history=History(loss=(2.0, 1.0), constant_loss=math.nan, floor=math.nan))
    assert (judged.state, judged.reason) == ("unknown", "nothing tells what a loss of 1 after 2 epochs is worth")


@pytest.mark.parametrize(("accuracy", "state"), [(0.54, "stuck"), (0.56, "learning")])
def test_some_epoch_has_to_beat_the_commonest_class_by_a_tenth_of_what_it_leaves(accuracy, state):
    history = History(loss=(2.0, 1.6), accuracy=(accuracy, 0.5), majority_share=0.5, constant_loss=2.0)
    assert judge(Plan(), history=history).state == state
    assert judge(Plan(), history=replace(history, accuracy=())).state == "learning"


def test_one_epoch_is_one():
    judged = judge(Plan(), history=History(loss=(2.0,), constant_loss=2.0))
    assert judged.reason == "the loss went from 2 to 2 in 1 epoch; the best constant answer has 2"


def test_a_probe_is_put_in_numbers_and_words():
    judged = judge(Plan(), probe=probed([2.4] * 50 + [2.25] * 50, after=2.3))
    assert (judged.state, judged.source, judged.early) == ("stuck", "probe", False)
    assert (judged.first, judged.last, judged.best) == (2.4, pytest.approx(2.25), pytest.approx(2.25))
    assert judged.reason == "the loss went from 2.4 to 2.25 in 100 steps; the best constant answer has 2.3"


def test_what_regularizers_add_to_the_batch_losses_is_taken_off():
    probe = probed([5.0] * 100, after=9.0)
    probe = replace(probe, before=replace(probe.before, loss=2.3), after=replace(probe.after, penalty=3.5))
    assert judge(Plan(), probe=probe).last == pytest.approx(1.5)
    assert judge(Plan(), probe=probe).state == "learning"


def test_a_last_loss_that_is_no_number_diverges_whatever_stopped_it():
    probe = probed([2.3] * 15 + [math.nan] * 5, after=math.nan)
    judged = judge(Plan(), probe=probe)
    assert (judged.state, judged.reason) == ("diverging", "NaN or infinite numbers after 20 steps")


def test_without_a_first_loss_the_first_steps_stand_for_it():
    probe = probed(np.linspace(3.0, 1.0, 100))
    unmeasured = Evaluation(loss=math.nan, constant_loss=math.nan)
    judged = judge(Plan(), probe=replace(probe, before=unmeasured, after=unmeasured))
    assert (judged.state, judged.first) == ("learning", pytest.approx(np.linspace(3.0, 1.0, 100)[:20].mean()))
    flat = judge(Plan(), probe=replace(probed([2.0] * 100), before=unmeasured, after=unmeasured))
    assert (flat.state, flat.reason) == ("unknown", "the loss that the training step reports stays near 2")


def test_a_single_sample_cannot_be_told_from_the_others():
    probe = probed(noisy(np.linspace(9.0, 0.3, 100)))
    same = replace(probe.after, outputs=(OutputEvaluation(distinct_rows=1),))
    assert judge(Plan(), probe=replace(probe, after=replace(same, samples=1))).state == "learning"
    stuck = judge(Plan(), probe=replace(probe, after=replace(same, loss=9.0), loss=(9.0,) * 100))
    assert stuck.reason == "every sample gets the same answer after 100 steps"


def test_of_losses_without_a_total_only_a_number_that_is_none_says_anything():
    several = Probe(steps=30, loss=(), losses={"d_loss": (1.0,), "g_loss": (2.0,)}, rivals=True)
    judged = judge(Plan(), probe=several)
    assert (judged.state, judged.source) == ("unknown", "probe")
    assert judged.reason == "d_loss and g_loss are those of several optimizers, so that none of them has to fall"
    assert judge(Plan(), probe=replace(several, rivals=False)).reason == "the training step logs no loss"
    broken = judge(Plan(), probe=replace(several, stopped="nonfinite"))
    assert (broken.state, broken.reason) == ("diverging", "NaN or infinite numbers after 30 steps")
    assert all(map(math.isnan, (broken.first, broken.last, broken.best, broken.constant_loss, broken.floor)))


def test_a_probe_without_a_step_says_nothing():
    judged = judge(Plan(), probe=Probe(steps=0, loss=()))
    assert (judged.state, judged.source, judged.reason) == ("unknown", "", "nothing was trained")


def test_too_few_steps_still_tell_the_losses():
    judged = judge(Plan(), probe=probed([2.3, 2.0, 1.0], after=1.5))
    assert (judged.state, judged.source) == ("unknown", "probe")
    assert (judged.first, judged.last, judged.best, judged.constant_loss) == (2.3, 1.0, 1.0, LOG_10)
    assert judged.reason == "3 steps of a short training are too few to say"


def test_the_weights_are_put_in_words():
    good = judge(Plan(trained=True), Evaluation(loss=0.25, constant_loss=2.0))
    assert (good.source, good.last, good.best) == ("", 0.25, 0.25)
    assert good.reason == "the trained weights have a loss of 0.25; the best constant answer has 2"
    broken = judge(Plan(trained=True), Evaluation(loss=math.inf, constant_loss=2.0))
    assert broken.reason == "the trained weights have a loss of inf"


def test_losses_are_averaged_over_a_fifth_of_the_steps_and_over_30_at_most():
    assert judge(Plan(), probe=probed(np.linspace(9.0, 8.0, 50), after=99.0)).last == pytest.approx(
        np.linspace(9.0, 8.0, 50)[-10:].mean()
    )
    assert judge(Plan(), probe=probed(np.linspace(9.0, 8.0, 300), after=99.0)).last == pytest.approx(
        np.linspace(9.0, 8.0, 300)[-30:].mean()
    )


def test_of_several_outputs_one_that_is_the_same_for_all_is_enough():
    probe = probed(noisy(np.linspace(2.4, 2.2, 100)))
    outputs = (OutputEvaluation(name="good"), OutputEvaluation(name="same", distinct_rows=1))
    judged = judge(Plan(), probe=replace(probe, after=replace(probe.after, outputs=outputs)))
    assert judged.reason == "every sample gets the same answer after 100 steps"
