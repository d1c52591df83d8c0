"""A training that dies anywhere goes on as if nothing had been: the same bits, and each epoch and step logged once."""

import csv
import os
import signal
import warnings
from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf
from tensorboard.compat.proto.event_pb2 import Event

import keras_stable
from keras_stable.callbacks import Checkpoint, GradientNormLogger
from keras_stable.checkpoints.variables import same_values, training_variables
from keras_stable.errors import CheckpointError, InvalidArgumentError

pytestmark = pytest.mark.usefixtures("operations_as_they_are")
ROWS = 12
X = np.random.default_rng(0).normal(size=(ROWS, 4)).astype("float32")
Y = np.arange(ROWS) % 3


class Death(BaseException):
    """What ends a process: nothing is cleaned up."""


class Killer(keras.callbacks.Callback):
    """Dies in the n-th batch, or in the n-th batch of validation. What it counts with is no state to be kept."""

    def __init__(self, batch=None, validation=None):
        super().__init__()
        self.batches = iter(range(batch - 1 if batch else 10**9))
        self.validations = iter(range(validation - 1 if validation else 10**9))

    def on_train_batch_begin(self, batch, logs=None):
        if next(self.batches, None) is None:
            raise Death

    def on_test_batch_begin(self, batch, logs=None):
        if next(self.validations, None) is None:
            raise Death


class Counter(keras.callbacks.Callback):
    """A user's own callback with a state."""

    def __init__(self):
        super().__init__()
        self.count = 0

    def on_train_batch_end(self, batch, logs=None):
        self.count += 1

    def on_epoch_end(self, epoch, logs=None):
        logs["count"] = float(self.count)


class Batches(keras.utils.PyDataset):
    """Shuffles itself, and augments with numbers of the host."""

    def __init__(self):
        super().__init__()
        self.order = np.arange(ROWS)

    def __len__(self):
        return 3

    def __getitem__(self, index):
        rows = self.order[4 * index : 4 * index + 4]
        return X[rows] + 0.1 * np.random.normal(size=(4, 4)).astype("float32"), Y[rows]

    def on_epoch_end(self):
        np.random.shuffle(self.order)


def rows():
    return tf.data.Dataset.from_tensor_slices((X, Y)).shuffle(ROWS)


DATA = {
    "arrays": lambda: {"x": X, "y": Y, "batch_size": 4},
    "dataset": lambda: {"x": rows().map(lambda x, y: (x + tf.random.normal(tf.shape(x)), y)).batch(4).prefetch(2)},
    "repeated": lambda: {"x": rows().batch(4).repeat(), "steps_per_epoch": 2},
    "unknown length": lambda: {"x": rows().batch(4).filter(lambda x, y: True)},
    "pydataset": lambda: {"x": Batches()},
}


def model_of(units=6):
    layers = [keras.layers.Dense(units, "relu", name="hidden"), keras.layers.BatchNormalization(name="normalization")]
    model = keras.Sequential([*layers, keras.layers.Dropout(0.3), keras.layers.Dense(3, name="head")], name="model")
    optimizer = keras_stable.optimizers.AdamW(1e-2, use_ema=True, ema_momentum=0.9)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.LossScaleOptimizer(optimizer), loss, metrics=["accuracy"], run_eagerly=True)
    return model


def train(directory, data="arrays", killer=None, seed=1, epochs=3, every="1 step", model=None):
    if seed is not None:
        keras.utils.set_random_seed(seed)
    model = model or model_of()
    callbacks = [
        keras.callbacks.CSVLogger(str(directory / "history.csv")),
        Counter(),
        keras.callbacks.EarlyStopping("loss", patience=2, restore_best_weights=True),
        keras.callbacks.ReduceLROnPlateau("loss", patience=1, factor=0.5),
        GradientNormLogger(directory / "events", update_freq=1),
        keras.callbacks.TensorBoard(str(directory / "events")),
        Checkpoint(directory / "checkpoints", every, background=False, signals=False),
        *([] if killer is None else [killer]),
    ]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        history = model.fit(
            **DATA[data](), epochs=epochs, validation_data=(X, Y), callbacks=callbacks, verbose=0
        ).history
    return model, history


def values(model):
    return [np.asarray(variable.value) for variable in training_variables(model)]


