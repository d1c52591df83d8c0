import inspect

import keras
import numpy as np
import pytest

import keras_stable
from keras_stable.diagnosis.evidence.program.fit_arguments import FitArguments
from keras_stable.errors import InvalidArgumentError

STOP, SAVE = keras.callbacks.EarlyStopping(), keras.callbacks.TerminateOnNaN()


def test_an_audit_takes_every_argument_of_fit_by_its_name():
    fit = list(inspect.signature(keras.Model.fit).parameters)[1:]
    audit = inspect.signature(keras_stable.audit).parameters
    assert [name for name in audit if name in fit] == fit
    assert audit["batch_size"].default is None


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (None, ()),
        (STOP, (STOP,)),
        ([STOP, [SAVE]], (STOP, SAVE)),
        ((), ()),
        (keras.callbacks.CallbackList([STOP], add_history=False), (STOP,)),
    ],
)
def test_callbacks_in_every_form(given, expected):
    assert FitArguments.checked(callbacks=given).callbacks == expected


@pytest.mark.parametrize(
    ("frequency", "expected"),
    [(1, [0, 1, 2, 3, 4, 5]), (3, [2, 5]), ([1, 4], [0, 3]), (7, [])],
)
def test_the_epochs_that_are_validated(frequency, expected):
    arguments = FitArguments.checked(validation_freq=frequency)
    assert [epoch for epoch in range(6) if arguments.validates(epoch)] == expected


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ({"callbacks": [3]}, "callbacks"),
        ({"initial_epoch": -1}, "initial_epoch"),
        ({"epochs": 5, "initial_epoch": 5}, "initial_epoch"),
        ({"validation_freq": 0}, "validation_freq"),
        ({"validation_freq": "epoch"}, "validation_freq"),
        ({"validation_steps": 0}, "validation_steps"),
        ({"validation_batch_size": 1.5}, "validation_batch_size"),
        ({"verbose": "loud"}, "verbose"),
    ],
)
def test_what_cannot_be_right(given, name):
    with pytest.raises(InvalidArgumentError, match=f"^`{name}` must be .* Received: {name}="):
        FitArguments.checked(**given)


def test_an_audit_with_all_of_them():
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    x, y = np.random.default_rng(0).normal(size=(40, 2)), np.arange(40.0)
    report = keras_stable.audit(
        model,
        x,
        y,
        batch_size=None,
        epochs=5,
        verbose=0,
        callbacks=[keras.callbacks.EarlyStopping("loss", patience=2)],
        validation_split=0.5,
        shuffle=False,
        sample_weight=np.ones(40),
        initial_epoch=2,
        steps_per_epoch=1,
        validation_steps=1,
        validation_batch_size=4,
        validation_freq=[4],
        probe=False,
    )
    assert report.facts["plan"].steps == 3
    assert report.crashed == {}
    assert report.facts["callbacks"].keys == ("loss", "val_loss")
    with pytest.raises(InvalidArgumentError, match="train nothing"):
        keras_stable.audit(model, x, y, epochs=3, initial_epoch=3)
