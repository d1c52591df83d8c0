"""What each loss asks of its labels: what is said, how grave it is, and what to change."""

from dataclasses import replace

import pytest

from keras_stable.diagnosis.facts import Labels, Learning, Output
from keras_stable.diagnosis.rules.compile._case import Case
from keras_stable.diagnosis.rules.compile._label_checks import (
    distance_of_classes,
    other_size,
    real_targets,
    shares_for_numbers,
    sides_of_hinge,
)

SQUARE, CROSS = "mean_squared_error", "binary_crossentropy"
IDS = Labels(maximum=9, distinct=10, samples=1000)
BINARY = Labels(kind="binary", maximum=1, distinct=2)
REAL = Labels(kind="real", minimum=-3.0, maximum=50.0, distinct=400, dtype="float32")
ONE_HOT = Labels(kind="one_hot", shape=(10,), maximum=1, dtype="float32")


def case(loss, activation, width, labels, state="learning", metrics=(), shape=None):
    output = Output(
        shape=(width,) if shape is None else shape, width=width, activation=activation, loss=loss, metrics=metrics
    )
    return Case(output, labels, Learning(state))


def judged(found):
    return None if found is None else (found.severity, found.confidence)


@pytest.mark.parametrize(
    ("width", "labels", "remedy", "confidence"),
    [
        (10, IDS, '`loss="sparse_categorical_crossentropy"`', 0.98),
        (10, BINARY, 'End with `Dense(1, activation="sigmoid")`', 0.98),
        (10, REAL, "End with one value a sample: `Dense(1)`", 0.93),
        (1, replace(REAL, shape=(7,)), "Give the last layer 7 units", 0.93),
        # Ids up to 9 do not fit 9 units.
        (9, IDS, "End with one value a sample", 0.98),
    ],
)
def test_numbers_of_an_answer_and_of_a_label_differ(width, labels, remedy, confidence):
    found = other_size(case(SQUARE, "linear", width, labels))
    assert remedy in found.remedy
    assert judged(found) == ("error", confidence)
    label_size = 7 if labels.shape else 1
    assert found.evidence == {"numbers_in_a_label": label_size, "numbers_in_an_answer": width}


@pytest.mark.parametrize(
    ("loss", "width", "labels", "shape"),
    [
        (SQUARE, 1, REAL, None),
        (SQUARE, 7, replace(REAL, shape=(7,)), None),
        # Neither side is a single number: Keras itself refuses these shapes.
        (SQUARE, 3, replace(REAL, shape=(7,)), None),
        (SQUARE, 10, replace(REAL, shape=(None,)), None),
        (SQUARE, 10, REAL, (None, 10)),
        (SQUARE, 10, None, None),
        ("sparse_categorical_crossentropy", 10, IDS, None),
        ("custom", 10, IDS, None),
    ],
)
def test_sizes_that_agree_or_that_nobody_can_compare(loss, width, labels, shape):
    assert other_size(case(loss, "linear", width, labels, shape=shape)) is None


def test_answers_of_several_axes_are_counted_whole():
    found = other_size(case(SQUARE, "linear", 5, REAL, shape=(4, 5)))
    assert found.evidence["numbers_in_an_answer"] == 20


@pytest.mark.parametrize(
    ("loss", "labels", "words"),
    [
        (CROSS, REAL, "needs labels from 0 to 1, but these are -3 to 50"),
        (CROSS, replace(REAL, minimum=0.0, maximum=1.01), "0 to 1.01"),
        (CROSS, replace(REAL, minimum=-0.01, maximum=1.0), "-0.01 to 1"),
        ("sparse_categorical_crossentropy", REAL, "is for classes, but the labels are real numbers"),
        ("sparse_categorical_crossentropy", replace(REAL, minimum=0.0, maximum=1.0), "is for classes"),
        ("categorical_crossentropy", REAL, "is for classes"),
        ("kl_divergence", REAL, "is for classes"),
    ],
)
def test_a_crossentropy_of_numbers(loss, labels, words):
    found = real_targets(case(loss, "sigmoid", 1, labels))
    assert words in found.message
    assert judged(found) == ("error", 0.98)
    assert found.evidence == {"label_minimum": labels.minimum, "label_maximum": labels.maximum}


@pytest.mark.parametrize(
    ("loss", "labels"),
    [
        (CROSS, replace(REAL, minimum=0.0, maximum=1.0)),
        (CROSS, replace(REAL, minimum=-1e-7, maximum=1 + 1e-7)),
        # -1 and 1: the labels have to change, and another check says so.
        (CROSS, replace(REAL, minimum=-1.0, maximum=1.0, distinct=2)),
        ("categorical_crossentropy", replace(REAL, minimum=0.0, maximum=1.0)),
        ("sparse_categorical_crossentropy", IDS),
        ("sparse_categorical_crossentropy", replace(REAL, dtype="int32")),
        (SQUARE, REAL),
        (CROSS, None),
    ],
)
def test_a_crossentropy_of_what_may_be_shares(loss, labels):
    assert real_targets(case(loss, "sigmoid", 1, labels)) is None


