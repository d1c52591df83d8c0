import keras
import numpy as np
import pytest

from keras_stable.scripts.recorded_fit import Aside, LogsWriter, aside, with_callback


class Adding(keras.callbacks.Callback):
    """Notes the keys that it sees, and adds one."""

    def __init__(self, key):
        super().__init__()
        self.key, self.seen = key, []

    def on_epoch_end(self, epoch, logs=None):
        self.seen.append(sorted(logs))
        logs[self.key] = float(epoch)


def test_keys_stay_among_themselves():
    first, second, own = Adding("first"), Adding("second"), Adding("own")
    beside = Aside([first, second])
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    history = model.fit(
        np.ones((4, 2)), np.ones((4, 1)), epochs=2, verbose=0, **with_callback({"callbacks": own}, beside)
    )
    assert first.model is model
    assert first.seen == [["loss", "own"]] * 2
    assert second.seen == [["first", "loss", "own"]] * 2
    assert sorted(history.history) == ["loss", "own"]
    assert beside.logs["first"] == beside.logs["second"] == [0.0, 1.0]


@pytest.mark.parametrize("form", [None, [], (), "one", "list"])
def test_the_callbacks_of_the_program_stay_and_come_first(form):
    own = Adding("own")
    callbacks = own if form == "one" else [own] if form == "list" else form
    beside = Aside([])
    expected = [own, beside] if form in ("one", "list") else [beside]
    assert with_callback({"callbacks": callbacks, "epochs": 2}, beside) == {"callbacks": expected, "epochs": 2}
    if form == "list":
        assert callbacks == [own]


def test_a_list_of_keras_gets_it_too():
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    callbacks = keras.callbacks.CallbackList([Adding("own")], add_history=False, model=model, epochs=3)
    beside = Aside([])
    assert with_callback({"callbacks": callbacks}, beside)["callbacks"] is callbacks
    assert callbacks.callbacks[-1] is beside
    assert beside.model is model
    assert beside.params == {"epochs": 3}


def test_logs_are_written_once_an_epoch(tmp_path):
    from tensorboard.backend.event_processing.event_file_loader import EventFileLoader

    writer = LogsWriter(tmp_path)
    writer.on_train_begin()
    writer.on_epoch_end(0, {"loss": 2.0, "matrix": np.zeros((2, 2))})
    writer.on_epoch_end(1, {"loss": 1.0})
    writer.on_train_end()
    (path,) = tmp_path.iterdir()
    values = [(event.step, value.tag) for event in EventFileLoader(str(path)).Load() for value in event.summary.value]
    assert values == [(0, "epoch/loss"), (1, "epoch/loss")]


@pytest.mark.parametrize("records", [False, True])
def test_what_is_recorded_beside_a_fit(tmp_path, records):
    names = [type(callback).__name__ for callback in aside(tmp_path, records=records).callbacks]
    assert names == ["LogsWriter", *(["GradientNormLogger"] if records else []), "AuditCallback"]
