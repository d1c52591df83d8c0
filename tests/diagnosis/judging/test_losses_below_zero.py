"""A constant that is added to every loss, or a factor, changes no verdict."""

import math
from dataclasses import fields, is_dataclass, replace

import numpy as np
import pytest

from keras_stable.diagnosis.facts import (
    Evaluation,
    History,
    Input,
    Labels,
    Learning,
    Output,
    Overfit,
    Plan,
    Probe,
    Structure,
    Trial,
    ZeroedInputs,
)
from keras_stable.diagnosis.judging.learning import judge
from keras_stable.diagnosis.rule import Skip
from keras_stable.diagnosis.rules import find_rule

LOSSES = {
    *("loss", "constant_loss", "training_loss", "floor", "val_loss"),
    *("first_loss", "last_loss", "real_loss", "first", "last", "best"),
}
SPREADS = {"noise", "penalty"}


def moved(fact, scale, shift):
    """Returns a fact with scale * loss + shift in the place of every loss, however deep it lies."""
    if isinstance(fact, tuple):
        return tuple(moved(part, scale, shift) for part in fact)
    if not is_dataclass(fact):
        return fact
    changes = {}
    for field in fields(fact):
        value = getattr(fact, field.name)
        if field.name in LOSSES and not isinstance(value, str):
            changes[field.name] = (
                tuple(scale * loss + shift for loss in value) if isinstance(value, tuple) else scale * value + shift
            )
        elif field.name in SPREADS:
            changes[field.name] = scale * value
        elif is_dataclass(value) or isinstance(value, tuple):
            changes[field.name] = moved(value, scale, shift)
    return replace(fact, **changes)


def probe(losses, after, floor=0.0, constant=2.3, **more):
    before = Evaluation(loss=losses[0], constant_loss=constant, training_loss=losses[0], floor=floor)
    last = replace(before, loss=after, training_loss=more.pop("training", after))
    trials = (Trial(loss=after), Trial("learning_rate*10", loss=0.4), Trial("standardized_inputs", loss=after - 0.3))
    return Probe(steps=len(losses), loss=tuple(losses), before=before, after=last, trials=trials, **more)


def noisy(start, end, count=200, noise=0.02, seed=0):
    return tuple(np.linspace(start, end, count) + noise * np.random.default_rng(seed).normal(size=count))


CASES = {
    "learning": {"probe": probe(noisy(2.4, 0.6), 0.6)},
    "stuck": {"probe": probe(noisy(2.31, 2.31), 2.31)},
    "slow": {"probe": probe(noisy(2.45, 2.28, noise=0.005), 2.28), "plan": Plan(steps_per_epoch=50, epochs=5)},
    "diverging": {"probe": probe(noisy(2.3, 9.0), 9.0)},
    "lagging": {"probe": probe(noisy(2.4, 0.6), 4.0, training=0.5)},
    "spike": {"history": History(loss=(2.3, 1.0, 0.5, 0.4, 4.0, 0.4, 0.3, 0.3))},
    "swings": {"history": History(loss=(2.3, 1.3) * 6)},
    "overfitting": {"history": History(loss=(2.3, 1.0, 0.5, 0.3, 0.2), val_loss=(2.2, 1.2, 1.5, 2.0, 2.6))},
    "no floor": {"probe": probe(noisy(2.4, 1.6), 1.6, floor=math.nan)},
    "no floor, stuck": {"probe": probe(noisy(2.3, 2.3), 2.3, floor=math.nan)},
    "no floor, by epochs": {"history": History(loss=noisy(2.4, 1.2, 20), constant_loss=math.nan, floor=math.nan)},
}
RULES = (
    *("unscaled-inputs", "unscaled-targets", "few-samples-per-class", "bottleneck", "missing-nonlinearity"),
    *("learning-rate-too-high", "learning-rate-too-low", "excess-regularization", "vanishing-gradients"),
    *("identical-outputs", "train-inference-mismatch", "zero-gradients", "cannot-overfit-batch", "diverging-loss"),
    *("input-independent-loss", "loss-not-decreasing", "loss-spike", "oscillating-loss", "overfitting"),
    *("slow-convergence", "lagging-statistics"),
)