@pytest.mark.parametrize(
    ("labels", "shape", "remedy"),
    [
        (replace(REAL, shape=(784,)), (784,), "such as `y / 255` for images"),
        (IDS, (1,), '`Dense(10, activation="softmax")`'),
        (REAL, (1,), "To predict numbers, end with `Dense(1)` without an activation"),
    ],
)
def test_what_a_binary_crossentropy_of_numbers_should_have_been(labels, shape, remedy):
    assert remedy in real_targets(case(CROSS, "sigmoid", shape[0], labels, shape=shape)).remedy


@pytest.mark.parametrize(
    ("activation", "width", "labels", "state", "metrics", "expected"),
    [
        ("softmax", 10, ONE_HOT, "learning", (), ("warning", 0.6)),
        ("softmax", 10, ONE_HOT, "stuck", (), ("warning", 0.9)),
        ("softmax", 10, ONE_HOT, "unknown", (), ("warning", 0.9)),
        ("softmax", 2, ONE_HOT, "learning", (), ("advice", 0.7)),
        ("softmax", 2, ONE_HOT, "slow", (), ("warning", 0.7)),
        ("sigmoid", 1, BINARY, "learning", (), ("advice", 0.4)),
        ("sigmoid", 1, BINARY, "stuck", (), ("warning", 0.4)),
        ("linear", 1, BINARY, "learning", (), ("advice", 0.65)),
        ("sigmoid", 10, replace(ONE_HOT, kind="multi_hot"), "learning", ("binary_accuracy",), ("advice", 0.5)),
        ("sigmoid", 10, replace(ONE_HOT, kind="multi_hot"), "stuck", (), None),
        ("sigmoid", 1, IDS, "learning", (), ("error", 0.97)),
        ("tanh", 1, IDS, "learning", (), ("error", 0.97)),
        ("linear", 1, IDS, "learning", ("accuracy",), ("warning", 0.85)),
        ("linear", 1, IDS, "learning", (), ("advice", 0.55)),
        ("linear", 1, IDS, "stuck", (), ("warning", 0.55)),
        ("linear", 10, IDS, "stuck", (), None),
        ("linear", 1, REAL, "stuck", ("accuracy",), None),
        ("linear", 1, None, "stuck", (), None),
    ],
)
def test_a_distance_between_classes(activation, width, labels, state, metrics, expected):
    assert judged(distance_of_classes(case(SQUARE, activation, width, labels, state, metrics))) == expected


def test_a_distance_between_classes_says_how_many_there_are():
    found = distance_of_classes(case(SQUARE, "linear", 1, IDS))
    assert "ids of 10 classes" in found.message
    assert '`Dense(10, activation="softmax")`' in found.remedy
    assert found.evidence == {"classes": 10, "units": 1}
    assert distance_of_classes(case(CROSS, "sigmoid", 1, BINARY)) is None


def test_a_squared_error_over_a_sigmoid_explains_nothing_else():
    assert distance_of_classes(case(SQUARE, "sigmoid", 1, BINARY)).explains == ()
    assert distance_of_classes(case(SQUARE, "linear", 1, BINARY)).explains is None


def test_a_softmax_for_numbers():
    found = shares_for_numbers(case(SQUARE, "softmax", 5, REAL))
    assert judged(found) == ("warning", 0.9)
    assert "5 outputs of the softmax sum to 1" in found.message
    assert shares_for_numbers(case(SQUARE, "sigmoid", 5, REAL)) is None
    assert shares_for_numbers(case(CROSS, "softmax", 5, REAL)) is None
    assert shares_for_numbers(case(SQUARE, "softmax", 5, ONE_HOT)) is None


@pytest.mark.parametrize("activation", ["sigmoid", "hard_sigmoid", "softmax", "relu", "relu6", "softplus"])
@pytest.mark.parametrize(("state", "confidence"), [("learning", 0.75), ("stuck", 0.9)])
def test_a_hinge_over_an_output_on_one_side(activation, state, confidence):
    assert judged(sides_of_hinge(case("hinge", activation, 1, BINARY, state))) == ("warning", confidence)


@pytest.mark.parametrize("activation", ["linear", "tanh", "leaky_relu", "elu", "selu"])
@pytest.mark.parametrize(("state", "severity"), [("learning", "advice"), ("stuck", "warning")])
def test_a_logarithm_of_what_goes_below_0(activation, state, severity):
    assert judged(sides_of_hinge(case("poisson", activation, 1, REAL, state))) == (severity, 0.8)


@pytest.mark.parametrize(
    ("loss", "activation"),
    [("hinge", "tanh"), ("squared_hinge", "linear"), ("poisson", "softplus"), (SQUARE, "relu")],
)
def test_outputs_on_the_sides_that_are_asked_for(loss, activation):
    assert sides_of_hinge(case(loss, activation, 1, BINARY, "stuck")) is None


def test_the_place_is_the_layer_or_else_the_output():
    named = case("hinge", "relu", 1, BINARY)
    for layer, where in (("dense_3", "dense_3"), ("", "price")):
        found = sides_of_hinge(replace(named, output=replace(named.output, name="price", layer=layer)))
        assert found.where == where
