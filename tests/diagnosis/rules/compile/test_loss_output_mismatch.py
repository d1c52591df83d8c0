import math
from dataclasses import replace

import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_stable
from keras_stable.diagnosis.facts import Evaluation, Labels, Output, OutputEvaluation, Structure
from keras_stable.diagnosis.rules.compile.loss_output_mismatch import loss_output_mismatch

IDS = Labels()
AGES = Labels(minimum=18, maximum=90, distinct=73)
FEW_POINTS = Labels(maximum=9, distinct=10, samples=10)
IRIS = Labels(maximum=2, distinct=3, samples=150)
BINARY = Labels(kind="binary", maximum=1, distinct=2)
ONE_HOT = Labels(kind="one_hot", shape=(10,), maximum=1, dtype="float32")
PAIR = Labels(kind="one_hot", shape=(2,), maximum=1, distinct=2, dtype="float32")
MULTI_HOT = Labels(kind="multi_hot", shape=(10,), maximum=1, distinct=300, dtype="float32")
SIGNS = Labels(kind="real", minimum=-1, maximum=1, distinct=2, dtype="float32")
PRICES = Labels(kind="real", minimum=5.0, maximum=50.0, distinct=400, dtype="float32")
VECTORS = Labels(kind="real", shape=(10,), minimum=-3.0, maximum=50.0, distinct=400, dtype="float32")
PICTURES = Labels(kind="real", shape=(784,), minimum=0.0, maximum=1.0, distinct=1000, dtype="float32")

SPARSE, CATEGORICAL = "sparse_categorical_crossentropy", "categorical_crossentropy"
CROSS, SQUARE, ABSOLUTE = "binary_crossentropy", "mean_squared_error", "mean_absolute_error"


def output(loss, activation, width=10, from_logits=False, metrics=(), shape=None):
    crossing = "crossentropy" in loss
    return Output(
        shape=(width,) if shape is None else shape,
        width=width,
        activation=activation,
        loss=loss,
        from_logits=from_logits if crossing else None,
        metrics=metrics,
    )


@pytest.fixture
def judged(severity, learning):
    def run(output, labels, state="learning", **more):
        return severity(loss_output_mismatch, outputs=(output,), labels=(labels,), learning=learning(state), **more)

    return run


@pytest.mark.parametrize(
    ("given", "labels"),
    [
        (output(SPARSE, "softmax"), IDS),
        (output(SPARSE, "linear", from_logits=True), IDS),
        (output(SPARSE, "softmax", 2), BINARY),
        (output(SPARSE, "custom"), IDS),
        (output(CATEGORICAL, "softmax"), ONE_HOT),
        (output(CATEGORICAL, "exponential"), ONE_HOT),
        (output(CATEGORICAL, "linear", from_logits=True), ONE_HOT),
        (output(CATEGORICAL, "softmax"), replace(ONE_HOT, kind="distribution")),
        (output(CROSS, "sigmoid", 1), BINARY),
        (output(CROSS, "hard_sigmoid", 1), BINARY),
        (output(CROSS, "linear", 1, from_logits=True), BINARY),
        (output(CROSS, "sigmoid"), MULTI_HOT),
        (output(CROSS, "sigmoid", 784), PICTURES),
        (output(SQUARE, "sigmoid", 784), PICTURES),
        (output(SQUARE, "linear", 1), PRICES),
        (output(ABSOLUTE, "linear", 1, metrics=("mean_absolute_error",)), AGES),
        (output(SQUARE, "linear", 1, metrics=("binary_accuracy",)), AGES),
        (output(SQUARE, "linear", 1), FEW_POINTS),
        (output(SQUARE, "linear", 10), VECTORS),
        (output(SQUARE, "softmax", 10), replace(VECTORS, kind="distribution", minimum=0.0, maximum=0.6)),
        (output(SQUARE, "sigmoid"), MULTI_HOT),
        (output("hinge", "tanh", 1), SIGNS),
        (output("poisson", "exponential", 1), AGES),
        (output("kl_divergence", "softmax"), replace(ONE_HOT, kind="distribution")),
        (output("custom", "linear", 3), ONE_HOT),
        (output("", "sigmoid"), IDS),
    ],
)
@pytest.mark.parametrize("state", ["learning", "stuck", "unknown"])
def test_right_pairs(judged, given, labels, state):
    assert judged(given, labels, state) is None


