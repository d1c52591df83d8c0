"""Trials change one thing: against plain gradient descent, and on a bench that is none."""

import math

import keras
import numpy as np
import pytest

from keras_stable.diagnosis.evidence.budget import Budget, Deadline
from keras_stable.diagnosis.evidence.copying.model_copy import copy_model
from keras_stable.diagnosis.evidence.data.source import Source
from keras_stable.diagnosis.evidence.training.probing import TRIAL_STEPS, Limits, Program, probe
from keras_stable.diagnosis.evidence.training.trials import Trials, standardized_inputs, standardized_targets
from keras_stable.diagnosis.evidence.training.workbench import Workbench
from keras_stable.diagnosis.facts import Evaluation, Input, Labels, Output, OutputEvaluation, Probe, Trial
from keras_stable.diagnosis.rule import Skip

RNG = np.random.default_rng(0)
X = RNG.normal(size=(96, 5)).astype("float32")
Y = (X @ [1.0, -2.0, 0.5, 0.0, 0.0]).astype("float32")
REAL = Output(width=1, activation="linear", loss="mean_squared_error", from_logits=None, metrics=())


def program_of(x, y, *inputs):
    source = Source(x, y, batch_size=32, shuffle=False)
    return Program(source, source.sample(96), inputs or (Input(consumer="Dense"),), (REAL,), (Labels(kind="real"),))


def regression(rate=0.05, scale=1.0, hidden=()):
    keras.utils.set_random_seed(1)
    model = keras.Sequential([keras.Input((5,)), *hidden, keras.layers.Dense(1, use_bias=False)])
    model.compile(keras.optimizers.SGD(rate), "mse")
    return Workbench(copy_model(model)), program_of(scale * X, Y), model.layers[-1].kernel.numpy().astype("float64")


def probed(bench, program, steps):
    return probe(bench, program, Limits(steps=steps))[0]


def after_descent(kernel, steps, rate, scale=1.0, x=X):
    """The kernel after plain gradient descent on the squared error in NumPy."""
    for step in range(steps):
        part = slice(step % 3 * 32, step % 3 * 32 + 32)
        rows, labels = scale * x[part].astype("float64"), Y[part].astype("float64")[:, None]
        kernel = kernel - rate * 2 * rows.T @ (rows @ kernel - labels) / 32
    return kernel


def test_each_changes_one_thing_and_starts_from_the_same_weights():
    bench, program, kernel = regression(rate=0.001, scale=30.0)
    trials = {trial.name: trial for trial in Trials(bench, program, probed(bench, program, 6)).run()}
    rates = {"learning_rate/10": 1e-4, "learning_rate/100": 1e-5, "learning_rate*10": 1e-2, "learning_rate*100": 1e-1}
    assert set(trials) == {*rates, "standardized_inputs", "standardized_targets"}
    for name in ("learning_rate/10", "learning_rate/100"):
        last = after_descent(kernel, 6, rates[name], scale=30.0)
        assert trials[name].loss == pytest.approx(np.mean((30 * X @ last - Y[:, None]) ** 2), rel=1e-3)
    scaled = (X - X.mean(0)) / X.std(0)
    last = after_descent(kernel, 6, 0.001, x=scaled)
    assert trials["standardized_inputs"].loss == pytest.approx(np.mean((scaled @ last - Y[:, None]) ** 2), rel=1e-3)
    assert {trial.steps for trial in trials.values()} == {6}
    bench.restore()
    np.testing.assert_array_equal(bench.model.layers[0].kernel.numpy(), kernel.astype("float32"))


def test_memorizing_and_training_on_zeros():
    bench, program, _ = regression()
    seen = probed(bench, program, 20)
    trials = Trials(bench, program, seen)
    memorized = trials.overfit()
    assert (memorized.samples, memorized.steps, memorized.error < 0.05) == (16, 101, True)
    assert memorized.best_rate == pytest.approx(0.05)
    zeroed = trials.zeroed()
    assert zeroed.loss == pytest.approx(np.mean(Y**2), rel=1e-4)
    assert (zeroed.real_loss, zeroed.first_loss) == (seen.trial("unchanged").loss, seen.before.loss)


