"""What the logger writes, against the optimizer's own history."""

import csv

import keras
import numpy as np
import pytest
import tensorflow as tf
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

import keras_stable
import keras_stable.errors
from keras_stable.callbacks.gradient_norm_logger import GradientNormLogger
from keras_stable.optimizers import GradientHistoryReader

STEPS = 6


@pytest.fixture
def compiled():
    def build(optimizer=None, steps_per_execution=1):
        keras.utils.set_random_seed(3)
        model = keras.Sequential([keras.Input((5,)), keras.layers.Dense(4, name="hidden"), keras.layers.Dense(2)])
        optimizer = optimizer or keras_stable.optimizers.AdamW(0.01)
        model.compile(optimizer, "mse", jit_compile=False, steps_per_execution=steps_per_execution)
        return model

    return build


def data(bad_batch=None):
    rng = np.random.default_rng(4)
    x, y = rng.normal(size=(STEPS * 8, 5)).astype("float32"), rng.normal(size=(STEPS * 8, 2)).astype("float32")
    if bad_batch is not None:
        x[bad_batch * 8] = np.nan
    return tf.data.Dataset.from_tensor_slices((x, y)).batch(8)


def events(directory):
    accumulator = EventAccumulator(str(directory), size_guidance={"histograms": 0})
    accumulator.Reload()
    return accumulator


def test_the_keys_are_the_statistics_of_the_epoch_and_other_callbacks_see_them(compiled, tmp_path):
    model = compiled()
    log = keras.callbacks.CSVLogger(tmp_path / "log.csv")
    model.fit(data(), verbose=0)
    reader = GradientHistoryReader(model.optimizer)
    result = model.fit(data(bad_batch=2), epochs=2, verbose=0, callbacks=[GradientNormLogger(), log])
    rows = reader.read()
    assert len(rows) == 2 * STEPS
    for epoch in (0, 1):
        part = slice(epoch * STEPS, (epoch + 1) * STEPS)
        finite = rows.finite[part]
        norm, applied = rows.global_norm[part][finite], rows.applied_norm[part][finite]
        assert len(norm) == STEPS - 1
        expected = {
            "grad_norm": norm.mean(),
            "grad_norm_max": norm.max(),
            "grad_norm_applied": applied.mean(),
            "clip_fraction": (norm > 0.5).mean(),
            "skipped_steps": 1,
        }
        for key, value in expected.items():
            np.testing.assert_allclose(result.history[key][epoch], value, rtol=1e-6, err_msg=key)
    with open(tmp_path / "log.csv") as file:
        last = list(csv.DictReader(file))[-1]
    assert float(last["grad_norm"]) == pytest.approx(result.history["grad_norm"][-1])


def test_every_step_and_variable_reaches_tensorboard(compiled, tmp_path):
    model = compiled(steps_per_execution=2)
    model.fit(data(), epochs=3, verbose=0, callbacks=[GradientNormLogger(tmp_path, update_freq=1)])
    rows = keras_stable.optimizers.gradient_history(model.optimizer)
    written = events(tmp_path)
    expected = {"gradients/global_norm": rows.global_norm, "gradients/applied_norm": rows.applied_norm}
    for i, path in enumerate(rows.variable_paths):
        expected[f"gradients/{path}"] = rows.variable_norm[:, i]
    assert set(written.Tags()["scalars"]) == set(expected)
    for tag, values in expected.items():
        scalars = written.Scalars(tag)
        assert [scalar.step for scalar in scalars] == list(range(3 * STEPS))
        np.testing.assert_array_equal([scalar.value for scalar in scalars], values)


def test_a_pattern_picks_variables_and_a_number_picks_steps(compiled, tmp_path):
    model = compiled()
    logger = GradientNormLogger(tmp_path, update_freq=4, variables="hidden/.*kernel")
    model.fit(data(), epochs=2, verbose=0, callbacks=[logger])
    written = events(tmp_path)
    path = "gradients/sequential/hidden/kernel"
    tags = [tag for tag in written.Tags()["scalars"] if tag.endswith(("hidden/kernel", "norm"))]
    assert sorted(tags) == sorted(written.Tags()["scalars"])
    assert len(tags) == 3, path
    assert [scalar.step for scalar in written.Scalars(tags[-1])] == [0, 4, 8]


def test_an_epoch_is_one_point_and_its_spread_a_histogram(compiled, tmp_path):
    model = compiled()
    model.fit(data(bad_batch=0), epochs=2, verbose=0, callbacks=[GradientNormLogger(tmp_path, histograms=True)])
    rows = keras_stable.optimizers.gradient_history(model.optimizer)
    written = events(tmp_path)
    scalars = written.Scalars("gradients/global_norm")
    assert [scalar.step for scalar in scalars] == [0, 1]
    assert scalars[0].value == pytest.approx(rows.global_norm[1:STEPS].mean(), rel=1e-6)
    spread = written.Histograms("gradients/global_norm/histogram")[0].histogram_value
    assert spread.num == STEPS - 1
    assert sum(spread.bucket) == STEPS - 1
    assert spread.max == pytest.approx(rows.global_norm[1:STEPS].max())


