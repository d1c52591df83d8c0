"""Callbacks whose classes are derived from Keras's."""

import keras
import numpy as np
import pytest

import keras_stable
from keras_stable.diagnosis.evidence.program.keras_parts import keras_part

C = keras.callbacks


class Telling(C.EarlyStopping):
    def on_epoch_end(self, epoch, logs=None):
        super().on_epoch_end(epoch, logs)
        print("told")


class ByName(C.ReduceLROnPlateau):
    def on_epoch_end(self, epoch, logs=None):
        C.ReduceLROnPlateau.on_epoch_end(self, epoch, logs)

    def on_predict_end(self, logs=None):
        print("none of the base's")


class Rare(C.EarlyStopping):
    def on_epoch_end(self, epoch, logs=None):
        if epoch > 10:
            self.model.stop_training = True


class Own(C.Callback):
    def on_epoch_end(self, epoch, logs=None):
        pass


@pytest.mark.parametrize(
    ("callback", "kind"),
    [
        (Telling("val_auc", patience=3), "EarlyStopping"),
        (ByName("val_loss"), "ReduceLROnPlateau"),
        (Rare("val_auc"), "Rare"),
        (Own(), "Own"),
        (C.LambdaCallback(), "LambdaCallback"),
        (C.CSVLogger("log.csv"), "CSVLogger"),
    ],
)
def test_what_is_of_keras(callback, kind):
    before = dict(vars(callback))
    part = keras_part(callback)
    assert type(part).__name__ == kind
    assert vars(part) == vars(callback) == before


def test_the_audit_judges_a_derived_class_and_names_it_in_its_edit(capsys):
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1, activation="sigmoid")])
    model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
    x, y = np.random.default_rng(0).normal(size=(64, 3)), np.arange(64) % 2
    wrong = Telling("accuracy", mode="min", patience=2)
    arguments = {"callbacks": [Telling("loss", patience=3), wrong], "epochs": 20, "probe": False, "select": ["KS705"]}
    [finding] = keras_stable.audit(model, x, y, **arguments).findings
    assert str(finding.edits[0]) == 'callback:Telling[1]: mode="max"'
    assert "told" not in capsys.readouterr().out
