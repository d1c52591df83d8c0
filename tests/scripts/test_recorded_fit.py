import keras
import numpy as np
import pytest
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from keras_stable.reporting.dashboard_tags import LOSS
from keras_stable.scripts.recorded_fit import Aside, aside, with_callback


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


@pytest.mark.parametrize("records", [False, True])
def test_what_is_recorded_beside_a_fit(tmp_path, records):
    names = [type(callback).__name__ for callback in aside(tmp_path, records=records).callbacks]
    assert names == [*(["GradientNormLogger"] if records else []), "AuditCallback", "Dashboard"]


def test_a_stock_program_gets_the_dashboard_and_keeps_its_keys(tmp_path):
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(3)])
    model.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True), metrics=["accuracy"])
    x, y = np.random.default_rng(0).normal(size=(24, 2)), np.arange(24) % 3
    fit = {"epochs": 2, "verbose": 0, "validation_data": (x, y)}
    history = model.fit(x, y, **with_callback(fit, aside(tmp_path, records=False)))
    assert sorted(history.history) == ["accuracy", "loss", "val_accuracy", "val_loss"]
    tags = EventAccumulator(str(tmp_path)).Reload().Tags()
    path = model.trainable_variables[0].path
    assert {LOSS, "gradients/global_norm", f"layers/update_norm/{path}"} <= set(tags["scalars"])
    assert {"about/model", "audit/findings"} <= {tag.removesuffix("/text_summary") for tag in tags["tensors"]}
    of_validation = EventAccumulator(str(tmp_path / "validation")).Reload().Tags()["scalars"]
    assert {LOSS, "predictions/unique_classes"} <= set(of_validation)
