import keras
import pytest

from keras_stable.diagnosis.evidence.program.callback_facts import Setting, examined
from keras_stable.diagnosis.evidence.program.fit_arguments import FitArguments
from keras_stable.diagnosis.evidence.program.metric_directions import Direction

C = keras.callbacks
UP, DOWN = Direction("max", True, 1.0, 0.5), Direction("min")
DIRECTIONS = {"loss": DOWN, "val_loss": DOWN, "auc": UP, "val_auc": UP}


class Writes(C.Callback):
    def on_epoch_end(self, epoch, logs=None):
        logs["val_f1"] = 0.5


def looked_at(*callbacks, rate=0.1, keys=tuple(DIRECTIONS), epochs=30, **fit):
    setting = Setting(
        fit=FitArguments(callbacks=callbacks, **fit),
        epochs=epochs,
        steps_per_epoch=10,
        learning_rate=rate,
        metrics=(),
        epoch_keys=frozenset(keys),
        directions=DIRECTIONS,
    )
    return examined(setting)


def test_the_right_way_round():
    [seen] = looked_at(C.EarlyStopping("val_auc", mode="max", patience=4, min_delta=0.01, restore_best_weights=True))
    assert (seen.takes, seen.better, seen.measured, seen.acts_after, seen.error) == ("max", "max", True, 0, "")
    assert (seen.patience, seen.min_delta, seen.restores, seen.available) == (4, 0.01, True, True)
    assert (seen.best_possible, seen.to_gain) == (1.0, 0.5)


@pytest.mark.parametrize(
    ("callback", "acts_after"),
    [
        (C.EarlyStopping("val_auc", mode="min", patience=4), 5),
        (C.EarlyStopping("loss", mode="max", patience=4, start_from_epoch=3), 8),
        (C.EarlyStopping("val_auc", mode="min", patience=29), 0),
        (C.ReduceLROnPlateau("val_loss", mode="max", patience=3), 4),
        (C.ModelCheckpoint("best.keras", "val_auc", mode="min", save_best_only=True), 0),
    ],
)
def test_the_wrong_way_round(callback, acts_after):
    [seen] = looked_at(callback)
    assert {seen.takes, seen.better} == {"min", "max"}
    assert seen.acts_after == acts_after


def test_validation_now_and_then_and_a_later_beginning():
    wrong = C.EarlyStopping("val_auc", mode="min", patience=2)
    [seen] = looked_at(wrong, validation_freq=5)
    assert seen.acts_after == 15
    [seen] = looked_at(wrong, initial_epoch=10)
    assert seen.acts_after == 3


def test_what_keras_cannot_tell():
    [seen] = looked_at(C.EarlyStopping("val_auc", patience=4))
    assert "automatically determine" in seen.error
    assert seen.takes == ""
    [seen] = looked_at(C.EarlyStopping("val_loss", patience=4))
    assert (seen.takes, seen.error) == ("min", "")


@pytest.mark.parametrize(
    ("callbacks", "available", "written_later", "similar"),
    [
        ([C.EarlyStopping("val_auc", mode="max")], True, False, ""),
        ([C.EarlyStopping("val_acc", mode="max")], False, False, "val_auc"),
        ([C.EarlyStopping("val_thing", mode="max")], False, False, "val_loss"),
        ([C.EarlyStopping("val_f1", mode="max"), Writes()], False, True, "val_loss"),
        ([Writes(), C.EarlyStopping("val_f1", mode="max")], True, False, ""),
        ([C.ModelCheckpoint("a.keras", "val_loss", save_best_only=True, save_freq=5)], False, False, "loss"),
        ([C.ReduceLROnPlateau("learning_rate", mode="min")], True, False, ""),
    ],
)
def test_keys(callbacks, available, written_later, similar):
    [seen] = looked_at(*callbacks)
    assert (seen.available, seen.written_later, seen.similar) == (available, written_later, similar)


def test_where_nobody_can_tell_the_keys_none_is_missing():
    [seen] = looked_at(C.EarlyStopping("val_thing"), keys=())
    assert seen.available
    assert seen.error == ""


def test_a_checkpoint_that_keeps_all_goes_by_no_key():
    [seen] = looked_at(C.ModelCheckpoint("all.keras", monitor="val_thing", save_freq=7))
    assert (seen.monitor, seen.save_freq, seen.error) == ("", 7, "")


def test_a_rate_that_a_schedule_sets():
    schedule = keras.optimizers.schedules.CosineDecay(0.1, 300)
    both = [C.LearningRateScheduler(lambda epoch: 0.1), C.ReduceLROnPlateau("loss", patience=3)]
    assert all("not settable" in seen.error for seen in looked_at(*both, rate=schedule))
    [patient] = looked_at(C.ReduceLROnPlateau("loss", patience=40), rate=schedule)
    assert patient.error == ""


@pytest.mark.parametrize(
    ("others", "patience", "lost_to"),
    [
        ([], 5, ""),
        ([C.EarlyStopping("val_loss", patience=5)], 5, "EarlyStopping"),
        ([C.EarlyStopping("val_loss", patience=6)], 5, ""),
        ([C.EarlyStopping("loss", patience=5)], 5, ""),
        ([C.EarlyStopping("val_loss", patience=5)], 40, "EarlyStopping"),
        ([C.EarlyStopping("val_loss", patience=40)], 40, ""),
        ([C.LearningRateScheduler(lambda epoch: 0.1 * 0.9**epoch)], 5, "LearningRateScheduler"),
        ([C.LearningRateScheduler(lambda epoch, lr: lr * 0.99)], 5, ""),
    ],
)
def test_what_leaves_a_reduction_without_effect(others, patience, lost_to):
    seen = looked_at(C.ReduceLROnPlateau("val_loss", patience=patience), *others)
    assert seen[0].lost_to == lost_to


def test_callbacks_of_the_users_own_are_passed_over():
    assert looked_at(Writes()) == ()


def test_two_of_one_class_are_told_apart():
    seen = looked_at(C.EarlyStopping("val_auc"), C.ReduceLROnPlateau(), C.EarlyStopping("val_loss"))
    assert [callback.target for callback in seen] == ["EarlyStopping[0]", "ReduceLROnPlateau", "EarlyStopping[1]"]
