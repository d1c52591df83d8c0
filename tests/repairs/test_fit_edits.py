import keras
import pytest

from keras_stable.diagnosis.edit import Edit
from keras_stable.repairs.expressions import CannotApplyError
from keras_stable.repairs.fit_edits import changed_fit

STOP = "keras.callbacks.EarlyStopping('val_loss', patience=5)"


def of_callback(argument, value, name="EarlyStopping"):
    return Edit("set_argument", f"callback:{name}", argument, value)


def test_an_argument_is_set_and_the_given_dict_stays():
    given = {"epochs": 5, "shuffle": False}
    assert changed_fit(given, [Edit("set_argument", "fit", "shuffle", "True")]) == {"epochs": 5, "shuffle": True}
    assert given == {"epochs": 5, "shuffle": False}


def test_none_takes_an_argument_away():
    assert changed_fit({"sample_weight": [1]}, [Edit("set_argument", "fit", "sample_weight", "None")]) == {}


@pytest.mark.parametrize("given", [None, [], [keras.callbacks.TerminateOnNaN()]], ids=["none", "empty", "one"])
def test_a_callback_is_appended_to_what_there_is(given):
    edit = Edit("append", "fit", "callbacks", STOP)
    after = changed_fit({} if given is None else {"callbacks": given}, [edit])["callbacks"]
    assert after[:-1] == (given or [])
    assert (after[-1].monitor, after[-1].patience) == ("val_loss", 5)


def test_a_callback_is_made_anew_with_its_other_settings():
    stop = keras.callbacks.EarlyStopping("val_auc", min_delta=0.01, patience=7, mode="min", restore_best_weights=True)
    other = keras.callbacks.TerminateOnNaN()
    after = changed_fit({"callbacks": [stop, other]}, [of_callback("mode", '"max"')])["callbacks"]
    assert after[1] is other
    assert after[0] is not stop
    changed = after[0]
    changed.set_model(keras.Sequential())
    assert (changed.monitor, changed.patience, changed.restore_best_weights) == ("val_auc", 7, True)
    changed.on_train_begin()
    for epoch, value in enumerate((0.5, 0.6, 0.7)):
        changed.on_epoch_end(epoch, {"val_auc": value})
    assert changed.best == 0.7
    assert changed.wait == 0


def test_the_direction_stays_where_another_argument_changes():
    stop = keras.callbacks.EarlyStopping("val_auc", mode="max", patience=1)
    changed = changed_fit({"callbacks": stop}, [of_callback("patience", "9")])["callbacks"][0]
    changed.set_model(keras.Sequential())
    changed.on_train_begin()
    for epoch, value in enumerate((0.5, 0.6)):
        changed.on_epoch_end(epoch, {"val_auc": value})
    assert (changed.patience, changed.best) == (9, 0.6)


def test_a_callback_is_removed():
    assert changed_fit(
        {"callbacks": [keras.callbacks.EarlyStopping()]}, [Edit("remove", "callback:EarlyStopping")]
    ) == {"callbacks": []}


def test_a_callback_that_there_is_not_cannot_be_changed():
    with pytest.raises(CannotApplyError, match="There is no callback EarlyStopping"):
        changed_fit({}, [of_callback("mode", '"max"')])


def test_an_argument_that_there_is_not_cannot_be_set():
    with pytest.raises(CannotApplyError, match="EarlyStopping takes no stamina"):
        changed_fit({"callbacks": [keras.callbacks.EarlyStopping()]}, [of_callback("stamina", "1")])


def test_of_two_callbacks_of_one_class_the_one_that_is_meant():
    stops = [
        keras.callbacks.EarlyStopping("val_loss", patience=3),
        keras.callbacks.EarlyStopping("val_auc", mode="min"),
    ]
    edit = Edit("set_argument", "callback:EarlyStopping[1]", "mode", '"max"')
    first, second = changed_fit({"callbacks": stops}, [edit])["callbacks"]
    assert first is stops[0]
    assert (second.monitor, second.mode) == ("val_auc", "max")
    [left] = changed_fit({"callbacks": stops}, [Edit("remove", "callback:EarlyStopping[0]")])["callbacks"]
    assert left is stops[1]
    with pytest.raises(CannotApplyError):
        changed_fit({"callbacks": stops}, [Edit("remove", "callback:EarlyStopping[2]")])