def test_an_epoch_longer_than_the_ring_loses_no_step(compiled):
    model = compiled(keras_stable.optimizers.SGD(0.01, history_size=4))
    result = model.fit(data(bad_batch=0), verbose=0, callbacks=[GradientNormLogger(), (whole := Whole())])
    assert result.history["skipped_steps"] == [1]
    assert result.history["grad_norm"][0] == pytest.approx(np.nanmean(whole.norms), rel=1e-6)


class Whole(keras.callbacks.Callback):
    def on_train_begin(self, logs=None):
        self.norms = []
        self.reader = GradientHistoryReader(self.model.optimizer)

    def on_train_batch_end(self, batch, logs=None):
        self.norms.extend(self.reader.read().global_norm)


def test_through_a_loss_scale_optimizer(compiled):
    optimizer = keras.optimizers.LossScaleOptimizer(keras_stable.optimizers.AdamW(0.01), initial_scale=4.0)
    result = compiled(optimizer).fit(data(bad_batch=1), verbose=0, callbacks=[GradientNormLogger()])
    assert result.history["skipped_steps"] == [1]
    assert np.isfinite(result.history["grad_norm"][0])


def test_a_plain_keras_optimizer_is_refused(compiled):
    with pytest.raises(keras_stable.errors.InvalidArgumentError, match="`optimizer` must be an optimizer of keras_s"):
        compiled(keras.optimizers.Adam()).fit(data(), verbose=0, callbacks=[GradientNormLogger()])


@pytest.mark.parametrize("arguments", [{"update_freq": 0}, {"update_freq": True}, {"variables": "("}, {"variables": 3}])
def test_impossible_arguments_are_refused(arguments):
    with pytest.raises(keras_stable.errors.InvalidArgumentError, match=next(iter(arguments))):
        GradientNormLogger(**arguments)


class Adversarial(keras.Model):
    """Two parts, each with an optimizer of its own, neither of which is `model.optimizer`."""

    def __init__(self):
        super().__init__()
        self.generator, self.discriminator = keras.layers.Dense(3), keras.layers.Dense(1)

    def build(self, input_shape):
        self.generator.build(input_shape)
        self.discriminator.build((None, 3))
        self.built = True

    def compile(self, g_optimizer, d_optimizer):
        super().compile()
        self.g_optimizer, self.d_optimizer = g_optimizer, d_optimizer

    def train_step(self, data):
        for part, optimizer, scale in (
            (self.discriminator, self.d_optimizer, 1.0),
            (self.generator, self.g_optimizer, 10.0),
        ):
            with tf.GradientTape() as tape:
                loss = tf.reduce_mean(self.discriminator(scale * self.generator(data[0])))
            weights = part.trainable_variables
            optimizer.apply(tape.gradient(loss, weights), weights)
        return {"loss": loss}


def test_each_optimizer_of_a_model_has_a_logger_with_a_name(tmp_path):
    model = Adversarial()
    optimizers = {name: keras_stable.optimizers.SGD(0.01) for name in ("generator", "discriminator")}
    model.compile(optimizers["generator"], optimizers["discriminator"])
    loggers = [GradientNormLogger(tmp_path, optimizer=optimizer, name=name) for name, optimizer in optimizers.items()]
    result = model.fit(data(bad_batch=1), epochs=2, verbose=0, callbacks=loggers)
    written = events(tmp_path)
    for name, optimizer in optimizers.items():
        rows = keras_stable.optimizers.gradient_history(optimizer)
        assert result.history[f"{name}_skipped_steps"] == [1, 1]
        expected = rows.global_norm[:STEPS][rows.finite[:STEPS]].mean()
        assert result.history[f"{name}_grad_norm"][0] == pytest.approx(expected, rel=1e-6)
        assert written.Scalars(f"{name}/gradients/global_norm")[0].value == pytest.approx(expected, rel=1e-6)
    assert result.history["generator_grad_norm"] != result.history["discriminator_grad_norm"]
    assert "grad_norm" not in result.history
    assert all(tag.startswith(("generator/", "discriminator/")) for tag in written.Tags()["scalars"])


def test_an_optimizer_without_a_history_and_an_empty_name_are_refused():
    with pytest.raises(keras_stable.errors.InvalidArgumentError, match="`optimizer` must be an optimizer of keras_s"):
        GradientNormLogger(optimizer=keras.optimizers.Adam())
    for name in ("", 3):
        with pytest.raises(keras_stable.errors.InvalidArgumentError, match="`name` must be a string that is not empty"):
            GradientNormLogger(name=name)
