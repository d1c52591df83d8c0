"""The probe and its workbench, against plain training loops."""

import math

import keras
import numpy as np
import pytest

from keras_stable.diagnosis.evidence.budget import Deadline
from keras_stable.diagnosis.evidence.copying.model_copy import copy_model
from keras_stable.diagnosis.evidence.data.source import Source
from keras_stable.diagnosis.evidence.training.batches import endless
from keras_stable.diagnosis.evidence.training.probing import Limits, Program, probe
from keras_stable.diagnosis.evidence.training.workbench import Workbench
from keras_stable.diagnosis.facts import Input, Labels, Output

RNG = np.random.default_rng(0)
X = RNG.normal(size=(96, 5)).astype("float32")
Y = (X @ [1.0, -2.0, 0.5, 0.0, 0.0]).astype("float32")
REAL = Output(width=1, activation="linear", loss="mean_squared_error", from_logits=None, metrics=())


def regression(rate=0.05, scale=1.0):
    keras.utils.set_random_seed(1)
    model = keras.Sequential([keras.Input((5,)), keras.layers.Dense(1, use_bias=False)])
    model.compile(keras.optimizers.SGD(rate), "mse")
    source = Source(scale * X, Y, batch_size=32, shuffle=False)
    program = Program(source, source.sample(96), (Input(consumer="Dense"),), (REAL,), (Labels(kind="real"),))
    return Workbench(copy_model(model)), program, model.layers[0].kernel.numpy().astype("float64")


def descent(kernel, steps, rate, scale=1.0):
    """Plain gradient descent on the squared error in NumPy: losses, gradient norms, update ratios, kernel."""
    losses, norms, ratios = [], [], []
    for step in range(steps):
        part = slice(step % 3 * 32, step % 3 * 32 + 32)
        x, y = scale * X[part].astype("float64"), Y[part].astype("float64")[:, None]
        rest = x @ kernel - y
        gradient = 2 * x.T @ rest / 32
        losses.append(float(np.mean(rest**2)))
        norms.append(float(np.linalg.norm(gradient)))
        ratios.append(rate * norms[-1] / np.linalg.norm(kernel))
        kernel = kernel - rate * gradient
    return losses, norms, ratios, kernel


def test_a_probe_is_plain_training():
    bench, program, kernel = regression()
    found, origin = probe(bench, program, Limits(steps=5))
    losses, norms, ratios, last = descent(kernel, 5, 0.05)
    assert origin is None
    assert (found.steps, found.stopped, found.accuracy) == (5, "", ())
    np.testing.assert_allclose(found.loss, losses, rtol=1e-5)
    np.testing.assert_allclose(found.grad_norm, norms, rtol=1e-5)
    assert found.finite == (True,) * 5
    assert list(found.update_ratio.values()) == pytest.approx([np.median([ratios[i] for i in (0, 1, 2, 4)])], rel=1e-4)
    assert found.weight_growth == pytest.approx(np.linalg.norm(last) / np.linalg.norm(kernel), rel=1e-5)
    assert found.after.loss == pytest.approx(np.mean((X @ last - Y[:, None]) ** 2), rel=1e-4)
    assert found.before.constant_loss == pytest.approx(Y.var(), rel=1e-4)


def test_a_probe_ends_with_its_time_and_before_numbers_that_are_not_finite():
    bench, program, _ = regression()
    assert probe(bench, program, Limits(steps=5, deadline=Deadline(0.0)))[0].stopped == "time"
    bench, program, _ = regression(rate=1e30)
    found, origin = probe(bench, program, Limits(steps=50))
    assert found.stopped == "nonfinite"
    assert found.steps < 50
    assert origin.step == found.steps - 1
    assert found.trial("unchanged").loss == math.inf


def test_batches_go_on_from_epoch_to_epoch_without_an_incomplete_one():
    source = Source(X[:80], Y[:80], batch_size=32, shuffle=False)
    batches = endless(source)
    assert [next(batches).rows for _ in range(5)] == [32] * 5
    small = endless(Source(X[:8], Y[:8], batch_size=32))
    assert [next(small).rows for _ in range(2)] == [8, 8]


def test_a_schedule_gives_way_to_a_constant_rate():
    keras.utils.set_random_seed(1)
    model = keras.Sequential([keras.Input((5,)), keras.layers.Dense(1)])
    schedule = keras.optimizers.schedules.CosineDecay(0.0, 100, warmup_target=0.1, warmup_steps=16)
    model.compile(keras.optimizers.SGD(schedule), "mse")
    bench = Workbench(copy_model(model))
    assert bench.learning_rate == pytest.approx(0.1)
    before = bench.model.layers[0].kernel.numpy()
    bench.constant_rate(0.05)
    bench.train(endless(Source(X, Y)), 1)
    assert not np.array_equal(bench.model.layers[0].kernel.numpy(), before)
    bench.restore()
    # Its warm-up begins at 0, so the first step moves nothing.
    bench.train(endless(Source(X, Y)), 1)
    np.testing.assert_array_equal(bench.model.layers[0].kernel.numpy(), before)
