import math

import pytest

from keras_stable.diagnosis.facts import Labels, Output
from keras_stable.diagnosis.rules.data.labels_out_of_range import labels_out_of_range

SPARSE, ONE_HOT, BINARY = "sparse_categorical_crossentropy", "categorical_crossentropy", "binary_crossentropy"


def output(loss, *shape, **more):
    return Output(loss=loss, shape=shape, width=shape[-1], **more)


def ids(low, high, shape=(), **more):
    count = tuple((k, 50) for k in range(low, high + 1))
    return Labels(shape=shape, minimum=low, maximum=high, class_counts=count, distinct=len(count), **more)


def rows(width, kind="one_hot"):
    return Labels(shape=(width,), kind=kind, minimum=0.0, maximum=1.0, distinct=width)


def real(low, high, shape=(), distinct=900, dtype="float32"):
    return Labels(shape=shape, kind="real", dtype=dtype, minimum=low, maximum=high, class_counts=(), distinct=distinct)


SICK = {
    "numbered from one": (output(SPARSE, 10), ids(1, 10)),
    "more classes than units": (output(SPARSE, 5), ids(0, 9)),
    "a binary pair for one softmax unit of a sparse loss": (output(SPARSE, 1), ids(0, 1)),
    "minus one": (output(SPARSE, 10), real(-1.0, 9.0, distinct=11, dtype="int64")),
    "scaled ids": (output(SPARSE, 10), real(0.0, 0.0353, distinct=10)),
    "one-hot for a sparse loss": (output(SPARSE, 10), rows(10)),
    "ids for a categorical loss": (output(ONE_HOT, 10), ids(0, 9)),
    "one-hot of another width": (output(ONE_HOT, 5), rows(10)),
    "signs for a binary loss": (output(BINARY, 1), real(-1.0, 1.0, distinct=2)),
    "ids for a binary loss": (output(BINARY, 1), ids(0, 9)),
    "one and two for a binary loss": (output(BINARY, 1), ids(1, 2)),
    "ids against ten sigmoids": (output(BINARY, 10), ids(0, 9)),
    "ids against ten units and a squared error": (output("mean_squared_error", 10), ids(0, 9)),
    "a number against a sequence": (output("mean_absolute_error", 24, 1), real(-1.0, 1.0)),
    "pixels up to 255": (output(BINARY, 8, 8, 1), real(0.0, 255.0, (8, 8, 1))),
    "negative counts": (output("poisson", 1), real(-2.0, 7.0)),
    "large signs for a hinge": (output("hinge", 1), real(-3.0, 3.0)),
}

HEALTHY = {
    "ids": (output(SPARSE, 10), ids(0, 9)),
    "ids as a column": (output(SPARSE, 10), ids(0, 9, (1,))),
    "fewer classes than units": (output(SPARSE, 200), ids(0, 9)),
    "an ignored class": (output(SPARSE, 32, 32, 3, ignore_class=255), ids(0, 2, (32, 32))),
    "an ignored negative": (output(SPARSE, 10, ignore_class=-1), real(-1.0, 9.0, distinct=11, dtype="int64")),
    "words with gaps": (output(SPARSE, None, 5000), real(0.0, 4990.0, (None,), distinct=700)),
    "one-hot": (output(ONE_HOT, 10), rows(10)),
    "shares": (output(ONE_HOT, 10), rows(10, "distribution")),
    "binary": (output(BINARY, 1), ids(0, 1, kind="binary")),
    "many labels": (output(BINARY, 5), rows(5, "multi_hot")),
    "grey pixels": (output(BINARY, 8, 8, 1), real(0.0, 1.0, (8, 8))),
    "signs for a hinge": (output("hinge", 1), real(-1.0, 1.0, distinct=2)),
    "a regression": (output("mean_squared_error", 1), real(-300.0, 900.0)),
    "several targets": (output("huber", 3), real(-3.0, 9.0, (3,))),
    "a loss of one's own": (output("custom", 64), ids(0, 9)),
    "not measured": (output(BINARY, 1), real(math.nan, math.nan)),
}


@pytest.mark.parametrize("name", SICK)
def test_what_does_not_fit_is_an_error(severities, name):
    given, labels = SICK[name]
    assert severities(labels_out_of_range, outputs=(given,), labels=(labels,)) == ["error"]


@pytest.mark.parametrize("name", HEALTHY)
def test_what_fits_is_fine(severities, name):
    given, labels = HEALTHY[name]
    assert severities(labels_out_of_range, outputs=(given,), labels=(labels,)) == []


def test_the_remedy_names_the_width_that_is_needed():
    given, labels = SICK["more classes than units"]
    (found,) = labels_out_of_range.run({"outputs": (given,), "labels": (labels,)})
    assert "10 units" in found.remedy


GREY = {"kind": "real", "shape": (8, 8, 1), "minimum": 0.0, "maximum": 255.0, "mean": 63.75, "std": 110.4}
TWO = ((0, 900), (255, 300))


@pytest.mark.parametrize(
    ("loss", "width", "words"),
    [
        ("binary_crossentropy", 1, "`y = (y > 127).astype('float32')`"),
        ("dice", 1, "`y = (y > 127).astype('float32')`"),
        ("custom", 1, "`y = (y > 127).astype('float32')`"),
        ("sparse_categorical_crossentropy", 2, "`y = (y > 127).astype('int32')`"),
        ("sparse_categorical_crossentropy", 3, "`ignore_class=255`"),
    ],
)
def test_masks_of_grey_values(loss, width, words):
    activation = "sigmoid" if width == 1 else "softmax"
    mask = Output(loss=loss, shape=(8, 8, width), width=width, activation=activation)
    (found,) = labels_out_of_range.run({"outputs": (mask,), "labels": (Labels(class_counts=TWO, **GREY),)})
    assert words in found.remedy


def test_grey_pixels_are_divided():
    pixels = Labels(class_counts=(), **{**GREY, "std": 60.0})
    output = Output(loss="binary_crossentropy", shape=(8, 8, 1), width=1)
    (found,) = labels_out_of_range.run({"outputs": (output,), "labels": (pixels,)})
    assert "`y = y / 255`" in found.remedy


def test_an_own_loss_may_take_other_labels(severities):
    mask = Output(loss="custom", shape=(8, 8, 1), width=1, activation="linear")
    assert severities(labels_out_of_range, outputs=(mask,), labels=(Labels(class_counts=TWO, **GREY),)) == []
    numbers = Labels(kind="real", class_counts=(), shape=(8, 8, 1), maximum=7.5, whole=False)
    shares = Output(loss="custom", shape=(8, 8, 1), width=1, activation="sigmoid")
    assert severities(labels_out_of_range, outputs=(shares,), labels=(numbers,)) == []


def test_classes_on_another_axis():
    output = Output(loss="categorical_crossentropy", shape=(16, 24, 3), width=3)
    labels = Labels(kind="multi_hot", shape=(3, 16, 24), minimum=0.0, maximum=1.0, class_counts=())
    (found,) = labels_out_of_range.run({"outputs": (output,), "labels": (labels,)})
    assert "`y = np.moveaxis(y, 1, -1)`" in found.remedy
