import pytest

from keras_stable.diagnosis.facts import Labels, Output
from keras_stable.diagnosis.rules.compile.metric_mismatch import metric_mismatch

IDS = Labels()
AGES = Labels(minimum=18, maximum=90, distinct=73)
BINARY = Labels(kind="binary", maximum=1, distinct=2)
SIGNS = Labels(kind="real", minimum=-1, maximum=1, distinct=2)
ONE_HOT = Labels(kind="one_hot", shape=(10,), maximum=1)
PAIR = Labels(kind="one_hot", shape=(2,), maximum=1)
MULTI_HOT = Labels(kind="multi_hot", shape=(10,), maximum=1)
PRICES = Labels(kind="real", minimum=5.0, maximum=50.0, dtype="float32")
PICTURES = Labels(kind="real", shape=(784,), minimum=0.0, maximum=1.0, dtype="float32")

SPARSE, CATEGORICAL = "sparse_categorical_crossentropy", "categorical_crossentropy"
CROSS, SQUARE = "binary_crossentropy", "mean_squared_error"


def output(metric, loss, width=10, from_logits=False):
    return Output(shape=(width,), width=width, loss=loss, from_logits=from_logits, metrics=(metric,))


@pytest.mark.parametrize(
    ("given", "labels", "expected"),
    [
        (output("binary_accuracy", SQUARE, 1), PRICES, "warning"),
        (output("accuracy", SQUARE, 1), PRICES, "warning"),
        (output("binary_accuracy", "mean_absolute_error", 1), AGES, "warning"),
        (output("mean_absolute_error", SQUARE, 1), PRICES, None),
        (output("binary_accuracy", SQUARE, 1), BINARY, None),
        (output("binary_accuracy", SQUARE, 1), IDS, None),
        (output("categorical_accuracy", SQUARE, 784), PICTURES, "advice"),
        (output("binary_accuracy", CROSS), ONE_HOT, "warning"),
        (output("binary_accuracy", CROSS, 2), PAIR, None),
        (output("binary_accuracy", CROSS), MULTI_HOT, None),
        (output("binary_accuracy", CROSS, 1), BINARY, None),
        (output("binary_accuracy", SPARSE), IDS, "warning"),
        (output("sparse_categorical_accuracy", SPARSE), IDS, None),
        (output("categorical_accuracy", SPARSE), IDS, "warning"),
        (output("categorical_accuracy", CATEGORICAL), ONE_HOT, None),
        (output("sparse_categorical_accuracy", CATEGORICAL), ONE_HOT, "warning"),
        (output("categorical_accuracy", CROSS, 1), BINARY, "warning"),
        (output("categorical_accuracy", CROSS), MULTI_HOT, "advice"),
        (output("binary_accuracy", CROSS, 1, from_logits=True), BINARY, "advice"),
        (output("binary_accuracy", "hinge", 1), SIGNS, "advice"),
        (output("mean_squared_error", SPARSE), IDS, None),
    ],
)
def test_metrics_of_the_task(severity, learning, given, labels, expected):
    for state in ("learning", "stuck"):
        assert severity(metric_mismatch, outputs=(given,), labels=(labels,), learning=learning(state)) == expected