def everything(case):
    labels = Labels(kind="real", class_counts=(), mean=300.0, std=90.0, minimum=0.0, maximum=600.0)
    regression = Output(loss="mean_squared_error", activation="linear", shape=(1,), width=1)
    evidence = {
        "plan": Plan(epochs=20),
        "inputs": (Input(entering_std=60.0, entering_max=255.0),),
        "outputs": (regression,),
        "labels": (labels,),
        "structure": Structure(),
        "overfit": Overfit(error=0.5, first_loss=2.3, last_loss=1.5),
        "zeroed": ZeroedInputs(2.3, 2.28, 2.35),
        **CASES[case],
    }
    if "probe" in evidence:
        evidence["evaluation"] = evidence["probe"].before
    return evidence


def verdicts(evidence, learning):
    said = {}
    for slug in RULES:
        rule = find_rule(slug)
        known = {**evidence, "learning": learning}
        if set(rule.needs) <= set(known):
            try:
                said[slug] = [(finding.where, finding.severity) for finding in rule.run(known)]
            except Skip as reason:
                said[slug] = str(reason)
    return said


@pytest.mark.parametrize(("scale", "shift"), [(1.0, -50.0), (1.0, -1.2), (1.0, 40.0), (1e-3, 0.0), (1e3, -7.0)])
@pytest.mark.parametrize("case", CASES)
def test_neither_a_shift_nor_a_scale_changes_a_verdict(case, scale, shift):
    evidence = everything(case)
    other = {name: moved(fact, scale, shift) for name, fact in evidence.items()}
    chosen = ("plan", "history", "probe")
    before = judge(**{name: evidence[name] for name in chosen if name in evidence})
    after = judge(**{name: other[name] for name in chosen if name in other})
    assert after.state == before.state
    assert verdicts(other, after) == verdicts(evidence, before)


@pytest.mark.parametrize(
    ("loss", "constant", "floor", "state"),
    [
        (tuple(np.linspace(-0.902, -0.955, 12)), -0.9, -1.0, "learning"),  # was "diverging"
        ((-0.911, -0.910, -0.911, -0.911, -0.910), -0.91, -1.0, "stuck"),  # was "learning"
        ((-3.0, -3.5, -3.6, -3.8, -4.1, -4.3, -4.4, -4.6), math.nan, math.nan, "learning"),
        ((0.62, 0.55, 0.51, 0.5005, 0.5003), 0.65, 0.5, "learning"),  # soft labels of an entropy of 0.5
        ((0.645, 0.646, 0.645, 0.646, 0.645), 0.65, 0.5, "stuck"),
        ((-0.9, -0.5, 0.4, 3.0), -0.85, -1.0, "diverging"),
    ],
)
def test_losses_below_zero_and_above_a_floor(loss, constant, floor, state):
    history = History(loss=loss, constant_loss=constant, floor=floor, majority_share=math.nan)
    assert judge(Plan(), history=history).state == state


@pytest.mark.parametrize(("share", "state"), [(0.095, "stuck"), (0.105, "learning")])
@pytest.mark.parametrize("source", ["history", "probe"])
def test_a_tenth_of_what_there_is_to_gain_is_learnt(source, share, state):
    last = 2.3 * (1 - share)
    if source == "history":
        facts = {"history": History(loss=(2.3, last, last, last, last, last), constant_loss=2.3)}
    else:
        facts = {"probe": replace(probe((2.3, 2.3, *(last,) * 100), last), trials=())}
    assert judge(Plan(), **facts).state == state


