"""What each cross-entropy asks of its output: how grave what it gets is, and what to change."""

from dataclasses import replace

import pytest

from keras_stable.diagnosis.facts import Labels, Learning, Output, OutputEvaluation
from keras_stable.diagnosis.rules.compile._case import Case
from keras_stable.diagnosis.rules.compile._probability_checks import (
    competing_units,
    constant_output,
    logits_expected,
    one_unit,
    other_axis,
    raw_output,
)

SPARSE, CATEGORICAL, CROSS = "sparse_categorical_crossentropy", "categorical_crossentropy", "binary_crossentropy"
IDS = Labels(maximum=9, distinct=10, samples=1000)
BINARY = Labels(kind="binary", maximum=1, distinct=2)
MULTI_HOT = Labels(kind="multi_hot", shape=(10,), maximum=1)
ONE_HOT = Labels(kind="one_hot", shape=(10,), maximum=1)


def case(loss, activation, width=10, labels=IDS, state="learning", from_logits=False, answer=None, subclassed=False):
    output = Output(shape=(width,), width=width, activation=activation, loss=loss, from_logits=from_logits)
    return Case(output, labels, Learning(state), answer, subclassed)


def mean_of(total, width, **more):
    return OutputEvaluation(**{"mean": total / width, "minimum": 0.0, "maximum": 1.0, **more})


def judged(found):
    return None if found is None else (found.severity, found.confidence)


def test_a_softmax_of_one_unit_is_always_1():
    found = constant_output(case(CROSS, "softmax", 1, BINARY))
    assert judged(found) == ("error", 0.99)
    assert 'end with `Dense(1, activation="sigmoid")`' in found.remedy
    assert constant_output(case(CROSS, "sigmoid", 1, BINARY)) is None
    assert constant_output(case(CROSS, "softmax", 2, BINARY)) is None


@pytest.mark.parametrize(
    ("total", "silent"), [(1.0, False), (1.019, False), (0.981, False), (1.021, True), (0.5, True)]
)
def test_a_softmax_of_one_unit_over_another_axis_is_none(total, silent):
    found = constant_output(case(CROSS, "softmax", 1, BINARY, answer=mean_of(total, 1)))
    assert (found is None) is silent


@pytest.mark.parametrize(("total", "fires"), [(3.0, True), (1.03, True), (0.97, True), (1.01, False), (1.0, False)])
def test_a_softmax_over_another_axis(total, fires):
    found = other_axis(case(SPARSE, "softmax", answer=mean_of(total, 10)))
    assert judged(found) == (("error", 0.97) if fires else None)
    if found:
        assert found.evidence["sum_of_shares"] == pytest.approx(total)
        assert found.threshold == 1.0


@pytest.mark.parametrize(
    "answer", [None, mean_of(3.0, 10, nonfinite=1), mean_of(float("nan"), 10)], ids=["none", "nonfinite", "nan"]
)
def test_without_answers_nobody_knows_the_axis(answer):
    assert other_axis(case(SPARSE, "softmax", answer=answer)) is None


def test_only_a_softmax_under_a_loss_of_probabilities_has_a_wrong_axis():
    assert other_axis(case(SPARSE, "linear", answer=mean_of(3.0, 10))) is None
    assert other_axis(case("mean_squared_error", "softmax", answer=mean_of(3.0, 10))) is None


@pytest.mark.parametrize(
    ("loss", "labels", "remedy"),
    [
        (SPARSE, IDS, '`Dense(10, activation="softmax")`'),
        (CATEGORICAL, Labels(kind="real"), "For numbers, end with `Dense(1)`"),
        (CATEGORICAL, BINARY, 'For two classes, end with `Dense(1, activation="sigmoid")`'),
        ("kl_divergence", None, "For two classes"),
    ],
)
def test_a_crossentropy_of_classes_over_one_unit(loss, labels, remedy):
    found = one_unit(case(loss, "sigmoid", 1, labels))
    assert judged(found) == ("error", 0.98)
    assert remedy in found.remedy
    assert one_unit(case(loss, "softmax", 2, labels)) is None
    assert one_unit(case(CROSS, "sigmoid", 1, labels)) is None


@pytest.mark.parametrize("activation", ["linear", "relu", "tanh", "gelu", "log_softmax", "log_sigmoid"])
@pytest.mark.parametrize(("state", "severity"), [("learning", "warning"), ("unknown", "warning"), ("stuck", "error")])
def test_raw_values_taken_for_probabilities(activation, state, severity):
    assert judged(raw_output(case(SPARSE, activation, state=state))) == (severity, 0.97)


@pytest.mark.parametrize("activation", ["softmax", "sigmoid", "sparsemax", "custom", "exponential"])
def test_what_is_or_may_be_a_probability(activation):
    assert raw_output(case(SPARSE, activation)) is None


def test_raw_values_that_are_expected_or_under_another_loss():
    assert raw_output(case(SPARSE, "linear", from_logits=True)) is None
    assert raw_output(case("mean_squared_error", "linear")) is None
    assert raw_output(case("custom", "linear")) is None


