import keras
import numpy as np
import pytest

from keras_stable.diagnosis.evidence.program.watching import taken_for_better

C = keras.callbacks


@pytest.fixture(scope="module")
def metrics():
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1, activation="sigmoid")])
    model.compile("sgd", "binary_crossentropy", metrics=[keras.metrics.AUC(name="auc"), "mae"])
    model.fit(np.zeros((4, 2)), np.array([0, 1, 0, 1]), verbose=0)
    return model.metrics


@pytest.mark.parametrize(
    ("monitor", "mode", "expected"),
    [
        ("loss", "auto", "min"),
        ("val_loss", "auto", "min"),
        ("val_loss", "max", "max"),
        ("val_auc", "auto", "max"),
        ("val_auc", "min", "min"),
        ("mae", "auto", "min"),
        ("val_thing", "max", "max"),
        ("val_thing", "auto", ""),
    ],
)
@pytest.mark.parametrize(
    "make",
    [
        C.EarlyStopping,
        C.ReduceLROnPlateau,
        lambda monitor, mode: C.ModelCheckpoint("unwritten.keras", monitor, mode=mode, save_best_only=True),
    ],
)
def test_it_is_what_keras_does(monitor, mode, expected, make, metrics, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    callback = make(monitor, mode=mode)
    before = dict(vars(callback))
    takes, error = taken_for_better(callback, metrics)
    assert takes == expected
    assert ("automatically determine" in error) == (expected == "")
    assert vars(callback) == before
    assert list(tmp_path.iterdir()) == []
