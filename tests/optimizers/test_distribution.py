"""Two and four replicas train as one device does; each in a process of its own, which splits the CPU."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools"))
import gradient_guard_table as settings_table

PROGRAM = """
import contextlib, json, sys
import keras, numpy as np, tensorflow as tf
import keras_stable
from keras_stable import errors
from keras_stable.optimizers import gradient_history
from keras_stable.optimizers import keep_finite_state

replicas = int(sys.argv[1])
cpu = tf.config.list_physical_devices("CPU")[0]
tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * replicas)
strategy = tf.distribute.MirroredStrategy([f"CPU:{i}" for i in range(replicas)])
rng = np.random.RandomState(0)
x, y = (rng.randn(64 * 20, 8) * 100).astype("float32"), rng.randint(0, 3, 64 * 20)
x[64 * 5 + 40] = np.nan

def trained(optimizer, scope, batches, batch_normalization=False, epochs=1, jit_compile=False):
    with scope:
        keras.utils.set_random_seed(0)
        hidden = [keras.layers.Dense(16, activation="relu")]
        if batch_normalization:
            hidden += [keras.layers.BatchNormalization(), keras.layers.Dropout(0.3)]
        model = keras.Sequential([keras.Input((8,)), *hidden, keras.layers.Dense(3)])
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        model.compile(optimizer(), loss, jit_compile=jit_compile)
    data = tf.data.Dataset.from_tensor_slices((x, y)).batch(64)
    if batch_normalization:
        keep_finite_state(model)
    before = model.get_weights()
    model.fit(data.take(batches), epochs=epochs, verbose=0)
    history = gradient_history(model.optimizer)
    return model, before, history

def largest(pairs):
    return max(float(np.abs(a - b).max()) for a, b in pairs)

model, before, history = trained(lambda: keras_stable.optimizers.SGD(1.0), strategy.scope(), 1)
step = np.sqrt(sum(((a - b) ** 2).sum() for a, b in zip(before, model.get_weights())))
result = {"update_norm": float(step), "recorded_norm": float(history.applied_norm[0])}

def optimizer():
    if replicas == 2:
        return keras.optimizers.LossScaleOptimizer(keras_stable.optimizers.AdamW(0.01, record="all"))
    return keras_stable.optimizers.AdamW(0.01, use_ema=True, zclip=2.5, record="all")

one, _, alone = trained(optimizer, contextlib.nullcontext(), 20)
many, _, together = trained(optimizer, strategy.scope(), 20)
result["weights"] = largest(zip(one.get_weights(), many.get_weights()))
result["norms"] = float(np.nanmax(np.abs(together.global_norm / alone.global_norm - 1)))
result["layers"] = max(
    float(np.abs(getattr(together, name) / getattr(alone, name) - 1)[alone.finite].max())
    for name in ("weight_norm", "update_norm", "second_moment_norm")
)
result["rows"] = len(together)
result["skipped"] = [alone.skipped_steps, together.skipped_steps]

steered = {"skip_spikes": 0.5, "adagc": 1.05, "update_clip_rms": 0.5}
both = [trained(lambda: keras_stable.optimizers.AdamW(1e-4, **steered), scope, 20, epochs=4)
        for scope in (contextlib.nullcontext(), strategy.scope())]
result["steered"] = largest(zip(*(model.get_weights() for model, _, _ in both)))
result["spikes"] = [np.flatnonzero(history.spike).tolist() for _, _, history in both]

def diversity(scope):
    with scope:
        keras.utils.set_random_seed(1)
        model = keras.Sequential([keras.Input((8,)), keras.layers.Dense(3)])
        metric = keras_stable.metrics.PredictionDiversity(3)
        model.compile(keras.optimizers.SGD(0.0), "sparse_categorical_crossentropy", metrics=[metric], jit_compile=False)
    kept = slice(0, 64 * 4 + 8)
    history = model.fit(x[kept], y[kept], batch_size=64, validation_data=(x[:72], y[:72]), verbose=0).history
    return {name: value[0] for name, value in history.items() if "loss" not in name}

