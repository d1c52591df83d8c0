"""An output meets its labels and its answers, and whole numbers may be classes or amounts."""

import pytest

from keras_stable.diagnosis.facts import Evaluation, Labels, Learning, Output, OutputEvaluation, Structure
from keras_stable.diagnosis.rules.compile._case import Case, cases, is_whole, look_like_classes, size


def pairs(outputs, labels, answers=()):
    evaluation = Evaluation(outputs=tuple(OutputEvaluation(name=name) for name in answers))
    found = cases(
        [Output(name=name) for name in outputs], [Labels(output=name) for name in labels], Learning(), evaluation
    )
    return [
        (case.output.name, case.labels and case.labels.output, case.evaluation and case.evaluation.name)
        for case in found
    ]


def test_labels_and_answers_are_found_by_name_in_any_order():
    assert pairs("ab", "ba", "ba") == [("a", "a", "a"), ("b", "b", "b")]


def test_by_place_where_names_differ_and_there_are_as_many():
    assert pairs("ab", "xy", "pq") == [("a", "x", "p"), ("b", "y", "q")]


def test_where_there_are_fewer_nothing_is_guessed():
    assert pairs("ab", "x", "p") == [("a", None, None), ("b", None, None)]
    assert pairs("ab", "b") == [("a", None, None), ("b", "b", None)]


def test_an_output_without_a_loss_is_no_case():
    outputs = [Output(name="a", loss=""), Output(name="b")]
    assert [case.output.name for case in cases(outputs, [], Learning())] == ["b"]


@pytest.mark.parametrize(("kind", "expected"), [("subclassed", True), ("functional", False), (None, False)])
def test_only_a_subclassed_model_can_hide_an_activation(kind, expected):
    structure = None if kind is None else Structure(kind=kind)
    [case] = cases([Output()], [], Learning(), None, structure)
    assert case.subclassed is expected
    assert case.evaluation is None


def test_without_labels_their_kind_and_size_are_unknown():
    case = Case(Output(), None, Learning())
    assert (case.kind, case.label_size) == ("", None)
    known = Case(Output(), Labels(kind="real", shape=(3, 2)), Learning())
    assert (known.kind, known.label_size) == ("real", 6)


@pytest.mark.parametrize(
    ("metrics", "expected"),
    [(("accuracy",), True), (("mean_absolute_error", "binary_accuracy"), True), (("auc",), False), ((), False)],
)
def test_which_metrics_count_right_answers(metrics, expected):
    assert Case(Output(metrics=metrics), None, Learning()).measures_accuracy is expected


@pytest.mark.parametrize(("shape", "expected"), [((), 1), ((1,), 1), ((3, 2), 6), ((None,), None), ((0, 3), 0)])
def test_the_size_of_a_shape(shape, expected):
    assert size(shape) == expected


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, True),
        ({"kind": "real"}, False),
        ({"minimum": 1}, False),
        # Two values are "binary" elsewhere; from three on they may be classes.
        ({"distinct": 2, "maximum": 1}, False),
        ({"distinct": 3, "maximum": 2}, True),
        ({"distinct": 50, "maximum": 49}, True),
        ({"distinct": 51, "maximum": 50}, False),
        ({"samples": 50}, True),
        ({"samples": 49}, False),
        # Of the ids up to the largest, four in five must occur.
        ({"distinct": 8, "maximum": 9}, True),
        ({"distinct": 8, "maximum": 10}, False),
    ],
)
def test_ids_of_classes_are_few_dense_and_each_occurs_often(change, expected):
    labels = Labels(**{"maximum": 9, "distinct": 10, "samples": 1000, **change})
    assert look_like_classes(labels) is expected


def test_unknown_labels_look_like_nothing():
    assert look_like_classes(None) is False


@pytest.mark.parametrize(
    ("dtype", "expected"), [("int64", True), ("uint8", True), ("bool", True), ("float32", False), ("string", False)]
)
def test_what_is_stored_as_whole_numbers(dtype, expected):
    assert is_whole(Labels(dtype=dtype)) is expected
