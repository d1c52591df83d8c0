import keras
import numpy as np
import pytest

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
