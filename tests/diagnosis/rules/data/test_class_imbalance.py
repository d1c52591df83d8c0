from dataclasses import replace

import pytest

from keras_stable.diagnosis.facts import Evaluation, Labels, Output, OutputEvaluation, Plan, Probe
from keras_stable.diagnosis.rules.data.class_imbalance import class_imbalance

OUTPUT = Output(loss="binary_crossentropy", shape=(1,), width=1)
UNEVEN = Labels(kind="binary", class_counts=((0, 950), (1, 50)), distinct=2)
EVEN = Labels(kind="binary", class_counts=((0, 700), (1, 300)), distinct=2)
MISSED = Evaluation(outputs=(OutputEvaluation(task="binary", recall=((0, 1.0), (1, 0.0))),))
FOUND = Evaluation(outputs=(OutputEvaluation(task="binary", recall=((0, 0.9), (1, 0.8))),))


@pytest.mark.parametrize(
    ("labels", "plan", "state", "more", "expected"),
    [
        (EVEN, Plan(), "stuck", {}, []),
        (UNEVEN, Plan(), "stuck", {}, ["warning"]),
        (UNEVEN, Plan(), "learning", {"probe": Probe(after=MISSED)}, ["advice"]),
        (UNEVEN, Plan(class_weight=True), "stuck", {}, ["advice"]),
        (UNEVEN, Plan(trained=True), "learning", {"evaluation": MISSED}, ["warning"]),
        (UNEVEN, Plan(trained=True), "learning", {"evaluation": FOUND}, ["advice"]),
    ],
)
def test_it_counts_where_it_does_harm(severities, labels, plan, state, more, expected):
    found = severities(class_imbalance, state, labels=(labels,), outputs=(OUTPUT,), plan=plan, **more)
    assert found == expected


def test_words_are_uneven_by_nature(severities):
    words = replace(UNEVEN, kind="class_ids", class_counts=tuple((k, 1 + 10_000 // (k + 1)) for k in range(2000)))
    assert severities(class_imbalance, "stuck", labels=(words,), outputs=(Output(),), plan=Plan()) == ["advice"]


def test_whole_numbers_of_a_regression_are_no_classes(severities):
    output = Output(loss="mean_squared_error", width=1)
    labels = replace(UNEVEN, kind="class_ids")
    assert severities(class_imbalance, "stuck", labels=(labels,), outputs=(output,), plan=Plan()) == []


@pytest.mark.parametrize(
    ("plan", "labels", "words"),
    [
        (Plan(), UNEVEN, "class_weight="),
        (Plan(class_weight=True), UNEVEN, "Weights are given already"),
        (Plan(), replace(UNEVEN, shape=(8, 8, 1)), "sample_weight=np.take(weights, y)"),
    ],
)
def test_the_remedy_is_one_that_fit_takes_and_that_is_not_there_yet(learning, plan, labels, words):
    evidence = {"labels": (labels,), "outputs": (OUTPUT,), "plan": plan, "learning": learning("stuck")}
    [hit] = class_imbalance.run(evidence)
    assert words in (hit.remedy or class_imbalance.remedy)
