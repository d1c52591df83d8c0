import keras
import numpy as np
import pytest

from keras_stable.diagnosis.edit import Edit
from keras_stable.optimizers import AdamW
from keras_stable.repairs.compiling import compiled
from keras_stable.repairs.expressions import CannotApplyError


def model(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=("accuracy",), **arguments):
    built = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2, activation="softmax")])
    built.compile(optimizer, loss, metrics=list(metrics), **arguments)
    return built


def after(source, *edits, ends=None):
    compiled(source, source, edits, ends or {})
    return source


def optimizer_edit(argument, value):
    return Edit("set_argument", "optimizer", argument, value)


def test_the_optimizer_gets_another_rate_and_keeps_its_settings():
    source = model(keras.optimizers.SGD(0.5, momentum=0.9))
    changed = after(source, optimizer_edit("learning_rate", "1")).optimizer
    assert (type(changed).__name__, float(changed.learning_rate), changed.momentum) == ("SGD", 1.0, 0.9)


def test_one_clip_takes_the_place_of_another():
    source = model(keras.optimizers.Adam(clipvalue=1.0))
    edits = [optimizer_edit("clipvalue", "None"), optimizer_edit("global_clipnorm", "0.5")]
    changed = after(source, *edits).optimizer
    assert (changed.global_clipnorm, changed.clipvalue) == (0.5, None)


def test_the_optimizer_is_replaced():
    edit = Edit("replace", "optimizer", value="keras_stable.optimizers.AdamW(global_clipnorm=0.5)")
    assert isinstance(after(model(), edit).optimizer, AdamW)


def test_the_optimizer_is_wrapped():
    edit = Edit("replace", "optimizer", value="keras.mixed_precision.LossScaleOptimizer(optimizer)")
    wrapped = after(model(keras.optimizers.Adam(0.02)), edit).optimizer
    assert float(wrapped.inner_optimizer.learning_rate) == pytest.approx(0.02)


def test_a_schedule_lasts_longer():
    source = model(keras.optimizers.SGD(keras.optimizers.schedules.CosineDecay(0.1, decay_steps=10)))
    source.optimizer.build(source.trainable_variables)
    source.optimizer.iterations.assign(10)
    changed = after(source, Edit("set_argument", "schedule", "decay_steps", "20")).optimizer
    assert float(changed.learning_rate) == pytest.approx(0.05)


@pytest.mark.parametrize(
    "loss", ["categorical_crossentropy", keras.losses.CategoricalCrossentropy(from_logits=True)], ids=["name", "object"]
)
def test_a_loss_gets_an_argument(loss):
    changed = after(model(loss=loss), Edit("set_argument", "loss", "from_logits", "False")).loss
    assert changed.get_config()["from_logits"] is False


def test_a_loss_is_turned_round():
    edit = Edit("replace", "loss", value="lambda y_true, y_pred: -loss(y_true, y_pred)")
    turned = after(model(loss="mse"), edit)
    x, y = np.ones((4, 3)), np.zeros((4, 2))
    assert turned.evaluate(x, y, verbose=0)[0] == pytest.approx(-np.mean(np.asarray(turned(x)) ** 2))


def test_the_loss_of_one_output():
    inputs = keras.Input((3,))
    outputs = [keras.layers.Dense(1, name=name)(inputs) for name in ("age", "mood")]
    source = keras.Model(inputs, outputs)
    source.compile("sgd", ["mse", "mse"])
    edit = Edit("replace", "loss:mood", value='"mae"')
    assert after(source, edit).loss == ["mse", "mae"]
    after(source, Edit("set_argument", "compile", "loss_weights", '{"age": 0.5, "mood": 2}'))
    logs = source.evaluate(np.zeros((2, 3)), [np.ones((2, 1))] * 2, verbose=0, return_dict=True)
    assert logs["loss"] == pytest.approx(2.5)


@pytest.mark.parametrize("metric", ["accuracy", keras.metrics.BinaryAccuracy()], ids=["name", "object"])
def test_a_metric_is_replaced(metric):
    name = metric if isinstance(metric, str) else "binary_accuracy"
    source = model(metrics=[metric, "mse"])
    after(source, Edit("replace", f"metric:{name}", value='"mean_absolute_error"'))
    logs = source.evaluate(np.ones((2, 3)), np.zeros((2, 1)), verbose=0, return_dict=True)
    assert {"mean_absolute_error", "mse"} <= set(logs)
    assert name not in logs


def test_targets_are_scaled_in_the_loss_and_not_in_the_metrics():
    source = model(loss="mse", metrics=["mae"])
    after(source, ends={0: (100.0, 5.0)})
    x, y = np.ones((2, 3)), np.full((2, 2), 50.0)
    error = np.abs(np.asarray(source(x)) - y)
    loss, mae = source.evaluate(x, y, verbose=0)
    assert (loss, mae) == (pytest.approx(np.mean((error / 100) ** 2)), pytest.approx(error.mean()))


@pytest.mark.parametrize(
    "edit",
    [
        optimizer_edit("stamina", "1"),
        Edit("set_argument", "schedule", "decay_steps", "20"),
        Edit("replace", "metric:recall", value='"mae"'),
        Edit("replace", "loss:mood", value='"mae"'),
        Edit("set_argument", "compile", "stamina", "1"),
    ],
    ids=["argument", "schedule", "metric", "output", "compile"],
)
def test_what_cannot_be_made_is_refused(edit):
    with pytest.raises(CannotApplyError):
        after(model(), edit)
