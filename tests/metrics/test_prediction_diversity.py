import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_stable.metrics import PredictionDiversity


def reference(ids, classes):
    shares = np.bincount(ids, minlength=classes) / len(ids)
    entropy = -sum(p * np.log(p) for p in shares if p > 0)
    return {
        "unique_classes": np.count_nonzero(shares),
        "effective_classes": np.exp(entropy),
        "top_class_share": shares.max(),
    }


@pytest.mark.parametrize("concentration", [0.01, 0.3, 100.0])
def test_result_equals_the_definition_over_several_batches(concentration):
    rng = np.random.default_rng(0)
    shares = rng.dirichlet(np.full(20, concentration))
    ids = rng.choice(20, size=997, p=shares)
    logits = rng.normal(size=(997, 20))
    logits[np.arange(997), ids] = 10
    metric = PredictionDiversity(20)
    for start in range(0, 997, 64):
        metric.update_state(None, logits[start : start + 64])
    expected = reference(ids, 20)
    assert {name: float(v) for name, v in metric.result().items()} == pytest.approx(expected, rel=1e-5)
    metric.reset_state()
    assert {float(v) for v in metric.result().values()} == {0.0}


@pytest.mark.parametrize(
    ("threshold", "values", "unique"), [(0.5, [0.4, 0.3], 1), (0.5, [0.4, 0.6], 2), (0.0, [-1, 0.3], 2)]
)
def test_one_unit_has_two_classes(threshold, values, unique):
    metric = PredictionDiversity(2, threshold=threshold)
    metric.update_state(None, np.array(values)[:, None])
    assert float(metric.result()["unique_classes"]) == unique


def test_every_position_of_a_sequence_counts():
    metric = PredictionDiversity(3)
    metric.update_state(None, np.eye(3)[[[0, 1], [2, 2]]])
    assert float(metric.result()["top_class_share"]) == 0.5


def test_in_fit_its_keys_stand_beside_accuracy_and_it_reloads(tmp_path):
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3)])
    model.compile("sgd", keras.losses.SparseCategoricalCrossentropy(from_logits=True), metrics=[PredictionDiversity(3)])
    x, y = np.random.default_rng(0).normal(size=(30, 4)), np.arange(30) % 3
    history = model.fit(x, y, validation_data=(x, y), verbose=0).history
    expected = reference(model.predict(x, verbose=0).argmax(-1), 3)
    for name, value in expected.items():
        assert history[f"val_{name}"][0] == pytest.approx(value, rel=1e-5)
        assert name in history
    model.save(tmp_path / "model.keras")
    evaluated = keras.models.load_model(tmp_path / "model.keras").evaluate(x, y, return_dict=True, verbose=0)
    assert evaluated["unique_classes"] == expected["unique_classes"]


@pytest.mark.parametrize("num_classes", [1, 0, "10", 2.0, True])
def test_a_bad_number_of_classes_is_refused(num_classes):
    with pytest.raises(ValueError, match=r"`num_classes` must be an int >= 2\. Received: num_classes="):
        PredictionDiversity(num_classes)


NEW = ("never_predicted_classes", "label_divergence", "distinct_in_10")


def numbers(metric):
    return {name: float(value) for name, value in metric.result().items()}


def test_beside_labels_there_are_three_numbers_more():
    metric = PredictionDiversity(4)
    logits = np.eye(4)[[0, 0, 0, 0, 1, 1]]
    metric.update_state(np.array([0, 1, 2, 2, 0, 1]), logits)
    p, q = np.array([4, 2, 0, 0]) / 6, np.array([2, 2, 2, 0]) / 6
    m = (p + q) / 2
    divergence = sum(a * np.log(a / b) for part in (p, q) for a, b in zip(part, m, strict=True) if a) / 2
    result = numbers(metric)
    assert [result[name] for name in NEW] == pytest.approx([1, divergence, (1 - (1 - p) ** 10).sum()], rel=1e-5)
    assert {name: result[name] for name in reference([0], 4)} == pytest.approx(reference([0, 0, 0, 0, 1, 1], 4))
    assert metric.never_predicted() == [2]
    metric.reset_state()
    assert set(numbers(metric).values()) == {0.0}


def test_names_of_classes():
    metric = PredictionDiversity(3, class_names=("cat", "dog", "owl"))
    metric.update_state(None, np.eye(3)[[1, 1]])
    assert metric.never_predicted() == ["cat", "owl"]
    assert PredictionDiversity.from_config(metric.get_config()).class_names == ["cat", "dog", "owl"]
    for names in (["cat"], "cat"):
        with pytest.raises(ValueError, match="`class_names` must be a sequence of 3 names, or None"):
            PredictionDiversity(3, class_names=names)


def test_several_labels_a_sample():
    metric = PredictionDiversity(3, threshold=0.0, multi_label=True)
    metric.update_state(np.array([[1, 1, 0], [0, 0, 1]]), np.array([[2.0, 1.0, -1.0], [0.5, -3.0, -0.1]]))
    result = numbers(metric)
    assert metric.counts.numpy().tolist() == [2, 1, 0]
    assert metric.label_counts.numpy().tolist() == [1, 1, 1]
    assert (result["unique_classes"], result["never_predicted_classes"]) == (2, 1)
    assert result["top_class_share"] == pytest.approx(2 / 3)


def test_sample_weights_masks_and_void_labels():
    metric = PredictionDiversity(3)
    y_pred = np.eye(3)[[[0, 1], [2, 2]]]
    metric.update_state(np.array([[0, 255], [1, 1]]), y_pred, np.array([1.0, 0.25]))
    assert metric.counts.numpy().tolist() == [1, 0, 0.5]
    assert metric.label_counts.numpy().tolist() == [1, 0.5, 0]
    metric.reset_state()
    masked = tf.constant(y_pred)
    masked._keras_mask = tf.constant([[True, False], [True, True]])
    metric.update_state(None, masked)
    assert metric.counts.numpy().tolist() == [1, 0, 2]
    metric.reset_state()
    metric.update_state(None, np.eye(3)[[0, 1]], np.array([0.01, 0.03]))
    assert numbers(metric)["top_class_share"] == pytest.approx(0.75)


def test_one_unit_with_labels():
    metric = PredictionDiversity(2)
    metric.update_state(np.array([0, 1, 1, 1]), np.array([[0.2], [0.4], [0.3], [0.1]]))
    assert metric.label_counts.numpy().tolist() == [1, 3]
    assert metric.never_predicted() == [1]
