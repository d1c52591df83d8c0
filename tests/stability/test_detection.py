import numpy as np
import pytest

from keras_stable.stability.detection import RUN, WINDOW, Alarm, CollapseWatch, LossWatch, NormWatch

RNG = np.random.default_rng(0)


def trained(steps=200, start=2.3, end=0.1, noise=0.1):
    """Returns the losses of a training that goes well."""
    return np.linspace(start, end, steps) + noise * RNG.random(steps)


def first_alarm(losses, **arguments):
    return LossWatch(**arguments).add(0, np.asarray(losses, "float64"))


def test_three_losses_in_a_row_that_are_not_finite():
    assert first_alarm([1, np.nan, 1, np.inf, np.nan, 1]) is None
    alarm = first_alarm([1.0, 1.0, np.nan, np.inf, np.nan])
    assert (alarm.kind, alarm.step) == ("nonfinite", 2)
    assert first_alarm([1, np.nan], nonfinite_steps=1).step == 1


def test_it_began_with_the_first_that_was_not_finite_shortly_before():
    assert first_alarm([1, np.nan, 1, np.nan, np.nan, np.nan]).step == 1
    assert first_alarm([np.nan, *[1] * (RUN + 1), np.nan, np.nan, np.nan]).step == RUN + 2


def test_a_loss_beyond_a_hundred_times_all_before_is_a_spike():
    losses = trained()
    assert first_alarm([*losses, 99 * losses.max()]) is None
    alarm = first_alarm([*losses, 101 * losses.max()])
    assert (alarm.kind, alarm.step) == ("spike", 200)
    # Among a few steps there is no telling.
    assert first_alarm([*losses[:40], 1e9]) is None


def test_a_run_of_losses_above_those_of_an_untrained_model_is_a_divergence():
    losses = trained()
    assert first_alarm([*losses, *[5.0] * (RUN - 1)]) is None
    alarm = first_alarm([*losses, *[5.0] * RUN])
    assert (alarm.kind, alarm.step, alarm.value) == ("divergence", 200, 5.0)
    assert alarm.limit == pytest.approx(np.median(losses[:16]))


@pytest.mark.parametrize(
    "later",
    [
        np.full(100, 1.5),
        np.linspace(0.2, 20, 2000),
        0.2 + 5.0 * (np.arange(500) % 10 == 0),
        np.concatenate([np.linspace(1.9, 0.1, 100)] * 5),
    ],
    ids=["unfreezing", "a steady rise", "single hard batches", "restarts"],
)
def test_what_a_healthy_training_does_is_no_alarm(later):
    assert first_alarm([*trained(), *later]) is None


def test_a_rate_that_has_jumped_needs_no_further_proof():
    watch = LossWatch()
    watch.rate_has_jumped = True
    assert watch.add(0, np.concatenate([trained(), np.full(RUN, 1.5)])).kind == "divergence"


def test_a_level_that_lasts_becomes_the_usual_one():
    watch = LossWatch()
    assert watch.add(0, np.concatenate([trained(), np.full(WINDOW, 1.5)])) is None
    assert watch.ceiling == 1.5
    assert watch.is_calm


def test_after_a_rollback_one_step_is_judged_by_the_healthy_ones():
    watch = LossWatch()
    watch.add(0, trained())
    watch.add(200, np.full(RUN, 5.0))
    watch.forget_run()
    assert [watch.is_bad(loss) for loss in (0.2, 2.0, 5.0, np.nan)] == [False, False, True, True]
    assert watch.step_limit == watch.limit < 2.5


def test_a_norm_counts_only_with_a_high_loss():
    watch = NormWatch()
    norms = np.append(RNG.random(60), [1e3, 1.0])
    assert watch.add(0, norms, loss_is_high=False) is None
    assert watch.is_bad(1e3)
    alarm = watch.add(62, np.array([0.5, 1e3]), loss_is_high=True)
    assert (alarm.kind, alarm.quantity, alarm.step) == ("spike", "gradient norm", 63)
    assert watch.add(64, np.array([np.nan, np.inf]), loss_is_high=True) is None
    assert watch.add(66, np.array([np.nan]), loss_is_high=True).step == 64


def test_collapse_is_of_a_model_that_told_classes_apart_and_had_learnt():
    ones = np.ones(40)
    for before, has_learnt, expected in ((np.zeros(64), True, 64), (np.zeros(64), False, None), (ones, True, None)):
        watch = CollapseWatch()
        assert watch.add(0, before, has_learnt=has_learnt) is None
        alarm = watch.add(len(before), ones, has_learnt=has_learnt)
        assert (None if alarm is None else alarm.step) == expected
    # A class that prevails makes such batches now and then.
    assert CollapseWatch().add(0, np.tile([0, 0, 1], 200), has_learnt=True) is None


def test_a_model_has_learnt_when_its_loss_was_low_for_a_while():
    watch = LossWatch()
    watch.add(0, np.full(100, 2.3))
    assert not watch.has_learnt
    watch.add(100, np.full(128, 1.0))
    assert watch.has_learnt


def test_an_alarm_says_what_and_where():
    assert str(Alarm("spike", "loss", 7, 1e4, 230.0)) == "spike at step 7: loss 1e+04, healthy below 230"
    assert "step 3" in str(Alarm("collapse", "predictions", 3, 1.0, 0.0))
