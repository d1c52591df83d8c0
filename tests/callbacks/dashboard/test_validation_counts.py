import keras
import numpy as np
import pytest

from keras_stable.callbacks.dashboard.validation_counts import (
    ConfusionCounts,
    ValidationCounts,
    WorstPictures,
    countable_classes,
    label_ids,
    picture_shape,
)


def test_the_matrix_is_that_of_numpy():
    rng = np.random.default_rng(0)
    y, answers = rng.integers(0, 4, size=200), rng.normal(size=(200, 4)).astype("float32")
    expected = np.zeros((4, 4))
    np.add.at(expected, (y, answers.argmax(-1)), 1)
    metric = ConfusionCounts(4)
    metric.update_state(y[:70], answers[:70])
    metric.update_state(np.eye(4)[y[70:]], answers[70:])
    np.testing.assert_array_equal(metric.result(), expected)
    metric.reset_state()
    assert not metric.result().numpy().any()
    assert ConfusionCounts.from_config(metric.get_config()).num_classes == 4


def test_labels_that_are_no_class_count_nowhere():
    metric = ConfusionCounts(2)
    metric.update_state([-1, 5, 1], [[0.0, 1.0], [1.0, 0.0], [0.0, 1.0]])
    np.testing.assert_array_equal(metric.result(), [[0, 0], [0, 1]])


def test_one_unit_and_pixels():
    metric = ConfusionCounts(2)
    metric.update_state([[1.0], [0.0], [1.0]], [[0.9], [0.8], [0.1]])
    np.testing.assert_array_equal(metric.result(), [[0, 1], [1, 1]])
    pixels = ConfusionCounts(2)
    pixels.update_state(np.ones((2, 3, 3)), np.stack([np.zeros((2, 3, 3)), np.ones((2, 3, 3))], -1))
    np.testing.assert_array_equal(pixels.result(), [[0, 0], [0, 18]])


def test_the_largest_losses_are_kept_over_batches():
    rng = np.random.default_rng(1)
    x, y = rng.normal(size=(50, 8, 8)).astype("float32"), rng.integers(0, 3, size=50)
    answers = rng.normal(size=(50, 3)).astype("float32")
    losses = np.log(np.exp(answers).sum(-1)) - answers[np.arange(50), y]
    worst = WorstPictures((8, 8), threshold=0.0)
    for start in range(0, 50, 9):
        part = slice(start, start + 9)
        worst.update(x[part], y[part], answers[part])
    pictures, figures = worst.result()
    order = np.argsort(-losses)[:12]
    np.testing.assert_allclose(figures[:, 0], losses[order], rtol=1e-5)
    np.testing.assert_array_equal(figures[:, 1:], np.stack([y, answers.argmax(-1)], 1)[order])
    np.testing.assert_array_equal(pictures, x[order])
    worst.reset()
    assert len(worst.result()[0]) == 0


def test_one_unit_has_a_loss_for_both_labels():
    worst = WorstPictures((8, 8), threshold=0.5)
    worst.update(np.zeros((2, 8, 8), "float32"), [1, 0], np.array([[0.25], [0.125]], "float32"))
    np.testing.assert_allclose(worst.result()[1], [[-np.log(0.25), 1, 0], [-np.log(0.875), 0, 0]], rtol=1e-5)


def test_only_the_validation_is_counted_and_the_model_is_left_as_it_was(shown):
    model, x, y = shown.model, shown.x, shown.y
    counts = ValidationCounts(model)
    counts.reset()
    before = model.evaluate(x, y, batch_size=20, verbose=0)
    expected = np.zeros((3, 3))
    np.add.at(expected, (y, model.predict(x, verbose=0).argmax(-1)), 1)
    np.testing.assert_array_equal(counts.confusion.result(), expected)
    counts.detach()
    counts.reset()
    assert model.evaluate(x, y, batch_size=20, verbose=0) == pytest.approx(before)
    assert not counts.confusion.result().numpy().any()
    assert not {"test_step", "compute_metrics"} & set(vars(model))


@pytest.mark.parametrize(
    ("units", "loss", "expected"),
    [
        (3, "sparse_categorical_crossentropy", 3),
        (3, keras.losses.CategoricalFocalCrossentropy(), 3),
        (1, "binary_crossentropy", 2),
        (3, "binary_crossentropy", None),
        (1, "mse", None),
    ],
    ids=["sparse", "focal", "binary", "multi-label", "regression"],
)
def test_classes_are_counted_where_they_exclude_each_other(units, loss, expected):
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(units)])
    model.compile("sgd", loss)
    assert countable_classes(model) == expected
    assert countable_classes(model, several=True) == (3 if (units, expected) == (3, None) else expected)


def test_several_outputs_are_not_counted():
    x = keras.Input((2,))
    model = keras.Model(x, [keras.layers.Dense(2)(x), keras.layers.Dense(3)(x)])
    model.compile("sgd", ["sparse_categorical_crossentropy"] * 2)
    assert countable_classes(model) is None


def test_what_looks_like_a_picture():
    assert picture_shape((None, 32, 32, 3)) == (32, 32, 3)
    assert picture_shape((None, 32, 48)) is None
    assert picture_shape((None, None, None, 3)) is None
    assert picture_shape([(None, 8, 8), (None, 8, 8)]) is None


def test_labels_are_ids_or_one_hot():
    answers = keras.ops.zeros((2, 3))
    for y in ([2, 0], [[2], [0]], [[0, 0, 1], [1, 0, 0]]):
        assert label_ids(y, answers).numpy().tolist() == [2, 0]
