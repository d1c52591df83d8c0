"""What a model makes of a sample, against NumPy in float64."""

import keras
import numpy as np
import pytest

from keras_stable.diagnosis.evidence.data.batch import Batch
from keras_stable.diagnosis.evidence.step.evaluation import data_loss, error_rate, evaluate
from keras_stable.diagnosis.facts import Labels, Output

N = 200
RNG = np.random.default_rng(0)
X = RNG.normal(size=(N, 5)).astype("float32")
IDS = RNG.choice(3, size=N, p=[0.5, 0.3, 0.2])
REAL = (X @ [1.0, -2.0, 0.5, 0.0, 0.0] + 3.0).astype("float32")


def model_of(width, activation, loss, **dense):
    keras.utils.set_random_seed(1)
    model = keras.Sequential([keras.Input((5,)), keras.layers.Dense(width, activation, **dense)])
    model.compile("sgd", loss)
    return model


def softmax(logits):
    shifted = np.exp(logits - logits.max(-1, keepdims=True))
    return shifted / shifted.sum(-1, keepdims=True)


@pytest.mark.parametrize("from_logits", [False, True])
def test_classes(from_logits):
    activation = None if from_logits else "softmax"
    model = model_of(3, activation, keras.losses.SparseCategoricalCrossentropy(from_logits=from_logits))
    output = Output(width=3, activation=activation or "linear", from_logits=from_logits)
    found = evaluate(model, Batch(X, IDS), [output], [Labels(kind="class_ids")])
    logits = X.astype("float64") @ model.layers[0].kernel.numpy() + model.layers[0].bias.numpy()
    shares = np.bincount(IDS) / N
    guessed = logits.argmax(-1)
    one = found.outputs[0]
    assert found.loss == pytest.approx(-np.log(softmax(logits)[np.arange(N), IDS]).mean(), rel=1e-5)
    assert found.constant_loss == pytest.approx(-(shares * np.log(shares)).sum(), rel=1e-5)
    assert one.task == "classes"
    assert one.accuracy == pytest.approx((guessed == IDS).mean())
    assert one.majority_share == pytest.approx(shares.max())
    assert dict(one.predicted_counts) == {k: int((guessed == k).sum()) for k in set(guessed.tolist())}
    assert dict(one.label_counts) == dict(enumerate(np.bincount(IDS).tolist()))
    assert dict(one.recall) == pytest.approx({k: (guessed[k == IDS] == k).mean() for k in range(3)})
    assert one.spread == pytest.approx(logits.std(0).max(), rel=1e-4)
    assert one.distinct_rows == N


def test_regression():
    model = model_of(1, None, "mse")
    output = Output(width=1, activation="linear", loss="mean_squared_error", from_logits=None, metrics=())
    found = evaluate(model, Batch(X, REAL), [output], [Labels(kind="real")])
    answer = (X.astype("float64") @ model.layers[0].kernel.numpy())[:, 0]
    assert found.loss == pytest.approx(((answer - REAL) ** 2).mean(), rel=1e-5)
    assert found.constant_loss == pytest.approx(REAL.astype("float64").var(), rel=1e-4)
    assert found.outputs[0].r2 == pytest.approx(1 - ((answer - REAL) ** 2).mean() / REAL.var(), rel=1e-4)
    assert np.isnan(found.outputs[0].accuracy)


@pytest.mark.parametrize("activation", ["sigmoid", None])
def test_binary(activation):
    labels = (IDS == 0).astype("int64")
    model = model_of(1, activation, keras.losses.BinaryCrossentropy(from_logits=activation is None))
    output = Output(
        width=1, activation=activation or "linear", loss="binary_crossentropy", from_logits=activation is None
    )
    found = evaluate(model, Batch(X, labels), [output], [Labels(kind="binary", minimum=0, maximum=1)])
    logits = (X.astype("float64") @ model.layers[0].kernel.numpy())[:, 0]
    share = labels.mean()
    assert found.outputs[0].task == "binary"
    assert found.outputs[0].accuracy == pytest.approx(((logits > 0) == labels).mean())
    assert found.constant_loss == pytest.approx(-(share * np.log(share) + (1 - share) * np.log(1 - share)), rel=1e-4)


def test_several_outputs_have_one_loss_and_one_constant_loss():
    keras.utils.set_random_seed(1)
    inputs = keras.Input((5,))
    heads = [
        keras.layers.Dense(3, "softmax", name="kind")(inputs),
        keras.layers.Dense(1, name="size")(inputs),
    ]
    model = keras.Model(inputs, heads)
    model.compile("sgd", ["sparse_categorical_crossentropy", "mse"])
    outputs = [
        Output(name="kind", width=3),
        Output(name="size", width=1, activation="linear", loss="mean_squared_error", metrics=()),
    ]
    labels = [Labels(output="kind"), Labels(output="size", kind="real")]
    found = evaluate(model, Batch(X, [IDS, REAL]), outputs, labels)
    shares = np.bincount(IDS) / N
    assert found.constant_loss == pytest.approx(-(shares * np.log(shares)).sum() + REAL.var(), rel=1e-4)
    assert [each.task for each in found.outputs] == ["classes", "regression"]


def test_penalties_are_told_apart_and_nothing_is_left_behind():
    keras.utils.set_random_seed(1)
    layers = [keras.layers.BatchNormalization(), keras.layers.Dropout(0.5)]
    model = keras.Sequential([keras.Input((5,)), *layers, keras.layers.Dense(3, "softmax", kernel_regularizer="l2")])
    model.compile("sgd", "sparse_categorical_crossentropy")
    before = [variable.numpy() for variable in model.variables]
    found = evaluate(model, Batch(X, IDS), [Output(width=3)], [Labels()])
    assert all(np.array_equal(a, b) for a, b in zip(before, [v.numpy() for v in model.variables], strict=True))
    assert found.penalty == pytest.approx(0.01 * np.sum(model.layers[-1].kernel.numpy().astype("float64") ** 2), 1e-5)
    assert found.loss + found.penalty == pytest.approx(model.evaluate(X, IDS, verbose=0), rel=1e-4)
    assert data_loss(model, Batch(X, IDS)) == pytest.approx(found.loss)
    assert found.training_loss != pytest.approx(found.loss, rel=1e-3)


def test_error_rate_is_that_of_the_answers():
    output, labels = Output(width=3), Labels()
    answers = np.eye(3)[(IDS + (np.arange(N) < 50)) % 3]
    assert error_rate(answers, Batch(X, IDS), [output], [labels]) == pytest.approx(0.25)
    real = Output(width=1, loss="mean_squared_error", metrics=())
    assert error_rate(REAL[:, None] * 0 + REAL.mean(), Batch(X, REAL), [real], [Labels(kind="real")]) == 1