result["diversity"] = [diversity(scope) for scope in (contextlib.nullcontext(), strategy.scope())]

if replicas == 2:
    model, _, _ = trained(keras_stable.optimizers.AdamW, strategy.scope(), 8, batch_normalization=True)
    result["state_is_finite"] = all(bool(np.isfinite(weight).all()) for weight in model.get_weights())
    sys.path.insert(0, sys.argv[2])
    import dataclasses
    import gradient_guard_table
    settings = gradient_guard_table.check_replicas(strategy)
    import collective_ops
    result["collectives"] = collective_ops.counts(strategy)
    result["settings"] = {name: dataclasses.asdict(setting) for name, setting in settings.items()}
    try:
        trained(keras_stable.optimizers.SGD, strategy.scope(), 1, jit_compile=True)
    except errors.InvalidArgumentError as error:
        result["xla"] = str(error)
print("RESULT " + json.dumps(result))
"""


REPLICAS = (2, 4)


@pytest.fixture(scope="module")
def results():
    """What the program found with each number of replicas; both run at the same time."""
    runs = {
        replicas: subprocess.Popen(
            [sys.executable, "-c", PROGRAM, str(replicas), str(Path(settings_table.__file__).parent)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for replicas in REPLICAS
    }
    found = {}
    for replicas, run in runs.items():
        output, problems = run.communicate(timeout=300)
        lines = [line for line in output.splitlines() if line.startswith("RESULT ")]
        assert lines, problems[-2000:]
        found[replicas] = json.loads(lines[0].removeprefix("RESULT "))
    return found


@pytest.mark.parametrize("replicas", REPLICAS)
def test_the_clip_acts_on_the_sum_over_replicas(results, replicas):
    assert results[replicas]["update_norm"] == pytest.approx(0.5, abs=1e-5)
    assert results[replicas]["recorded_norm"] == pytest.approx(0.5, abs=1e-5)


@pytest.mark.parametrize("replicas", REPLICAS)
def test_replicas_train_as_one_device_does(results, replicas):
    result = results[replicas]
    assert result["weights"] <= 1e-5
    assert result["norms"] <= 1e-5
    assert result["layers"] <= 1e-4
    assert (result["rows"], result["skipped"]) == (20, [1, 1])


@pytest.mark.parametrize("replicas", REPLICAS)
def test_replicas_leave_out_and_clip_the_same_steps(results, replicas):
    alone, together = results[replicas]["spikes"]
    assert alone == together
    assert alone
    assert results[replicas]["steered"] <= 1e-6


@pytest.mark.parametrize("replicas", REPLICAS)
def test_predictions_are_counted_over_all_replicas(results, replicas):
    alone, together = results[replicas]["diversity"]
    assert len(alone) == 12
    assert together == pytest.approx(alone, rel=1e-5)


def test_a_skipped_batch_leaves_no_trace_on_replicas(results):
    assert results[2]["state_is_finite"]


OF_REPLICAS = [setting for setting in settings_table.SETTINGS if setting.replicas > 1]


@pytest.mark.parametrize("setting", OF_REPLICAS, ids=lambda setting: setting.name)
def test_replicas_agree_with_numpy_in_every_setting(results, setting):
    result = results[2]["settings"][setting.name]
    assert result["rows"] == settings_table.STEPS // setting.optimizer.get("gradient_accumulation_steps", 1)
    assert result["history_error"] <= settings_table.TOLERANCE
    assert result["layers_error"] <= settings_table.LAYER_TOLERANCE
    assert result["weights_error"] <= settings_table.TOLERANCE


def test_recording_adds_no_collective_operation_and_no_byte(results):
    counts = results[2]["collectives"]
    plain = counts.pop("keras.optimizers.AdamW")
    more = {name for name, count in counts.items() if count != plain}
    assert more == {"the same with a clip, recorded", "the same, skip_spikes"}


def test_xla_that_cannot_sum_over_replicas_is_refused(results):
    assert "`jit_compile` must be False with replicas on these devices" in results[2]["xla"]