@pytest.mark.parametrize(("share", "state"), [(0.45, "stuck"), (0.55, "diverging")])
@pytest.mark.parametrize("source", ["history", "probe"])
def test_a_rise_by_half_of_it_diverges(source, share, state):
    last = 2.3 * (1 + share)
    if source == "history":
        facts = {"history": History(loss=(2.3, 2.3, last, last), constant_loss=2.3)}
    else:
        facts = {"probe": replace(probe((*(2.3,) * 60, *(last,) * 60), last), trials=())}
    assert judge(Plan(), **facts).state == state


@pytest.mark.parametrize(("share", "state"), [(0.015, "stuck"), (0.03, "slow")])
def test_a_fall_of_next_to_nothing_is_none(share, state):
    losses = tuple(np.linspace(2.3, 2.3 * (1 - share), 30))
    assert judge(Plan(), history=History(loss=losses, constant_loss=2.3)).state == state


@pytest.mark.parametrize(("loss", "state"), [(2.3 * 0.65, "learning"), (2.3 * 0.75, "stuck")])
def test_rare_classes_may_be_all_there_is_to_win(loss, state):
    history = History(loss=(2.3, loss, loss, loss), accuracy=(0.9,) * 4, majority_share=0.9, constant_loss=2.3)
    assert judge(Plan(), history=history).state == state


@pytest.mark.parametrize(("loss", "state"), [(2.3 * 0.89, "learning"), (2.3 * 0.91, "unknown")])
def test_trained_weights(loss, state):
    assert judge(Plan(trained=True), Evaluation(loss=loss, constant_loss=2.3)).state == state


@pytest.mark.parametrize(("steps", "state"), [(3, "unknown"), (19, "unknown"), (20, "stuck"), (300, "stuck")])
def test_a_few_steps_judge_nothing(steps, state):
    judged = judge(Plan(), probe=replace(probe(noisy(2.31, 2.31, steps), 2.31), trials=()))
    assert judged.state == state
    assert ("too few to say" in judged.reason) == (steps < 20)


def test_a_few_steps_of_trained_weights_leave_these_to_speak():
    good = Evaluation(loss=0.2, constant_loss=2.3)
    assert judge(Plan(trained=True), good, probe=probe((0.2, 0.2), 0.2)).state == "learning"


@pytest.mark.parametrize(
    ("planned", "tenfold", "state"),
    [(2240, 2.29, "unknown"), (2000, 2.29, "stuck"), (2001, 2.29, "unknown"), (2240, 0.3, "learning")],
)
def test_a_plateau_is_too_early_to_judge_where_most_of_the_planned_steps_were_not_seen(planned, tenfold, state):
    trials = (Trial("unchanged", 100, 2.3), Trial("learning_rate*10", 100, tenfold))
    flat = replace(probe(noisy(2.3, 2.3, 300), 2.3), trials=trials)
    judged = judge(Plan(steps_per_epoch=planned, epochs=1), probe=flat)
    assert judged.state == state
    assert judged.early == (state == "unknown")


def test_a_larger_rate_that_goes_astray_stands_for_no_steps():
    trials = (Trial("unchanged", 100, 2.3), Trial("learning_rate*10", 100, 9.0))
    flat = replace(probe(noisy(2.3, 2.3, 300), 2.3), trials=trials)
    assert judge(Plan(steps_per_epoch=601, epochs=1), probe=flat).early
    assert judge(Plan(steps_per_epoch=600, epochs=1), probe=flat).state == "stuck"


def test_a_trial_that_learns_shows_that_it_is_not_for_want_of_steps():
    trials = (Trial("unchanged", 100, 2.3), Trial("standardized_inputs", 100, 0.2))
    flat = replace(probe(noisy(2.3, 2.3, 300), 2.3), trials=trials)
    assert judge(Plan(steps_per_epoch=5000, epochs=1), probe=flat).state == "stuck"


def test_the_judgement_measures_as_the_judge_did():
    learning = Learning(last=-0.95, constant_loss=-0.9, floor=-1.0)
    assert learning.beyond_constant == pytest.approx(0.5)
    assert learning.has_learnt
    assert not replace(learning, last=-0.905).has_learnt
