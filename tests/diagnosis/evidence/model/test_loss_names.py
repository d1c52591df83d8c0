"""What `compile` was given, by the names that the rules use."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_stable
from keras_stable.diagnosis.evidence.model.loss_names import LossFacts, losses, metrics, snake
from keras_stable.diagnosis.rule import Lost

ROWS = 4
ONE = np.zeros((ROWS, 3), "float32")


def own_loss(y, answer):
    return tf.reduce_mean(answer - y)


def own_metric(y, answer):
    return tf.reduce_mean(answer)


class OwnLoss(keras.losses.Loss):
    def call(self, y, answer):
        return answer - y


class OwnFocalLoss(OwnLoss):
    pass


def single(loss, **compiled):
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(3)])
    model.compile("sgd", loss, **compiled)
    return model


def of(loss, labels=ONE):
    model = single(loss)
    [facts] = losses(model, labels, model(np.zeros((ROWS, 2))))
    return facts


@pytest.mark.parametrize(
    ("loss", "name", "from_logits"),
    [
        ("mse", "mean_squared_error", None),
        ("categorical_crossentropy", "categorical_crossentropy", False),
        (keras.losses.CategoricalCrossentropy(from_logits=True), "categorical_crossentropy", True),
        (keras.losses.categorical_crossentropy, "categorical_crossentropy", False),
        (keras.losses.Huber(), "huber", None),
        (keras.losses.Dice(), "dice", None),
        (own_loss, "custom", None),
        (OwnLoss(), "custom", None),
    ],
)
def test_names_and_logits(loss, name, from_logits):
    facts = of(loss)
    assert (facts.loss, facts.from_logits) == (name, from_logits)
    assert (facts.loss_weight, facts.weighted, facts.label_smoothing, facts.ignore_class) == (1.0, False, 0.0, None)


def test_a_loss_that_fixes_arguments_tells_them():
    facts = of(keras.losses.CategoricalCrossentropy(from_logits=True, label_smoothing=0.1))
    assert facts.label_smoothing == pytest.approx(0.1)
    sparse = keras.losses.SparseCategoricalCrossentropy(ignore_class=255)
    assert of(sparse, np.zeros(ROWS, "int64")).ignore_class == 255


def test_the_packages_own_crossentropy_is_a_sparse_one():
    facts = of(keras_stable.losses.SparseCrossentropy(label_smoothing=0.25), np.zeros(ROWS, "int64"))
    assert (facts.loss, facts.from_logits) == ("sparse_categorical_crossentropy", True)
    assert (facts.label_smoothing, facts.weighted) == (0.25, False)
    assert of(keras_stable.losses.SparseCrossentropy(focal_gamma=2.0), np.zeros(ROWS, "int64")).weighted


@pytest.mark.parametrize("loss", [keras.losses.CategoricalFocalCrossentropy(), OwnFocalLoss()], ids=["keras", "own"])
def test_a_focal_loss_weighs_rows(loss):
    assert of(loss).weighted


def test_without_a_loss_there_is_nothing_to_tell():
    model = single(None)
    assert losses(model, None, model(np.zeros((ROWS, 2)))) == [LossFacts()]
    assert LossFacts().loss == ""


def two_headed(loss, by_name=True, **compiled):
    inputs = keras.Input((2,))
    a, b = keras.layers.Dense(3, name="a")(inputs), keras.layers.Dense(1, name="b")(inputs)
    model = keras.Model(inputs, {"a": a, "b": b} if by_name else [a, b])
    model.compile("sgd", loss, **compiled)
    return model, model(np.zeros((ROWS, 2)))


LABELS = {"a": ONE, "b": ONE[:, :1]}


@pytest.mark.parametrize("by_name", [True, False])
@pytest.mark.parametrize("loss", [{"a": "mse", "b": "mae"}, {"b": "mae", "a": "mse"}])
def test_losses_meet_their_outputs(loss, by_name):
    model, answer = two_headed(loss, by_name, loss_weights={"a": 0.5, "b": 2.0})
    labels = LABELS if by_name else list(LABELS.values())
    facts = [(one.loss, one.loss_weight) for one in losses(model, labels, answer)]
    assert facts == [("mean_squared_error", 0.5), ("mean_absolute_error", 2.0)]


def test_an_output_may_have_no_loss():
    model, answer = two_headed({"b": "mae"})
    assert [one.loss for one in losses(model, LABELS, answer)] == ["", "mean_absolute_error"]


def test_losses_that_do_not_fit_are_lost_evidence():
    model, answer = two_headed({"nothing": "mse"})
    with pytest.raises(Lost, match="the losses do not fit the outputs: "):
        losses(model, LABELS, answer)


def test_the_model_is_left_alone():
    model = single("mse")
    losses(model, ONE, model(np.zeros((ROWS, 2))))
    metrics(model, ONE, model(np.zeros((ROWS, 2))))
    before = {metric.name for metric in model.metrics}
    model.train_on_batch(np.zeros((ROWS, 2)), ONE)
    assert {metric.name for metric in model.metrics} == before


def metrics_of(*names, labels=ONE, **compiled):
    model = single("mse", metrics=list(names), **compiled)
    return metrics(model, labels, model(np.zeros((ROWS, 2))))


@pytest.mark.parametrize(
    ("metric", "name"),
    [
        ("mae", "mean_absolute_error"),
        ("accuracy", "categorical_accuracy"),
        (keras.metrics.AUC(), "auc"),
        (keras.metrics.TopKCategoricalAccuracy(2), "top_k_categorical_accuracy"),
        (keras.metrics.MeanMetricWrapper(keras.metrics.binary_accuracy), "binary_accuracy"),
        (own_metric, "custom"),
        (keras.metrics.MeanMetricWrapper(own_metric), "custom"),
    ],
)
def test_names_of_metrics(metric, name):
    assert metrics_of(metric) == [(name,)]


def test_weighted_metrics_come_after_the_others():
    assert metrics_of("mae", weighted_metrics=["mse"]) == [("mean_absolute_error", "mean_squared_error")]


def test_without_metrics_there_are_none_for_each_output():
    assert metrics_of() == [()]
    model, answer = two_headed({"a": "mse", "b": "mae"})
    assert metrics(model, LABELS, answer) == [(), ()]


def test_metrics_meet_their_outputs():
    model, answer = two_headed({"a": "mse", "b": "mae"}, metrics={"b": ["mse"], "a": ["mae"]})
    assert metrics(model, LABELS, answer) == [("mean_absolute_error",), ("mean_squared_error",)]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("MeanSquaredError", "mean_squared_error"),
        ("Huber", "huber"),
        ("CTC", "ctc"),
        ("LogCosh", "log_cosh"),
        ("TopKCategoricalAccuracy", "top_k_categorical_accuracy"),
        ("R2Score", "r2_score"),
    ],
)
def test_names_of_classes_in_snake_case(name, expected):
    assert snake(name) == expected