@pytest.mark.parametrize(
    ("given", "labels", "healthy", "troubled"),
    [
        # softmax or a loss over classes, of one unit
        (output(CROSS, "softmax", 1), BINARY, "error", "error"),
        (output(SQUARE, "softmax", 1), PRICES, "error", "error"),
        (output(CATEGORICAL, "sigmoid", 1), BINARY, "error", "error"),
        (output(SPARSE, "sigmoid", 1), IRIS, "error", "error"),
        (output(CATEGORICAL, "linear", 1), PRICES, "error", "error"),
        # the label of a sample is of another size
        (output(SQUARE, "softmax"), IDS, "error", "error"),
        (output(SQUARE, "linear", 1), ONE_HOT, "error", "error"),
        (output(CROSS, "sigmoid", 2), BINARY, "error", "error"),
        (output(SQUARE, "linear", 1, shape=(20, 1)), PRICES, "error", "error"),
        # cross-entropy of numbers
        (output(CROSS, "sigmoid", 1), PRICES, "error", "error"),
        (output(CROSS, "linear", 1, from_logits=True), IRIS, "error", "error"),
        (output(CROSS, "sigmoid", 784), replace(PICTURES, maximum=255.0), "error", "error"),
        (output(SPARSE, "softmax"), PRICES, "error", "error"),
        (output(CATEGORICAL, "softmax"), VECTORS, "error", "error"),
        # no probabilities
        (output(CATEGORICAL, "linear"), ONE_HOT, "warning", "error"),
        (output(SPARSE, "linear"), IDS, "warning", "error"),
        (output(SPARSE, "relu"), IDS, "warning", "error"),
        (output(CROSS, "linear", 1), BINARY, "warning", "error"),
        (output(CROSS, "tanh", 1), BINARY, "warning", "error"),
        (output(CROSS, "tanh", 1), SIGNS, "warning", "error"),
        (output("kl_divergence", "relu"), replace(ONE_HOT, kind="distribution"), "warning", "error"),
        # probabilities, and from_logits
        (output(SPARSE, "softmax", from_logits=True), IDS, "warning", "warning"),
        (output(CROSS, "sigmoid", 1, from_logits=True), BINARY, "warning", "warning"),
        (output(CROSS, "relu", 1, from_logits=True), BINARY, "warning", "error"),
        (output(SPARSE, "tanh", from_logits=True), IDS, "warning", "error"),
        (output(SPARSE, "leaky_relu", from_logits=True), IDS, "advice", "warning"),
        # classes that exclude each other, and such that do not
        (output(CATEGORICAL, "sigmoid"), ONE_HOT, "warning", "warning"),
        (output(SPARSE, "sigmoid"), IDS, "warning", "warning"),
        (output(CATEGORICAL, "softmax"), MULTI_HOT, "warning", "warning"),
        (output(CROSS, "softmax"), MULTI_HOT, "warning", "warning"),
        (output(CROSS, "softmax"), ONE_HOT, "warning", "warning"),
        (output(CROSS, "softmax", 2), PAIR, "advice", "warning"),
        (output(CROSS, "sigmoid"), ONE_HOT, "advice", "warning"),
        # distances between classes
        (output(SQUARE, "softmax"), ONE_HOT, "warning", "warning"),
        (output(ABSOLUTE, "relu"), ONE_HOT, "warning", "warning"),
        (output(SQUARE, "softmax", 2), PAIR, "advice", "warning"),
        (output(SQUARE, "sigmoid", 1), BINARY, "advice", "warning"),
        (output(SQUARE, "linear", 1), BINARY, "advice", "warning"),
        (output(SQUARE, "sigmoid", metrics=("binary_accuracy",)), MULTI_HOT, "advice", "warning"),
        (output(SQUARE, "linear", 1, metrics=("binary_accuracy",)), IDS, "warning", "warning"),
        (output(SQUARE, "linear", 1), IDS, "advice", "warning"),
        (output(SQUARE, "sigmoid", 1), IRIS, "error", "error"),
        # the rest
        (output(SQUARE, "softmax"), VECTORS, "warning", "warning"),
        (output("hinge", "sigmoid", 1), SIGNS, "warning", "warning"),
        (output("poisson", "linear", 1), AGES, "advice", "warning"),
    ],
)
def test_wrong_pairs(judged, given, labels, healthy, troubled):
    assert judged(given, labels, "learning") == healthy
    assert judged(given, labels, "stuck") == troubled


def test_labels_of_minus_one_and_one_are_left_to_the_rule_about_labels(judged):
    assert judged(output(CROSS, "sigmoid", 1), SIGNS, "stuck") is None


