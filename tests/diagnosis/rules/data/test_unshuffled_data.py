from dataclasses import replace

import keras
import numpy as np
import pytest

import keras_stable
from keras_stable.diagnosis.facts import Labels, Layer, Order, Output, Pipeline, Plan, Structure
from keras_stable.diagnosis.rule import Skip
from keras_stable.diagnosis.rules.data.unshuffled_data import unshuffled_data

DOMINANT = Labels(class_counts=((0, 990), (1, 10)), distinct=2)
PAIR = Labels(class_counts=((0, 500), (1, 500)), distinct=2)


@pytest.mark.parametrize(
    ("plan", "labels", "state", "expected"),
    [
        (Plan(shuffle=False, single_class_batches=0.9), Labels(), "stuck", ["warning"]),
        (Plan(shuffle=None, single_class_batches=0.9), Labels(), "unknown", ["warning"]),
        (Plan(shuffle=None, single_class_batches=0.9), Labels(), "learning", ["advice"]),
        (Plan(shuffle=True, single_class_batches=0.9), Labels(), "stuck", []),
        (Plan(shuffle=False, single_class_batches=0.1), Labels(), "stuck", []),
        (Plan(shuffle=False, single_class_batches=None), Labels(), "stuck", []),
        (Plan(shuffle=False, single_class_batches=0.75), DOMINANT, "stuck", []),
        (Plan(shuffle=False, single_class_batches=0.6, batch_size=2), PAIR, "stuck", []),
        (Plan(shuffle=False, single_class_batches=1.0, steps_per_epoch=1), Labels(), "stuck", []),
    ],
)
def test_batches(severities, plan, labels, state, expected):
    assert severities(unshuffled_data, state, plan=plan, labels=(labels,), outputs=(Output(),)) == expected


FEW = Order(seen=2.4, expected=9.7, concentration=0.55, deviations=200.0)
UNEVEN = Order(seen=8.5, expected=9.7, concentration=0.25, deviations=40.0)
SORTED = Order("output", "numbers", 30, 0.02, 0.97, 0.98, 200.0, trend=0.99)
STREAM = Plan(kind="dataset", shuffle=None, single_class_batches=0.0)


@pytest.mark.parametrize(
    ("order", "state", "expected"),
    [
        (FEW, "learning", ["warning"]),
        (UNEVEN, "stuck", ["warning"]),
        (UNEVEN, "learning", ["advice"]),
        (Order(seen=9.0, concentration=0.05, deviations=12.0), "stuck", []),
        (Order(seen=7.0, concentration=0.3, deviations=4.0), "stuck", []),
        (Order(), "stuck", []),
    ],
)
def test_few_classes_in_a_batch(severities, order, state, expected):
    evidence = {"labels": (Labels(),), "outputs": (Output(),), "pipeline": Pipeline("dataset", orders=(order,))}
    assert severities(unshuffled_data, state, plan=STREAM, **evidence) == expected
    assert severities(unshuffled_data, state, plan=Plan(shuffle=True), **evidence) == []
    evidence["outputs"] = (Output(loss="custom", metrics=()),)
    evidence["labels"] = (Labels(kind="real", class_counts=()),)
    assert severities(unshuffled_data, state, plan=STREAM, **evidence) == []


def test_a_stateful_layer_needs_the_order(severities):
    structure = Structure(layers=(Layer(kind="LSTM", config={"stateful": True}),))
    pipeline = Pipeline("dataset", orders=(FEW,))
    with pytest.raises(Skip, match="in their order"):
        severities(
            unshuffled_data,
            plan=STREAM,
            labels=(Labels(),),
            outputs=(Output(),),
            pipeline=pipeline,
            structure=structure,
        )


@pytest.mark.parametrize(
    ("order", "windows", "state", "expected"),
    [
        (SORTED, False, "stuck", ["warning"]),
        (SORTED, False, "learning", ["advice"]),
        (replace(SORTED, trend=-1.0), False, "learning", ["warning"]),
        (SORTED, True, "stuck", []),
        (Order("output", "numbers", 30, 0.5, 0.97, 0.5, 200.0, trend=0.3), False, "stuck", []),
    ],
)
def test_targets_that_are_sorted(severities, order, windows, state, expected):
    evidence = {
        "labels": (Labels(kind="real", class_counts=()),),
        "outputs": (Output(loss="mean_squared_error"),),
        "pipeline": Pipeline(orders=(order,), windows=windows),
    }
    assert severities(unshuffled_data, state, plan=Plan(shuffle=False), **evidence) == expected


@pytest.mark.parametrize("fixed", [False, True])
def test_a_model_on_rows_by_class_that_a_small_buffer_shuffles(fixed):
    import tensorflow as tf

    rng = np.random.default_rng(0)
    y = np.repeat(np.arange(6), 80)
    x = (rng.normal(size=(480, 12)) + 2 * np.eye(6)[y].repeat(2, axis=1)).astype("float32")
    dataset = tf.data.Dataset.from_tensor_slices((x, y)).shuffle(480 if fixed else 40, seed=1).batch(24)
    model = keras.Sequential([keras.Input((12,)), keras.layers.Dense(6, activation="softmax")])
    model.compile("adam", "sparse_categorical_crossentropy")
    report = keras_stable.audit(model, dataset, epochs=5, probe=False)
    assert [finding.rule for finding in report.at_least("warning")] == ([] if fixed else ["unshuffled-data"])
