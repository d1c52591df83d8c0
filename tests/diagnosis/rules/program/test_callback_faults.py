import math
from dataclasses import replace

import pytest

from keras_stable.diagnosis.facts import Callback, Callbacks
from keras_stable.diagnosis.rules.program import _callback_faults as faults

FIT = Callbacks(epochs=50, steps=1600, learning_rate=1e-3)
STOP = Callback(patience=5)
PLATEAU = Callback("ReduceLROnPlateau", patience=5)
SAVE = Callback("ModelCheckpoint", saves_best=True)
MEASURED = replace(STOP, monitor="val_auc", takes="max", better="max", measured=True, best_possible=1.0, to_gain=0.5)


@pytest.mark.parametrize("check", [faults.missing, faults.refused, faults.beyond_reach, faults.undone, faults.idle])
@pytest.mark.parametrize(
    "callback",
    [STOP, PLATEAU, SAVE, replace(MEASURED, min_delta=1e-3, baseline=0.9), Callback("CSVLogger", monitor="")],
)
def test_a_callback_in_order_has_no_fault(check, callback):
    assert check(callback, FIT) is None


@pytest.mark.parametrize(
    ("callback", "words", "remedy"),
    [
        (replace(STOP, available=False, monitor="val_acc", similar="val_accuracy"), "never stops", "val_accuracy"),
        (replace(PLATEAU, available=False), "never lowers the rate", "loss"),
        (replace(SAVE, available=False), "does not keep the best", "loss"),
        (replace(SAVE, available=False, save_freq=100), "does not keep the best", 'save_freq="epoch"'),
        (replace(STOP, available=False, written_later=True), "never stops", "behind the callback"),
    ],
)
def test_a_key_that_is_not_there(callback, words, remedy):
    hit = faults.missing(callback, FIT)
    assert words in hit.message
    assert remedy in hit.remedy
    assert hit.severity == "warning"
    assert hit.where == "callbacks[0]"


def test_without_validation_data_the_remedy_is_to_give_some():
    hit = faults.missing(replace(STOP, available=False), replace(FIT, keys=("loss",)))
    assert "validation_data" in hit.remedy
    failing = faults.missing(replace(STOP, available=False, error="ValueError: no"), FIT)
    assert failing.severity == "error"
    assert "fail" in failing.message


@pytest.mark.parametrize(
    ("callback", "remedy"),
    [
        (replace(STOP, monitor="val_f1", takes="", better="max", error="ValueError: no"), 'mode="max"'),
        (replace(PLATEAU, error="TypeError: a `LearningRateSchedule` object as its `learning_rate`"), "number"),
        (Callback("LearningRateScheduler", monitor="", error="ValueError: should be a float"), "return a float"),
    ],
)
def test_what_keras_refuses(callback, remedy):
    hit = faults.refused(callback, FIT)
    assert hit.severity == "error"
    assert remedy in hit.remedy
    assert callback.error in hit.message


@pytest.mark.parametrize(
    ("callback", "words"),
    [
        (replace(STOP, start_from_epoch=50), "it does nothing"),
        (replace(SAVE, save_freq=1601), "no file is ever written"),
        (replace(MEASURED, baseline=90.0), "whatever is learnt"),
        (replace(MEASURED, min_delta=0.6), "by epoch 6 of 50"),
        (replace(MEASURED, takes="min", better="min", best_possible=0.0, baseline=-0.1), "beyond -0.1"),
    ],
)
def test_what_cannot_be_reached(callback, words):
    assert words in faults.beyond_reach(callback, FIT).message


@pytest.mark.parametrize(
    "callback",
    [
        replace(STOP, start_from_epoch=49),
        replace(SAVE, save_freq=1600),
        replace(MEASURED, baseline=1.0),
        replace(MEASURED, min_delta=0.1),  # five improvements of so much, and five epochs of patience for each
        replace(MEASURED, min_delta=0.6, to_gain=math.nan),
    ],
)
def test_what_can_be_reached(callback):
    assert faults.beyond_reach(callback, FIT) is None


def test_a_reduction_that_lasts_for_no_step():
    assert "lasts for no step" in faults.undone(replace(PLATEAU, lost_to="LearningRateScheduler"), FIT).message
    hit = faults.undone(replace(PLATEAU, patience=9, lost_to="EarlyStopping"), FIT)
    assert "patience=3" in hit.remedy


@pytest.mark.parametrize(
    ("callback", "severity"),
    [
        (replace(PLATEAU, min_lr=1e-3), None),
        (replace(PLATEAU, min_lr=9e-4), "silent"),
        (replace(PLATEAU, factor=0.0), None),
        (replace(PLATEAU, factor=0.0, min_lr=1e-4), "silent"),
        (replace(PLATEAU, factor=0.01), "silent"),
        (replace(PLATEAU, patience=50), "advice"),
        (replace(STOP, patience=50), "advice"),
        (replace(STOP, patience=50, restores=True), "silent"),
        (replace(STOP, patience=0), "advice"),
    ],
)
def test_numbers_that_leave_nothing_to_do(callback, severity):
    hit = faults.idle(callback, FIT)
    assert ("silent" if hit is None else hit.severity) == severity
