"""The least loss that any answer has, against Keras's own losses and a search around it."""

import keras
import numpy as np
import pytest

from keras_stable.diagnosis.evidence.data.batch import Batch
from keras_stable.diagnosis.evidence.step.evaluation import evaluate
from keras_stable.diagnosis.evidence.step.ideal_answers import ideal_answer
from keras_stable.diagnosis.facts import Labels, Output

RNG = np.random.default_rng(0)
SOFT = RNG.uniform(0.05, 0.95, (60, 1))
ROWS = RNG.dirichlet(np.ones(4), 60)
IDS = RNG.integers(0, 4, 60)
REAL = RNG.normal(size=(60, 3))


def entropy(p):
    return -(p * np.log(p)).sum(-1)


def binary_entropy(p):
    return entropy(np.stack([p, 1 - p], -1)).mean()


def smoothed(rows, smoothing):
    return rows * (1 - smoothing) + smoothing / rows.shape[-1]


CASES = {
    "binary": (keras.losses.BinaryCrossentropy(), SOFT, {"loss": "binary_crossentropy"}, binary_entropy(SOFT)),
    "binary logits": (
        keras.losses.BinaryCrossentropy(from_logits=True),
        SOFT,
        {"loss": "binary_crossentropy", "from_logits": True},
        binary_entropy(SOFT),
    ),
    "binary, smoothed": (
        keras.losses.BinaryCrossentropy(label_smoothing=0.2),
        SOFT,
        {"loss": "binary_crossentropy", "label_smoothing": 0.2},
        binary_entropy(0.8 * SOFT + 0.1),
    ),
    "rows": (
        keras.losses.CategoricalCrossentropy(),
        ROWS,
        {"loss": "categorical_crossentropy"},
        entropy(ROWS).mean(),
    ),
    "rows, smoothed, logits": (
        keras.losses.CategoricalCrossentropy(from_logits=True, label_smoothing=0.1),
        ROWS,
        {"loss": "categorical_crossentropy", "from_logits": True, "label_smoothing": 0.1},
        -(smoothed(ROWS, 0.1) * np.log(smoothed(ROWS, 0.1))).sum(-1).mean(),
    ),
    "divergence": (keras.losses.KLDivergence(), ROWS, {"loss": "kl_divergence"}, 0.0),
    "squares": (keras.losses.MeanSquaredError(), REAL, {"loss": "mean_squared_error"}, 0.0),
    "cosine": (keras.losses.CosineSimilarity(), REAL, {"loss": "cosine_similarity"}, -1.0),
    "poisson": (
        keras.losses.Poisson(),
        np.abs(REAL) + 0.1,
        {"loss": "poisson"},
        (np.abs(REAL) + 0.1 - (np.abs(REAL) + 0.1) * np.log(np.abs(REAL) + 0.1)).mean(),
    ),
    "hinge": (keras.losses.Hinge(), np.sign(REAL), {"loss": "hinge"}, 0.0),
}


@pytest.mark.parametrize("name", CASES)
def test_no_answer_is_better(name):
    loss, labels, facts, floor = CASES[name]
    best = ideal_answer(labels, labels.shape, Output(**{"from_logits": False, **facts}))
    reached = float(loss(labels, best))
    assert reached == pytest.approx(floor, abs=2e-5)
    for size in (1e-2, 0.2):
        other = best + size * RNG.normal(size=best.shape)
        if not facts.get("from_logits") and "crossentropy" in facts["loss"]:
            other = np.clip(other, 1e-3, 1 - 1e-3)
        if facts["loss"] in ("poisson", "kl_divergence"):
            other = np.abs(other) + 1e-3
            other /= other.sum(-1, keepdims=True) if facts["loss"] == "kl_divergence" else 1.0
        assert float(loss(labels, other)) >= reached - 1e-6


def test_ids_and_what_is_not_known():
    sparse = Output(width=4, from_logits=False)
    assert ideal_answer(IDS, (60, 4), sparse).argmax(-1).tolist() == IDS.tolist()
    assert ideal_answer(SOFT, SOFT.shape, Output(loss="custom")) is None
    assert ideal_answer(SOFT, (60, 3), Output(loss="mean_squared_error")) is None
    assert ideal_answer(SOFT, SOFT.shape, Output(loss="binary_focal_crossentropy", weighted=True)) is None
    assert ideal_answer(SOFT * np.nan, SOFT.shape, Output(loss="mean_squared_error")) is None


def fitted(width, activation, loss, epochs, x, y, **fit):
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input((x.shape[1],)), keras.layers.Dense(width, activation)])
    model.compile(keras.optimizers.Adam(0.1), loss)
    model.fit(x, y, epochs=epochs, verbose=0, **fit)
    return model


def test_soft_labels_are_fitted_down_to_their_entropy_and_are_no_classes():
    x = RNG.normal(size=(200, 2)).astype("float32")
    y = 1 / (1 + np.exp(-(x @ [[0.8], [-0.5]])))
    model = fitted(1, "sigmoid", "binary_crossentropy", 40, x, y)
    output = Output(width=1, activation="sigmoid", loss="binary_crossentropy", from_logits=False, metrics=())
    labels = Labels(kind="real", class_counts=(), minimum=float(y.min()), maximum=float(y.max()), distinct=200)
    seen = evaluate(model, Batch(x, y), [output], [labels])
    assert np.abs(model.predict(x, verbose=0) - y).mean() < 0.02
    assert seen.floor == pytest.approx(binary_entropy(y), rel=1e-4)
    assert seen.loss - seen.floor < 0.05 * (seen.constant_loss - seen.floor)
    [one] = seen.outputs
    assert (one.task, one.recall, one.predicted_counts) == ("shares", (), ())
    assert one.r2 > 0.95
    assert np.isnan(one.accuracy)


def test_weights_of_samples_count_in_the_floor():
    x, weights = RNG.normal(size=(60, 2)).astype("float32"), RNG.uniform(0.1, 3.0, 60)
    model = fitted(4, "softmax", "categorical_crossentropy", 1, x, ROWS)
    output = Output(width=4, activation="softmax", loss="categorical_crossentropy", from_logits=False)
    labels = Labels(kind="distribution", class_counts=(), minimum=0, maximum=1)
    seen = evaluate(model, Batch(x, ROWS, weights), [output], [labels])
    assert seen.floor == pytest.approx((weights * entropy(ROWS)).mean(), rel=1e-4)
