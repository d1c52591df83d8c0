"""Every entry point asks for Keras 3 on TensorFlow, and says so in one line."""

import os
import re
import subprocess
import sys
from pathlib import Path

import keras
import pytest

import keras_stable
from keras_stable import errors, keras_check

ROOT = Path(__file__).parent.parent
NEEDS = "keras_stable needs the TensorFlow backend of Keras: set KERAS_BACKEND=tensorflow before Keras is imported."
ENTRIES = [
    *(f"import keras_stable.{name}" for name in ("callbacks", "export", "layers", "losses", "metrics", "models")),
    "import keras_stable.optimizers",
    *(f"import keras_stable; keras_stable.{name}" for name in keras_stable.__all__),
]


def run_with(backend, arguments):
    environment = {**os.environ, "KERAS_BACKEND": backend, "PYTHONPATH": str(ROOT)}
    return subprocess.run([sys.executable, *arguments], capture_output=True, text=True, env=environment, cwd=ROOT)


def test_every_import_under_another_backend_says_what_is_needed():
    tries = [
        "try:",
        *(f"    {line}" for line in ("exec(line)", "print('imported', line)")),
        "except RuntimeError as error:",
        "    print(type(error).__name__, error)",
    ]
    program = "\n".join([f"for line in {ENTRIES!r}:", *(f"    {line}" for line in tries)])
    lines = run_with("jax", ["-c", program]).stdout.splitlines()
    assert lines == [f"UnsupportedKerasError {NEEDS} Received: backend='jax'"] * len(ENTRIES)


@pytest.mark.parametrize("backend", ["jax", "torch"])
@pytest.mark.parametrize("command", [("train",), ("compare",), ("audit",)])
def test_every_command_under_another_backend_says_what_is_needed(backend, command):
    result = run_with(backend, ["-m", "keras_stable", *command, "configs/stable.yaml"])
    assert result.returncode == 1
    assert result.stderr.splitlines()[-1] == f"{NEEDS} Received: backend={backend!r}"
    assert "Traceback" not in result.stderr


def test_what_needs_no_keras_works_under_another_backend():
    assert run_with("jax", ["-m", "keras_stable", "--help"]).returncode == 0
    assert run_with("jax", ["-c", "import keras_stable.config, keras_stable.errors"]).returncode == 0


def test_a_backend_of_the_settings_file_that_is_not_installed(tmp_path):
    (tmp_path / "keras.json").write_text('{"backend": "jax"}', encoding="utf-8")
    hide = "import sys; sys.modules['jax'] = None; import keras_stable.optimizers"
    environment = {name: value for name, value in os.environ.items() if name != "KERAS_BACKEND"}
    environment |= {"KERAS_HOME": str(tmp_path), "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", hide]
    result = subprocess.run(command, capture_output=True, text=True, env=environment, cwd=ROOT)
    assert re.search(rf"UnsupportedKerasError: {re.escape(NEEDS)} Received: a Keras that .* jax", result.stderr)


class Keras2Model:
    """Like a model of tf_keras, it has all that Keras 3's has, and is not one."""

    compiled, built, name, metrics = True, True, "old", ()


class NoKerasModel:
    pass


CALLBACKS = [
    keras_stable.callbacks.AuditCallback(),
    keras_stable.callbacks.AveragedWeights(),
    keras_stable.callbacks.Checkpoint("checkpoints"),
    keras_stable.callbacks.Dashboard("logs"),
    keras_stable.callbacks.FeatureNormalizationUpdate([[0.0]]),
    keras_stable.callbacks.GradientNormLogger(),
    keras_stable.callbacks.PredictionDiversityLogger(),
    keras_stable.callbacks.ReplicaCheck(),
    keras_stable.callbacks.StabilityGuard(),
]
CALLS = {
    "audit": lambda model: keras_stable.audit(model, [[0.0]], [0]),
    "check_model": keras_check.check_model,
    "keep_finite_state": keras_stable.optimizers.keep_finite_state,
    **{type(callback).__name__: callback.set_model for callback in CALLBACKS},
}


def test_every_public_callback_is_tried():
    assert {type(callback).__name__ for callback in CALLBACKS} == set(keras_stable.callbacks.__all__)


@pytest.mark.parametrize("entry", CALLS)
@pytest.mark.parametrize("kind", [Keras2Model, NoKerasModel, "tf_keras"])
def test_a_model_that_is_not_of_keras_3_is_refused(entry, kind):
    if kind == "tf_keras":
        tf_keras = pytest.importorskip("tf_keras", reason="tf_keras is not installed")
        model = tf_keras.Sequential([tf_keras.layers.Dense(1)])
        model.compile("sgd", "mse")
    else:
        model = kind()
    with pytest.raises(errors.InvalidArgumentError, match="`model` must be a keras.Model, of Keras 3 and not of") as e:
        CALLS[entry](model)
    assert "\n" not in str(e.value)


@pytest.mark.parametrize("entry", [*CALLS, "load_model"])
def test_a_model_under_another_backend_is_refused(entry, monkeypatch):
    monkeypatch.setattr(keras.backend, "backend", lambda: "torch")
    call = CALLS.get(entry, keras_stable.load_model)
    with pytest.raises(errors.UnsupportedKerasError, match="backend='torch'"):
        call(keras.Sequential())