def logged(directory):
    """Returns (file's directory, tag, step) of every value; not the picture of the model that every start writes."""
    entries = []
    for path in sorted(directory.rglob("*tfevents*")):
        for record in tf.data.TFRecordDataset(str(path)):
            event = Event.FromString(record.numpy())
            entries += [
                (path.parent.name, value.tag, event.step) for value in event.summary.value if value.tag != "keras"
            ]
    return sorted(entries)


def assert_same(directory, received, expected_directory, expected):
    model, history = received
    expected_model, expected_history = expected
    assert history == expected_history
    for variable, value, other in zip(training_variables(model), values(model), values(expected_model), strict=True):
        assert same_values(value, other), variable.path
    assert (directory / "history.csv").read_text() == (expected_directory / "history.csv").read_text()
    entries = logged(directory / "events")
    assert len(entries) == len(set(entries))
    assert entries == logged(expected_directory / "events")


@pytest.fixture(scope="module")
def expected(tmp_path_factory):
    made = {}

    def get(data):
        if data not in made:
            directory = tmp_path_factory.mktemp("expected")
            made[data] = directory, train(directory, data)
        return made[data]

    return get


@pytest.mark.parametrize("data", DATA)
def test_it_goes_on_at_the_step(data, tmp_path, expected):
    with pytest.raises(Death):
        train(tmp_path, data, Killer(6))
    received = train(tmp_path, data)
    assert_same(tmp_path, received, *expected(data))


@pytest.mark.parametrize("killer", [{"batch": 1}, {"batch": 4}, {"validation": 2}], ids=str)
def test_it_goes_on_from_between_epochs_too(killer, tmp_path, expected):
    with pytest.raises(Death):
        train(tmp_path, killer=Killer(**killer))
    assert_same(tmp_path, train(tmp_path), *expected("arrays"))


def test_it_may_die_again_and_again(tmp_path, expected):
    for batch in (3, 1):
        with pytest.raises(Death):
            train(tmp_path, killer=Killer(batch))
    assert_same(tmp_path, train(tmp_path), *expected("arrays"))


def test_what_comes_after_the_checkpoint_is_done_again(tmp_path, expected):
    with pytest.raises(Death):
        train(tmp_path, every="2 epochs", killer=Killer(9))
    assert_same(tmp_path, train(tmp_path, every="2 epochs"), *expected("arrays"))


def test_arrays_without_a_seed_keep_their_order(tmp_path):
    """Keras draws it anew in each process; here a checkpoint remembers it."""
    tf.random.set_seed(0)
    seed = keras_stable.keras_private.tensorflow_random_state()
    keras_stable.keras_private.set_tensorflow_random_state(None, None, None)
    try:
        seen = []

        class Watching(keras.Sequential):
            def train_step(self, data):
                seen.append(data[0].numpy()[:, 0].tolist())
                return {"loss": 0.0}

        def run(killer):
            model = Watching([keras.Input((4,)), keras.layers.Dense(1)])
            model.compile("sgd", "mse", run_eagerly=True)
            callbacks = [Checkpoint(tmp_path, "1 step", background=False, signals=False), Killer(killer)]
            model.fit(X, Y, batch_size=4, epochs=2, callbacks=callbacks, verbose=0)

        with pytest.raises(Death):
            run(6)
        run(None)
    finally:
        keras_stable.keras_private.set_tensorflow_random_state(*seed)
    assert len(seen) == 6
    first, second = np.concatenate(seen[:3]).tolist(), np.concatenate(seen[3:]).tolist()
    assert sorted(first) == sorted(second) == sorted(X[:, 0].tolist())
    assert first != second


def test_a_generator_is_named_and_goes_on_at_the_epoch(tmp_path):
    def batches():
        while True:
            yield X, Y

    def run(killer):
        model = model_of()
        checkpoint = Checkpoint(tmp_path, "1 step", background=False, signals=False)
        with pytest.warns(UserWarning, match="beginning of an epoch only. Its data come from a Python generator"):
            return model.fit(batches(), steps_per_epoch=2, epochs=3, callbacks=[checkpoint, Killer(killer)], verbose=0)

    with pytest.raises(Death):
        run(4)
    assert run(None).epoch == [0, 1, 2]


