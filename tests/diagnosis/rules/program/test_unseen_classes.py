import keras
import numpy as np
import pytest

import keras_stable
from keras_stable.diagnosis.facts import ClassContrast, Contrast, Labels, Output, Transfer
from keras_stable.diagnosis.rule import Skip
from keras_stable.diagnosis.rules.program.unseen_classes import unseen_classes

UNSEEN = ClassContrast(unseen=((8, 60), (9, 40)), chance=1e-60)


@pytest.mark.parametrize(
    ("classes", "expected"),
    [
        (UNSEEN, "warning"),
        (ClassContrast(), None),
        (ClassContrast(unseen=((8, 1), (9, 1)), chance=0.02), None),
        (ClassContrast(unseen=((8, 6),), validation_samples=1000, chance=1e-6), None),
        (ClassContrast(classes=1, unseen=((1, 100),), chance=1e-60), None),  # what is unlike the only class
        (ClassContrast(classes=1, unseen=((1, 100),), chance=1e-60, ordered=True), "warning"),
    ],
)
def test_classes(severity, classes, expected):
    evidence = {"contrast": Contrast(classes=(classes,)), "labels": (Labels(),), "outputs": (Output(),)}
    assert severity(unseen_classes, **evidence) == expected
    evidence["outputs"] = (Output(loss="mean_squared_error"),)
    assert severity(unseen_classes, **evidence) is None


@pytest.mark.parametrize(
    ("transfer", "expected"),
    [
        (Transfer(0.95, 0.05, 0.11, 0.02, 0.93, ((0, 3), (3, 0))), "warning"),
        (Transfer(0.95, 0.05, 0.11, 0.02, 0.4, ((0, 3), (3, 0))), None),
        (Transfer(0.5, 0.15, 0.11, 0.1, 0.48, ((0, 3), (3, 0))), None),
        (Transfer(0.95, 0.93, 0.11, 0.02, 0.93), None),
    ],
)
def test_classes_with_other_numbers(severity, transfer, expected):
    evidence = {"contrast": Contrast(transfer=transfer), "labels": (Labels(),), "outputs": (Output(),)}
    assert severity(unseen_classes, **evidence) == expected


def test_the_cause_is_named():
    evidence = {"labels": (Labels(),), "outputs": (Output(),)}
    last = ClassContrast(unseen=((9, 100),), chance=0.0, ordered=True)
    [finding] = unseen_classes.run({"contrast": Contrast(classes=(last,), split=True), **evidence})
    assert finding.message.endswith("`validation_split` took the last rows, which are sorted.")
    moved = ClassContrast(unseen=((10, 20),), chance=0.0, moved=1)
    [finding] = unseen_classes.run({"contrast": Contrast(classes=(moved,)), **evidence})
    assert "`y_val - 1`" in finding.remedy
    with pytest.raises(Skip):
        list(unseen_classes.run({"contrast": Contrast(classes=()), **evidence}))


@pytest.mark.parametrize("program", ["sorted", "last", "renamed", "fixed"])
def test_a_model_whose_validation_has_other_classes(program):
    rng = np.random.default_rng(0)
    y = rng.integers(0, 5, 500)
    if program == "sorted":
        y = np.arange(500) // 100
    if program == "last":
        y = np.sort(np.where(rng.random(500) < 0.3, 4, y))
    x = (rng.normal(size=(500, 10)) + 3 * np.eye(5)[y].repeat(2, axis=1)).astype("float32")
    if program == "renamed":
        y[400:] = np.array([3, 0, 4, 1, 2])[y[400:]]
    model = keras.Sequential([keras.Input((10,)), keras.layers.Dense(5, activation="softmax")])
    model.compile("adam", "sparse_categorical_crossentropy")
    report = keras_stable.audit(model, x, y, validation_split=0.2, probe=False)
    said = [finding.rule for finding in report.at_least("warning")]
    assert said == ([] if program == "fixed" else ["unseen-classes"])


def test_names_that_the_trained_model_tells_where_a_simple_predictor_cannot():
    weak = Transfer(kept_back=0.2, validation=0.1, chance=0.1, renamed=0.15)
    answered = Transfer(kept_back=0.98, validation=0.3, chance=0.1, renamed=0.9, names=((1, 10), (10, 1)))
    contrast = Contrast(transfer=weak, classes=(ClassContrast(),))
    evidence = {"contrast": contrast, "labels": (Labels(),), "outputs": (Output(),)}
    assert list(unseen_classes.run(evidence)) == []
    [found] = unseen_classes.run(evidence | {"answered": answered})
    assert "the trained model is right in 30%" in found.message
