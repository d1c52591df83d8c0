import keras
import numpy as np
import pytest

from keras_stable.diagnosis.evidence.data.batch import Batch
from keras_stable.diagnosis.evidence.program.metric_directions import Direction, directions, measured_directions
from keras_stable.diagnosis.facts import Output

RNG = np.random.default_rng(0)
X = RNG.normal(size=(120, 4)).astype("float32")
CLASSES = RNG.integers(0, 5, 120)
NUMBERS = RNG.normal(size=(120, 1)).astype("float32")
BINARY = (X[:, :1] > 0).astype("float32")


def psnr(y, answer):
    return -10 * keras.ops.log(keras.ops.mean(keras.ops.square(y - answer)) + 1e-6)


def mean_answer(y, answer):
    return answer


class Dice(keras.metrics.Metric):
    def __init__(self):
        super().__init__(name="dice")
        self.overlap = self.add_weight(name="overlap", initializer="zeros")
        self.size = self.add_weight(name="size", initializer="zeros")

    def update_state(self, y, answer, sample_weight=None):
        self.overlap.assign_add(2 * keras.ops.sum(y * answer))
        self.size.assign_add(keras.ops.sum(y) + keras.ops.sum(answer))

    def result(self):
        return self.overlap / (self.size + 1e-6)


def own_loss(y, answer):
    return keras.ops.mean(keras.ops.square(y - answer), -1)


def measured(metric, y, loss, width=1, activation="linear", **output):
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(width, activation=activation)])
    model.compile("sgd", loss, metrics=[metric])
    facts = [Output(loss=output.pop("name", loss), width=width, activation=activation, **output)]
    found = measured_directions(model, Batch(X, y), facts)
    [key] = found
    return found[key]


@pytest.mark.parametrize(
    ("metric", "better"),
    [
        ("accuracy", "max"),
        ("sparse_categorical_crossentropy", "min"),
    ],
)
def test_metrics_of_classes(metric, better):
    found = measured(metric, CLASSES, "sparse_categorical_crossentropy", 5, "softmax", from_logits=False)
    assert found.better == better
    assert found.measured


@pytest.mark.parametrize(
    ("metric", "better"),
    [
        (keras.metrics.AUC(), "max"),
        (keras.metrics.Precision(), "max"),
        (keras.metrics.Recall(), "max"),
        (keras.metrics.F1Score(threshold=0.5), "max"),
        (keras.metrics.BinaryIoU(), "max"),
        (keras.metrics.FalsePositives(), "min"),
        (Dice(), "max"),
        (mean_answer, ""),
    ],
)
def test_metrics_of_yes_and_no(metric, better):
    assert measured(metric, BINARY, "binary_crossentropy", 1, "sigmoid", from_logits=False).better == better


@pytest.mark.parametrize(
    ("metric", "better"),
    [("mae", "min"), ("mse", "min"), (keras.metrics.R2Score(), "max"), (psnr, "max"), (mean_answer, "")],
)
def test_metrics_of_numbers(metric, better):
    found = measured(metric, NUMBERS, "mse", name="mean_squared_error")
    assert found.better == better
    assert measured(metric, NUMBERS, own_loss, name="custom").better == better


def test_how_good_it_can_get():
    found = measured("accuracy", BINARY, "binary_crossentropy", 1, "sigmoid", from_logits=False)
    assert found.best == 1.0
    assert 0.3 < found.to_gain < 0.7


def test_the_model_stays_as_it_was():
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1, activation="sigmoid")])
    model.compile("sgd", "binary_crossentropy", metrics=["accuracy"])
    model.fit(X, BINARY, verbose=0)
    before = [np.array(variable) for metric in model.metrics for variable in metric.variables]
    measured_directions(model, Batch(X, BINARY), [Output(loss="binary_crossentropy", from_logits=False)])
    after = [np.array(variable) for metric in model.metrics for variable in metric.variables]
    assert all(np.array_equal(one, other) for one, other in zip(before, after, strict=True))


@pytest.mark.parametrize(
    ("key", "better"),
    [
        ("loss", "min"),
        ("val_loss", "min"),
        ("val_auc", "max"),
        ("first_auc", "max"),
        ("val_error", "min"),
        ("dice_loss", "min"),
        ("val_dice", "max"),
        ("val_psnr", "max"),
        ("learning_rate", ""),
        ("val_thing", ""),
    ],
)
def test_what_is_not_measured_is_told_by_what_it_is(key, better):
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1, activation="sigmoid")])
    model.compile("sgd", "binary_crossentropy", metrics=[keras.metrics.AUC(name="auc")])
    model.fit(X, BINARY, verbose=0)
    assert directions(model, [key], {})[key].better == better


def test_what_was_measured_counts_first():
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    down = Direction("min", True, 0.0, 1.0)
    assert directions(model, ["val_auc"], {"auc": down})["val_auc"] is down