def test_a_training_that_has_ended_is_said_to_and_more_epochs_go_on(tmp_path, expected):
    model, history = train(tmp_path)
    again = model_of()
    callback = Checkpoint(tmp_path / "checkpoints", signals=False)
    with pytest.warns(UserWarning, match="has ended: its result is restored"):
        fitted = again.fit(X, Y, batch_size=4, epochs=3, callbacks=[callback], verbose=0)
    assert fitted.history == history
    assert same_values(again.get_weights()[0], model.get_weights()[0]) or again.stop_training is False
    assert callback.resumed_from.name.startswith("step-0000000009-epoch-0003")
    assert callback.goodput.executed_steps == 9
    longer = again.fit(X, Y, batch_size=4, epochs=4, callbacks=[Checkpoint(tmp_path / "checkpoints")], verbose=0)
    assert longer.epoch == [0, 1, 2, 3]


def test_the_next_fit_is_another_training(tmp_path):
    model, callback = model_of(), Checkpoint(tmp_path, signals=False)
    for _ in range(2):
        assert model.fit(X, Y, callbacks=[callback], verbose=0).epoch == [0]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["fit_1", "fit_2"]


def test_the_best_weights_come_back(tmp_path):
    losses = iter([3.0, 1.0, 2.0])

    class Judge(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            logs["val_loss"] = next(losses)
            kept.append(self.model.get_weights())

    kept, model, callback = [], model_of(), Checkpoint(tmp_path, keep=1, signals=False)
    with pytest.raises(InvalidArgumentError, match="must be a checkpoint of an epoch"):
        callback.restore_best(model)
    model.fit(X, Y, epochs=3, callbacks=[Judge(), callback], verbose=0)
    assert callback.restore_best(model).name.endswith("epoch-0002")
    assert all(same_values(a, b) for a, b in zip(model.get_weights(), kept[1], strict=True))


def test_another_model_is_refused(tmp_path):
    model_of().fit(X, Y, callbacks=[Checkpoint(tmp_path, signals=False)], verbose=0)
    with pytest.raises(CheckpointError, match=r"must be of this model and optimizer.*shape \[4, 6\]"):
        model_of(units=7).fit(X, Y, epochs=2, callbacks=[Checkpoint(tmp_path, signals=False)], verbose=0)


@pytest.mark.parametrize(("number", "error"), [(signal.SIGTERM, SystemExit), (signal.SIGINT, KeyboardInterrupt)])
@pytest.mark.parametrize("where", ["on_train_batch_begin", "on_test_batch_begin"])
def test_a_signal_writes_a_checkpoint_after_the_batch_and_ends_the_training(number, error, where, tmp_path):
    class Sender(keras.callbacks.Callback):
        pass

    setattr(Sender, where, lambda self, batch, logs=None: os.kill(os.getpid(), number))
    before = signal.getsignal(number)
    callbacks = [Sender(), Checkpoint(tmp_path, "100 epochs")]
    with pytest.raises(error) as raised:
        model_of().fit(X, Y, batch_size=4, epochs=2, validation_data=(X, Y), callbacks=callbacks, verbose=0)
    assert number != signal.SIGTERM or raised.value.code == 143
    assert signal.getsignal(number) is before
    step = 1 if where == "on_train_batch_begin" else 3
    assert [path.name for path in Path(tmp_path, "fit_1").glob("step*")] == [f"step-{step:010d}"]


def test_a_disk_that_is_full_is_said_and_the_training_goes_on(tmp_path, monkeypatch):
    def full(*arguments):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("keras_stable.checkpoints.store.write_archive", full)
    callbacks = [Checkpoint(tmp_path, signals=False)]
    with pytest.warns(UserWarning, match="could not be written in .*No space left on device"):
        history = model_of().fit(X, Y, epochs=2, callbacks=callbacks, verbose=0)
    assert history.epoch == [0, 1]


@pytest.mark.parametrize(
    "arguments",
    [{"directory": ""}, {"directory": 3}, {"every": "often"}, {"keep": 0}, {"mode": "up"}, {"monitor": ""}],
    ids=str,
)
def test_wrong_arguments_are_refused(arguments):
    with pytest.raises(InvalidArgumentError, match="must be"):
        Checkpoint(**{"directory": "here", **arguments})


def test_a_csv_has_each_epoch_once(tmp_path):
    for batch in (5, None):
        try:
            train(tmp_path, killer=Killer(batch))
        except Death:
            continue
    with (tmp_path / "history.csv").open() as file:
        assert [row["epoch"] for row in csv.DictReader(file)] == ["0", "1", "2"]