def test_a_hidden_softmax_is_seen_in_the_answers(judged):
    shares = Evaluation(outputs=(OutputEvaluation(minimum=0.01, maximum=0.9, mean=0.1),))
    raw = Evaluation(outputs=(OutputEvaluation(minimum=0.01, maximum=0.9, mean=0.3),))
    assert judged(output(SPARSE, "linear"), IDS, "stuck", evaluation=shares) is None
    assert judged(output(SPARSE, "linear"), IDS, "stuck", evaluation=raw) == "error"


def test_a_hidden_sigmoid_is_believed_in_a_subclassed_model_only(judged):
    shares = Evaluation(outputs=(OutputEvaluation(minimum=0.01, maximum=0.9, mean=0.5),))
    subclassed, sequential = Structure("subclassed"), Structure("sequential")
    given = output(CROSS, "linear", 1)
    assert judged(given, BINARY, "stuck", evaluation=shares, structure=subclassed) is None
    assert judged(given, BINARY, "stuck", evaluation=shares, structure=sequential) == "error"


def test_a_softmax_along_the_time(judged):
    ids = Labels(shape=(20,), maximum=2, distinct=3)
    given = output(SPARSE, "softmax", 3, shape=(20, 3))
    along_time, along_classes = (Evaluation(outputs=(OutputEvaluation(mean=mean),)) for mean in (1 / 20, 1 / 3))
    assert judged(given, ids, evaluation=along_time) == "error"
    assert judged(given, ids, evaluation=along_classes) is None
    broken = Evaluation(outputs=(OutputEvaluation(mean=1 / 20, nonfinite=7),))
    assert judged(given, ids, evaluation=broken) is None


def test_weights_of_an_attention_may_have_one_unit(judged):
    given, labels = output(SQUARE, "softmax", 1, shape=(20, 1)), replace(PICTURES, shape=(20, 1))
    along_time, constant = (Evaluation(outputs=(OutputEvaluation(mean=mean),)) for mean in (1 / 20, 1.0))
    assert judged(given, labels, evaluation=constant) == "error"
    assert judged(given, replace(labels, kind="distribution"), evaluation=along_time) is None


def test_every_output_meets_its_own_labels_and_has_one_finding(learning):
    outputs = (
        replace(output(SPARSE, "softmax"), name="kind", layer="kind"),
        replace(output(CROSS, "softmax", 1, from_logits=True), name="flag", layer="flag"),
    )
    labels = (replace(BINARY, output="flag"), replace(IDS, output="kind"))
    findings = list(loss_output_mismatch.run({"outputs": outputs, "labels": labels, "learning": learning()}))
    assert [each.where for each in findings] == ["flag"]
    assert 'Dense(1, activation="sigmoid")' in findings[0].remedy


def test_unknown_labels_leave_what_the_output_shows(severity, learning):
    for given, expected in [(output(SPARSE, "linear"), "warning"), (output(SQUARE, "linear"), None)]:
        assert severity(loss_output_mismatch, outputs=(given,), learning=learning()) == expected


def test_unknown_figures_raise_nothing(judged):
    labels = Labels(kind="real", minimum=math.nan, maximum=math.nan, dtype="float32")
    assert judged(output(CROSS, "sigmoid", 1), labels, "stuck") is None


def test_what_certainly_breaks_training_is_surer_than_a_habit(found, learning):
    def confidence(given, labels):
        [(_, sure)] = found(loss_output_mismatch, outputs=(given,), labels=(labels,), learning=learning("stuck"))
        return sure

    assert confidence(output(SPARSE, "linear"), IDS) > 0.95 > 0.7 > confidence(output(SQUARE, "sigmoid", 1), BINARY)


@pytest.mark.parametrize(("activation", "found"), [("sigmoid", True), ("linear", False)])
def test_an_own_loss_counts_as_the_one_that_it_follows(activation, found):
    rng = np.random.default_rng(0)
    x = rng.normal(size=(256, 4)).astype("float32")
    y = (x[:, :1] > 0).astype("float32")
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(8, "relu"), keras.layers.Dense(1, activation)])
    model.compile("adam", lambda y, p: tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(y, p)))
    report = keras_stable.audit(model, x, y, epochs=20, probe_steps=60)
    assert bool(report.of("loss-output-mismatch")) is found
    assert report.facts["loss_checks"][0].follows == "binary_crossentropy"
