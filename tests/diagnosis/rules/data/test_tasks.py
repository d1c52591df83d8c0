import pytest

from keras_stable.diagnosis.facts import Labels, Output, Plan
from keras_stable.diagnosis.rules.data._tasks import (
    classifies,
    counts,
    has_positions,
    only_first_seen,
    paired,
    same_shape,
)


def test_outputs_and_labels_meet_by_name_else_by_place():
    outputs = (Output(name="a"), Output(name="b"))
    named = paired(outputs, (Labels(output="b"), Labels(output="a")))
    placed = paired(outputs, (Labels(output="y_0"), Labels(output="y_1")))
    assert [(o.name, y.output) for o, y in named] == [("a", "a"), ("b", "b")]
    assert [(o.name, y.output) for o, y in placed] == [("a", "y_0"), ("b", "y_1")]
    assert not list(paired(outputs, (Labels(output="y_0"),)))


@pytest.mark.parametrize(
    ("loss", "kind", "expected"),
    [
        ("sparse_categorical_crossentropy", "class_ids", True),
        ("mean_squared_error", "class_ids", False),
        ("mean_squared_error", "one_hot", True),
        ("mean_squared_error", "binary", True),
        ("custom", "class_ids", True),
    ],
)
def test_what_counts_as_a_class(loss, kind, expected):
    assert classifies(Output(loss=loss), Labels(kind=kind)) is expected


def test_without_counts_there_are_no_classes():
    assert not classifies(Output(), Labels(kind="multi_hot", class_counts=()))


def test_counts_leave_empty_classes_out():
    assert counts(Labels(class_counts=((0, 7), (1, 0), (2, 3)))) == [3, 7]


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [((), (1,), True), ((5, 1), (5,), True), ((None,), (7,), True), ((10,), (), False), ((3,), (4,), False)],
)
def test_shapes_agree_up_to_ones_at_the_end(first, second, same):
    assert same_shape(first, second) is same


def test_names_that_only_partly_agree_are_not_taken_by_place():
    outputs = (Output(name="a"), Output(name="b"))
    # The second labels are those of "a" by name: "b" must not get them by place.
    pairs = list(paired(outputs, (Labels(output="x"), Labels(output="a"))))
    assert [(output.name, label.output) for output, label in pairs] == [("a", "a")]


@pytest.mark.parametrize(
    ("kind", "shape", "expected"),
    [
        ("class_ids", (), False),
        ("class_ids", (1,), False),
        ("class_ids", (12,), True),
        ("class_ids", (None,), True),
        ("one_hot", (12,), False),
        ("distribution", (12,), False),
        ("one_hot", (7, 12), True),
        ("one_hot", (1, 12), False),
    ],
)
def test_positions_are_what_is_left_beside_the_classes(kind, shape, expected):
    assert has_positions(Labels(kind=kind, shape=shape)) is expected


@pytest.mark.parametrize(
    ("complete", "kind", "expected"),
    [(False, "dataset", True), (False, "pydataset", True), (False, "arrays", False), (True, "dataset", False)],
)
def test_the_beginning_of_a_stream_may_be_unlike_the_rest(complete, kind, expected):
    assert only_first_seen(Labels(complete=complete), Plan(kind=kind)) is expected


def test_shapes_of_different_length_differ():
    assert not same_shape((2, 3), (2,))
    assert not same_shape((1, 3), (3,))
    assert same_shape((1, 1), ())
