import keras
import numpy as np
import pytest

from keras_stable.diagnosis.evidence.budget import Deadline
from keras_stable.diagnosis.evidence.data.batch import Batch
from keras_stable.diagnosis.evidence.program.half_trainings import halves, ids_of, out_of_fold, probabilities, suspects
from keras_stable.diagnosis.evidence.training.workbench import Workbench
from keras_stable.diagnosis.facts import Labels, Output
from keras_stable.diagnosis.rule import Skip

SPARSE = Output(loss="sparse_categorical_crossentropy", width=4, shape=(4,))
BINARY = Output(loss="binary_crossentropy", width=1, shape=(1,))
RNG = np.random.default_rng(0)
IDS = np.arange(200) % 4
X = (3.0 * np.eye(4)[IDS] + RNG.normal(size=(200, 4))).astype("float32")


def bench():
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(4, activation="softmax")])
    model.compile(keras.optimizers.Adam(0.05), "sparse_categorical_crossentropy")
    return Workbench(model)


@pytest.mark.parametrize(
    ("y", "output", "kind"),
    [
        (IDS, SPARSE, "class_ids"),
        (IDS[:, None], SPARSE, "class_ids"),
        (np.eye(4)[IDS], Output(loss="categorical_crossentropy", width=4, shape=(4,)), "one_hot"),
        (IDS % 2.0, BINARY, "binary"),
    ],
)
def test_the_class_of_each_row(y, output, kind):
    expected = IDS % 2 if kind == "binary" else IDS
    assert ids_of(Batch(X, y), output, Labels(kind=kind)).tolist() == expected.tolist()


@pytest.mark.parametrize(
    ("y", "output", "kind"),
    [
        (X[:, 0], Output(loss="mean_squared_error", width=1, shape=(1,)), "real"),
        (np.zeros((200, 3)), Output(loss="binary_crossentropy", width=3, shape=(3,)), "multi_hot"),
        (np.zeros((200, 8, 8)), Output(loss="sparse_categorical_crossentropy", width=4, shape=(8, 8, 4)), "class_ids"),
        (IDS + 1, SPARSE, "class_ids"),
        ([IDS, IDS], SPARSE, "class_ids"),
        (np.where(IDS == 1, np.nan, IDS), SPARSE, "class_ids"),
    ],
)
def test_rows_without_a_single_class(y, output, kind):
    with pytest.raises(Skip, match="class|numbers"):
        ids_of(Batch(X, y), output, Labels(kind=kind))


def test_halves_hold_as_many_of_each_class():
    half = halves(IDS)
    assert [int(half[k == IDS].sum()) for k in range(4)] == [25] * 4
    odd = halves(np.zeros(7, int))
    assert odd.sum() in (3, 4)


def test_a_row_is_judged_by_the_copy_that_never_saw_it():
    """A net that learns rows by heart knows nothing of labels that have nothing to do with the rows."""
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input((200,)), keras.layers.Dense(4, activation="softmax")])
    model.compile(keras.optimizers.Adam(0.1), "sparse_categorical_crossentropy")
    sample, random = Batch(np.eye(200, dtype="float32"), IDS), RNG.permutation(IDS)
    used = Workbench(model)
    before = model.get_weights()
    found = out_of_fold(used, Batch(sample.x, random), random, SPARSE, 20, 200, Deadline())
    assert np.mean(found.argmax(1) == random) < 0.4
    model.fit(sample.x, random, epochs=40, verbose=0)
    assert np.mean(model.predict(sample.x, verbose=0).argmax(1) == random) > 0.95
    used.restore()
    assert all(map(np.array_equal, before, model.get_weights()))


def test_flipped_labels_are_found():
    flipped = np.arange(200) % 23 == 0
    labels = np.where(flipped, (IDS + 2) % 4, IDS)
    found = out_of_fold(bench(), Batch(X, labels), labels, SPARSE, 20, 100, Deadline())
    seen = suspects(found, labels, np.arange(1000, 1200), "a")
    assert seen.accuracy > 0.8
    assert seen.samples == 200
    assert seen.majority_share == pytest.approx(np.bincount(labels).max() / 200)
    assert np.mean([flipped[row - 1000] for row in seen.rows]) > 0.7
    assert len(seen.rows) == seen.count >= 0.5 * flipped.sum()
    assert seen.labels == tuple(labels[row - 1000] for row in seen.rows)
    assert all(guess != label for guess, label in zip(seen.guesses, seen.labels, strict=True))


def test_labels_that_are_far_off():
    """Two rows that are surely of class 0 are labelled 3, the least likely of the rest; or 1, the most likely."""
    sure = [[0.97, 0.015, 0.01, 0.005]] * 10
    found = np.array([*sure, [0.01, 0.9, 0.05, 0.04], [0.01, 0.04, 0.9, 0.05], [0.01, 0.04, 0.05, 0.9]])
    labels = np.array([0] * 8 + [3] * 2 + [1, 2, 3])
    judged = suspects(found, labels, np.arange(13), "")
    assert (judged.count, judged.far) == (2, 2)
    # Of the rest, 0.005 of 0.03 is the unlikelier half; twice as much is allowed for.
    assert judged.far_if_sound == pytest.approx(2 * 2 * 0.005 / 0.03)
    labels[8:10] = 1
    judged = suspects(found, labels, np.arange(13), "")
    assert (judged.count, judged.far) == (2, 0)


def test_without_time_nothing_is_said():
    with pytest.raises(Skip, match="time"):
        out_of_fold(bench(), Batch(X, IDS), IDS, SPARSE, 20, 100, Deadline(0.0, lambda: 1.0))


def test_probabilities_of_logits():
    answer = np.array([[0.0, 2.0], [1.0, 1.0]])
    logits = Output(loss="sparse_categorical_crossentropy", from_logits=True, width=2)
    assert probabilities(answer, logits)[1].tolist() == [0.5, 0.5]
    assert probabilities(answer, logits).sum(1) == pytest.approx(1)
    one = probabilities(np.array([[0.0], [700.0]]), Output(loss="binary_crossentropy", from_logits=True, width=1))
    assert one.tolist() == [[0.5, 0.5], [0.0, 1.0]]


@pytest.mark.parametrize(
    ("sure", "size", "wrong", "told"),
    [(1, 3, 0.0, False), (3, 3, 0.0, False), (1, 10, 0.0, False), (3, 10, 0.0, False), (1, 10, 0.08, True)],
)
def test_of_two_classes_labels_that_are_hard_are_no_wrong_ones(sure, size, wrong, told):
    """Labels that are drawn by the right probabilities, and copies that are up to three times as sure."""
    rng = np.random.default_rng(0)
    logit = size * rng.normal(size=2000)
    ids = (rng.random(2000) < 1 / (1 + np.exp(-logit))).astype(int)
    ids = np.where(rng.random(2000) < wrong, 1 - ids, ids)
    probability = 1 / (1 + np.exp(-sure * logit))
    seen = suspects(np.stack([1 - probability, probability], axis=1), ids, np.arange(2000), "output")
    assert (seen.doubted > 1.5 * seen.doubted_if_sound) is told