@pytest.mark.parametrize(
    ("answer", "silent"),
    [
        (mean_of(1.0, 10), True),
        (mean_of(1.005, 10), False),
        (mean_of(1.0, 10, minimum=-0.1), False),
        (mean_of(1.0, 10, maximum=1.1), False),
    ],
)
def test_answers_may_show_a_softmax_that_nobody_sees(answer, silent):
    assert (raw_output(case(SPARSE, "linear", answer=answer)) is None) is silent


@pytest.mark.parametrize("subclassed", [True, False])
def test_one_unit_from_0_to_1_may_be_a_sigmoid_where_code_can_hide_it(subclassed):
    answer = mean_of(0.4, 1)
    found = raw_output(case(CROSS, "linear", 1, BINARY, answer=answer, subclassed=subclassed))
    assert (found is None) is subclassed


@pytest.mark.parametrize(
    ("loss", "remedy"),
    [
        (CROSS, 'End with `Dense(10, activation="sigmoid")`; or with no activation and '
         "`loss=keras.losses.BinaryCrossentropy(from_logits=True)`."),
        (SPARSE, 'End with `Dense(10, activation="softmax")`; or with no activation and '
         "`loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True)`."),
        ("kl_divergence", 'End with `Dense(10, activation="softmax")`.'),
    ],
)  # fmt: skip
def test_what_to_end_with(loss, remedy):
    assert raw_output(case(loss, "linear")).remedy == remedy


@pytest.mark.parametrize(
    ("activation", "state", "expected"),
    [
        ("softmax", "learning", ("warning", 0.75)),
        ("softmax", "stuck", ("warning", 0.9)),
        ("sigmoid", "unknown", ("warning", 0.9)),
        ("relu", "learning", ("warning", 0.75)),
        ("relu", "stuck", ("error", 0.9)),
        ("elu", "learning", ("advice", 0.75)),
        ("elu", "stuck", ("warning", 0.9)),
        ("linear", "stuck", None),
        ("log_softmax", "stuck", None),
        ("custom", "stuck", None),
    ],
)
def test_logits_that_are_none(activation, state, expected):
    assert judged(logits_expected(case(SPARSE, activation, state=state, from_logits=True))) == expected
    assert logits_expected(case(SPARSE, activation, state=state, from_logits=False)) is None
    assert logits_expected(case(SPARSE, activation, state=state, from_logits=None)) is None


def test_what_counts_twice_and_what_cuts_is_told_apart():
    assert "counts twice" in logits_expected(case(SPARSE, "softmax", from_logits=True)).message
    assert "bends or cuts" in logits_expected(case(SPARSE, "tanh", from_logits=True)).message


@pytest.mark.parametrize(
    ("loss", "activation", "width", "labels", "state", "expected"),
    [
        (SPARSE, "softmax", 10, MULTI_HOT, "learning", ("warning", 0.75)),
        (CATEGORICAL, "softmax", 10, MULTI_HOT, "stuck", ("warning", 0.93)),
        (SPARSE, "sigmoid", 10, IDS, "learning", ("warning", 0.75)),
        (CATEGORICAL, "hard_sigmoid", 10, ONE_HOT, "stuck", ("warning", 0.93)),
        (CROSS, "softmax", 10, MULTI_HOT, "stuck", ("warning", 0.93)),
        (CROSS, "softmax", 10, ONE_HOT, "learning", ("warning", 0.75)),
        (CROSS, "softmax", 2, ONE_HOT, "learning", ("advice", 0.5)),
        (CROSS, "softmax", 2, ONE_HOT, "stuck", ("warning", 0.5)),
        (CROSS, "sigmoid", 10, ONE_HOT, "learning", ("advice", 0.5)),
        (CROSS, "sigmoid", 10, ONE_HOT, "stuck", ("warning", 0.5)),
        (CROSS, "sigmoid", 2, ONE_HOT, "stuck", None),
        (CROSS, "sigmoid", 10, MULTI_HOT, "stuck", None),
        (SPARSE, "softmax", 10, IDS, "stuck", None),
        (CROSS, "softmax", 1, BINARY, "stuck", None),
        ("mean_squared_error", "softmax", 10, MULTI_HOT, "stuck", None),
    ],
)
def test_units_that_compete_or_should(loss, activation, width, labels, state, expected):
    assert judged(competing_units(case(loss, activation, width, labels, state))) == expected


def test_over_logits_units_do_not_compete():
    assert competing_units(case(SPARSE, "softmax", 10, MULTI_HOT, from_logits=True)) is None


def test_units_and_their_remedy_are_told():
    found = competing_units(case(CROSS, "softmax", 7, MULTI_HOT))
    assert "any number of the 7 classes" in found.message
    assert found.remedy == 'End with `Dense(7, activation="sigmoid")`.'
    assert found.evidence == {"units": 7}
    named = case(CROSS, "softmax", 7, MULTI_HOT)
    assert competing_units(replace(named, output=replace(named.output, layer="", name="tags"))).where == "tags"
