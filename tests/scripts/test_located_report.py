import dataclasses

import keras
import pytest

from keras_stable.diagnosis.edit import Edit
from keras_stable.diagnosis.reporting.code_location import CodeLocation
from keras_stable.diagnosis.reporting.finding import Finding
from keras_stable.diagnosis.reporting.report import Report
from keras_stable.scripts.fit_calls import FitCall
from keras_stable.scripts.located_report import located
from keras_stable.scripts.locating import Locations

FINDING = Finding("a-rule", "KS100", "error", "training", "It is so.", {}, None, "Change it.", "", 0.9)


@pytest.fixture(scope="module")
def watched():
    made, compiled = Locations(), Locations()
    with (
        made.watching(keras.layers.Layer),
        made.watching(keras.optimizers.Optimizer),
        made.watching(keras.optimizers.schedules.LearningRateSchedule),
        made.watching(keras.losses.Loss),
        made.watching(keras.callbacks.Callback),
        compiled.watching(keras.Model, "compile"),
    ):
        dense = keras.layers.Dense(2, name="readout")
        model = keras.Sequential([keras.Input((3,)), dense], name="net")
        schedule = keras.optimizers.schedules.CosineDecay(0.1, 100)
        optimizer = keras.optimizers.SGD(schedule)
        loss = keras.losses.MeanSquaredError()
        model.compile(optimizer, loss)
        callback = keras.callbacks.TerminateOnNaN()
    call = FitCall(1, model, {"callbacks": [callback]}, model.fit, CodeLocation("train.py", 7, "model.fit(x, y)"))
    return call, made, compiled


@pytest.mark.parametrize(
    ("where", "target", "text"),
    [
        ("training", None, "model.fit(x, y)"),
        ("data", None, "model.fit(x, y)"),
        ("compile", None, "model.compile(optimizer, loss)"),
        ("readout", None, 'dense = keras.layers.Dense(2, name="readout")'),
        ("net/readout/kernel", None, 'dense = keras.layers.Dense(2, name="readout")'),
        ("readout/kernel", None, 'dense = keras.layers.Dense(2, name="readout")'),
        ("training", "optimizer", "optimizer = keras.optimizers.SGD(schedule)"),
        ("training", "loss", "loss = keras.losses.MeanSquaredError()"),
        ("training", "compile", "model.compile(optimizer, loss)"),
        ("training", "metric:accuracy", "model.compile(optimizer, loss)"),
        ("training", "schedule", "schedule = keras.optimizers.schedules.CosineDecay(0.1, 100)"),
        ("training", "loss:readout", "loss = keras.losses.MeanSquaredError()"),
        ("readout", "data", "model.fit(x, y)"),
        ("training", "layer:*", "model.fit(x, y)"),
        ("training", "layer:readout", 'dense = keras.layers.Dense(2, name="readout")'),
        ("training", "callback:TerminateOnNaN", "callback = keras.callbacks.TerminateOnNaN()"),
        ("training", "callback:TerminateOnNaN[0]", "callback = keras.callbacks.TerminateOnNaN()"),
        ("training", "callback:TerminateOnNaN[1]", "model.fit(x, y)"),
        ("training", "callback:EarlyStopping", "model.fit(x, y)"),
        ("readout", "fit", "model.fit(x, y)"),
    ],
)
def test_a_finding_names_the_line_of_what_is_to_be_changed(watched, where, target, text):
    edits = () if target is None else (Edit("replace", target, value="None"),)
    report = Report((dataclasses.replace(FINDING, where=where, edits=edits),))
    (finding,) = located(report, *watched).findings
    assert finding.location.text == text


def test_the_loss_of_one_of_several_outputs_has_its_own_line(watched):
    call, made, compiled = watched
    with made.watching(keras.losses.Loss):
        loss = keras.losses.Huber(name="of b")
    call.model.loss = {"a": "mse", "b": loss}
    report = Report((dataclasses.replace(FINDING, edits=(Edit("replace", "loss:b", value="None"),)),))
    (finding,) = located(report, call, made, compiled).findings
    assert finding.location.text == 'loss = keras.losses.Huber(name="of b")'
    call.model.loss = None