def test_memorizing_tries_other_rates_where_the_own_one_gets_nowhere():
    # And dropout, with which nothing could be memorized, is off.
    bench, program, _ = regression(rate=0.003, hidden=[keras.layers.Dropout(0.9)])
    memorized = Trials(bench, program, probe_of()).overfit()
    assert memorized.best_rate == pytest.approx(0.03)
    assert memorized.last_loss < 0.05 * memorized.first_loss
    assert memorized.error < 0.05


def test_without_time_nothing_is_tried():
    bench, program, _ = regression()
    trials = Trials(bench, program, probed(bench, program, 2), Deadline(0.0))
    for attempt in (trials.overfit, trials.zeroed):
        with pytest.raises(Skip, match="no time left"):
            attempt()
    assert trials.run() == ()


class Bench:
    """Trains nothing, and notes what it is asked for."""

    learning_rate = 0.5

    def __init__(self, skipped=0, trained=None):
        self.model, self.asked, self.skipped, self.trained = None, [], skipped, trained

    def restore(self):
        self.asked.append("restore")

    def constant_rate(self, rate):
        self.asked.append(rate)

    def seconds_of(self, steps, rebuilt=False):
        return 0.0

    def train(self, batches, steps, deadline):
        self.asked.append(steps)
        return steps if self.trained is None else self.trained

    def skipped_steps(self):
        return self.skipped


class Answers(Program):
    """A program whose every evaluation is known."""

    evaluation = Evaluation(loss=1.5, outputs=(OutputEvaluation(accuracy=0.25),))

    def evaluate(self, model, sample=None):
        return self.evaluation


def answers(evaluation=Answers.evaluation):
    program = program_of(X, Y)
    known = Answers(program.source, program.sample, program.inputs, program.outputs, program.labels)
    object.__setattr__(known, "evaluation", evaluation)
    return known


def probe_of(**more):
    return Probe(trials=(Trial("unchanged", 40, 2.0),), before=Evaluation(outputs=()), **more)


def run_of(bench, evaluation=Answers.evaluation, **more):
    return {trial.name: trial for trial in Trials(bench, answers(evaluation), probe_of(**more)).run()}


@pytest.mark.parametrize(
    ("probe", "steps"),
    [
        (probe_of(), 40),
        (probe_of(stopped="nonfinite"), TRIAL_STEPS),
        (Probe(trials=()), TRIAL_STEPS),
        (Probe(trials=(Trial("unchanged", 0, 2.0),)), 1),
        (Probe(trials=(Trial("unchanged", 10 * TRIAL_STEPS, 2.0),)), TRIAL_STEPS),
    ],
)
def test_trials_take_as_many_steps_as_the_unchanged_one(probe, steps):
    bench = Bench()
    trials = Trials(bench, answers(), probe)
    assert trials.steps == steps
    trials.run()
    assert {entry for entry in bench.asked if isinstance(entry, int)} == {steps}


def test_rates_are_multiples_of_the_own_one_and_other_trials_keep_it():
    bench = Bench()
    run_of(bench)
    assert [entry for entry in bench.asked if isinstance(entry, float)] == pytest.approx([0.05, 0.005, 5.0, 50.0])
    assert bench.asked.count("restore") == len(run_of(Bench()))
    assert bench.asked[-2:] == ["restore", 40]


def test_what_was_measured_is_told():
    trial = run_of(Bench())["learning_rate*10"]
    assert (trial.steps, trial.loss, trial.accuracy) == (40, 1.5, 0.25)
    without = run_of(Bench(), Evaluation(loss=1.5, outputs=()))["learning_rate*10"]
    assert math.isnan(without.accuracy)


@pytest.mark.parametrize(("skipped", "loss"), [(1, 1.5), (0, math.nan), (0, math.inf)])
def test_a_skipped_step_or_a_loss_that_is_no_number_counts_as_infinite(skipped, loss):
    trials = run_of(Bench(skipped), Evaluation(loss=loss))
    assert {trial.loss for trial in trials.values()} == {math.inf}


def test_fewer_steps_are_told_where_the_data_ended_and_left_out_where_the_time_did():
    assert {trial.steps for trial in run_of(Bench(trained=7)).values()} == {7}
    over = Deadline(0.0)
    assert Trials(Bench(trained=7), answers(), probe_of(), over).run() == ()


def test_without_an_unchanged_trial_zeros_say_nothing():
    with pytest.raises(Skip, match="the probe took no step"):
        Trials(Bench(), answers(), Probe(trials=())).zeroed()


