import keras

from keras_stable.repairs.callback_copies import acting_copies


class Own(keras.callbacks.EarlyStopping):
    pass


def test_what_steers_is_copied_and_the_rest_left_out():
    stop = keras.callbacks.EarlyStopping("loss", patience=3)
    callbacks = [Own(), keras.callbacks.CSVLogger("log.csv"), stop, keras.callbacks.ReduceLROnPlateau()]
    copies = acting_copies(callbacks)
    assert [type(copied).__name__ for copied in copies] == ["EarlyStopping", "ReduceLROnPlateau"]
    assert copies[0] is not stop
    assert copies[0].patience == 3