def test_losses_of_standardized_targets_are_told_in_the_unit_of_the_own_ones():
    regression_output = (OutputEvaluation(task="regression"),)
    seen = Evaluation(loss=0.25, constant_loss=1.0, floor=0.0, outputs=regression_output)
    before = Evaluation(loss=90.0, constant_loss=50.0, floor=10.0, outputs=regression_output)
    probe = Probe(trials=(Trial("unchanged", 40, 2.0),), before=before)
    trials = {trial.name: trial for trial in Trials(Bench(), answers(seen), probe).run()}
    # A quarter of the gain over a constant answer is left: 10 + 0.25 * (50 - 10).
    assert trials["standardized_targets"].loss == pytest.approx(20.0)
    assert trials["standardized_inputs"].loss == 0.25


@pytest.mark.parametrize(("evaluation", "number"), [(1.0, 5), (2.5, 0)])
def test_what_would_take_longer_than_is_left_is_left_out(evaluation, number):
    bench, budget = Bench(), Budget()
    bench.seconds_of = lambda steps, rebuilt=False: 3.0
    budget.costs["evaluation"] = evaluation
    trials = Trials(bench, answers(), probe_of(), Deadline(5.0, lambda: 0.0), budget).run()
    assert len(trials) == number
    assert budget.left_out == ([] if number else ["trials that change one thing"])


def standardized(x, *inputs):
    program = program_of(x, np.zeros(len(keras.tree.flatten(x)[0])), *inputs)
    change = standardized_inputs(program)
    return None if change is None else change(program.sample).x


def test_columns_of_a_table_are_scaled_each_by_itself():
    x = standardized(30 * X + np.arange(5, dtype="float32"))
    np.testing.assert_allclose(x.mean(0), 0, atol=1e-5)
    np.testing.assert_allclose(x.std(0), 1, rtol=1e-4)
    assert x.dtype == np.float32


def test_pixels_are_scaled_together():
    pixels = RNG.integers(0, 256, size=(96, 4, 4, 1)).astype("uint8")
    pixels[:, 0] = 0
    x = standardized(pixels)
    assert (x.mean(), x.std()) == (pytest.approx(0, abs=1e-5), pytest.approx(1, rel=1e-4))
    assert np.ptp(x[:, 0]) == 0
    assert np.ptp(x[:, 1]) > 0


def test_a_column_that_is_constant_becomes_zero():
    x = standardized(np.column_stack([np.full(96, 7.0), X[:, 0]]).astype("float32"))
    assert not x[:, 0].any()


def test_numbers_that_are_none_do_not_count_and_stay():
    x = X.copy()
    x[3, 0], x[5, 1] = np.nan, np.inf
    scaled = standardized(x)
    assert np.isnan(scaled[3, 0])
    assert np.nanmean(scaled[:, 0]) == pytest.approx(0, abs=1e-5)


def test_numbers_of_tokens_and_texts_stay():
    tokens = np.arange(96).reshape(96, 1)
    assert standardized(tokens, Input(consumer="Embedding")) is None
    assert standardized(np.full((96, 1), "a"), Input(consumer="TextVectorization")) is None
    both = standardized({"a": tokens, "b": 30 * X}, Input(consumer="Embedding"), Input(consumer="Dense"))
    np.testing.assert_array_equal(both["a"], tokens)
    assert both["b"].std() == pytest.approx(1, rel=1e-3)


def test_inputs_that_do_not_match_their_facts_are_left_alone():
    assert standardized(X, Input(), Input()) is None


def targets_of(y, *tasks):
    program = program_of(X, y)
    outputs = tuple(OutputEvaluation(task=task) for task in tasks)
    change = standardized_targets(program, Probe(before=Evaluation(outputs=outputs)))
    return None if change is None else change(program.sample).y


def test_targets_are_scaled_column_by_column():
    y = targets_of(np.column_stack([1000 * Y + 5, np.full(96, 3.0)]), "regression")
    np.testing.assert_allclose(y.mean(0), 0, atol=1e-5)
    np.testing.assert_allclose(y.std(0), [1, 0], rtol=1e-4)


@pytest.mark.parametrize("tasks", [(), ("classes",), ("regression", "binary")])
def test_classes_are_no_targets_to_scale(tasks):
    assert targets_of(Y, *tasks) is None
