import os
import sys

import numpy as np
import pytest

import keras_stable
from keras_stable.errors import InvalidArgumentError, KerasStableError
from keras_stable.runs.comparison import Failure, compare, runner
from keras_stable.runs.fitting import train_in_memory
from keras_stable.runs.own_process import ProcessEndedError

_SMALL = {"fit": {"epochs": 2}, "model": {"hidden_units": [8]}}
# Data that tell in which state of the process they were asked for, and that kill the process at the second call.
SPYING = """
import os, pathlib, random, signal
import keras
import numpy as np
from tensorflow.python.framework import config

calls = 0

def load(path, deadly=False):
    global calls
    calls += 1
    path = pathlib.Path(path)
    if deadly and path.exists():
        os.kill(os.getpid(), signal.SIGKILL)
    state = [config.is_op_determinism_enabled(), keras.config.dtype_policy().name, calls, random.random(), os.getpid()]
    with path.open("a") as file:
        print(*state, file=file)
    keras.config.set_epsilon(0.25 if keras.config.epsilon() == 1e-7 else 0.5)
    generator = np.random.default_rng(0)
    return generator.normal(size=(60, 4)).astype("float32"), generator.integers(0, 3, 60)
"""


@pytest.fixture
def spying(tmp_path, monkeypatch):
    (tmp_path / "spying_data.py").write_text(SPYING)
    monkeypatch.syspath_prepend(tmp_path)
    yield lambda name, **arguments: {
        "kind": "python",
        "target": "spying_data:load",
        "arguments": {"path": str(tmp_path / name), **arguments},
    }
    sys.modules.pop("spying_data", None)


@pytest.fixture
def in_this_process(monkeypatch, make_run):
    """Puts a function of label and seed in the place of the training; a run ends well unless it raises."""

    def use(end):
        class Here:
            def __init__(self, calls, preload):
                self.calls = calls

            def __enter__(self):
                return self

            def __exit__(self, *_):
                pass

            def call(self, function, *arguments):
                if function is runner.config_mistakes:
                    return function(*arguments)
                label, config, _ = arguments
                return end(label, config.seed) or make_run(label, config.seed)

        monkeypatch.setattr(runner, "OwnProcesses", Here)

    return use


def test_two_configs(iris_config, capfd):
    lines = []
    off = {"input_normalization": False, "layer_normalization": False, "feature_normalization": False}
    before = iris_config(
        "before",
        seed=3,
        data={"kind": "sklearn", "name": "iris", "input_scale": 1000.0},
        model={**_SMALL["model"], **off, "logit_scaling": False},
        optimizer={"name": "sgd", "clipvalue": None, "global_clipnorm": 5.0},
        fit=_SMALL["fit"],
    )
    comparison = compare([before, iris_config("stable", seed=1, **_SMALL)], progress=lines.append)
    assert [(run.label, run.seed) for run in comparison.runs] == [("before", 3), ("stable", 1)]
    sick, well = comparison.rows
    assert sick["grad_norm_max"] > 100 > 10 > well["grad_norm_max"]
    assert sick["grad_norm_applied_max"] == pytest.approx(5.0, rel=1e-5)
    assert (well["steps"], well["steps_over_limit"], well["num_classes"]) == (8, 0, 3)
    assert comparison.failures == ()
    assert not comparison.interrupted
    assert lines[0] == "before, seed 3: run 1 of 2, 2 epochs"
    last = comparison.runs[-1]
    accuracy = last.summary.val_accuracy_last
    assert lines[-1] == f"stable, seed 1: {last.seconds:.0f} s, validation accuracy {accuracy:.3f}"
    # TensorFlow says nothing of each process that imports it.
    assert capfd.readouterr() == ("", "")
    alone = train_in_memory(iris_config("stable", seed=1, **_SMALL))
    assert last.curves.history == alone.curves.history
    np.testing.assert_array_equal(last.curves.global_norm, alone.curves.global_norm)


def test_no_setting_and_no_death_lasts_into_the_next_run(spying, tmp_path):
    half = {"fit": {"epochs": 1, "mixed_precision": "mixed_float16"}, "deterministic": True}
    plain = {"fit": {"epochs": 1}, "deterministic": False}
    sections = {"half": half, "deadly": _SMALL, "plain": plain}
    configs = [{"name": name, "data": spying(name, deadly=name == "deadly"), **keys} for name, keys in sections.items()]
    lines = []
    comparison = compare(configs, progress=lines.append)
    assert [run.label for run in comparison.runs] == ["half", "plain"]
    message = "The process of the run was ended by SIGKILL, as the system does when memory runs out"
    assert comparison.failures == (Failure("deadly", 0, message),)
    assert f"deadly, seed 0: failed, {message}" in lines
    states = {name: [line.split() for line in (tmp_path / name).read_text().splitlines()] for name in ("half", "plain")}
    # The first line of each is the look before the first training.
    assert [state[:3] for state in states["half"][1:]] == [["True", "float32", "1"]]
    assert [state[:3] for state in states["plain"][1:]] == [["False", "float32", "1"]]
    draws = {name: [state[3] for state in lines[1:]] for name, lines in states.items()}
    assert draws["half"] == draws["plain"]
    processes = {state[4] for lines in states.values() for state in lines[1:]}
    assert len(processes) == 2
    assert str(os.getpid()) not in processes


def test_a_failed_run_keeps_the_others(iris_config, in_this_process):
    def end(label, seed):
        if (label, seed) == ("a", 1):
            return Failure(label, seed, "MemoryError: too large")
        if (label, seed) == ("b", 0):
            raise ProcessEndedError("Ended.")
        return None

    in_this_process(end)
    lines = []
    comparison = compare([iris_config("a", **_SMALL), iris_config("b", **_SMALL)], seeds=2, progress=lines.append)
    assert [(run.label, run.seed) for run in comparison.runs] == [("a", 0), ("b", 1)]
    assert list(map(str, comparison.failures)) == ["a, seed 1: MemoryError: too large", "b, seed 0: Ended."]
    assert "a, seed 1: failed, MemoryError: too large" in lines
    assert comparison.rows[0]["seeds"] == [0]


def test_every_run_failed(iris_config, in_this_process):
    in_this_process(lambda label, seed: Failure(label, seed, f"RuntimeError: no {seed}"))
    with pytest.raises(KerasStableError) as caught:
        compare([iris_config("a", **_SMALL)], seeds=2)
    assert str(caught.value) == "Every run failed. a, seed 0: RuntimeError: no 0\na, seed 1: RuntimeError: no 1"
    assert not isinstance(caught.value, InvalidArgumentError)


def test_ctrl_c_keeps_the_runs_that_ended(iris_config, in_this_process):
    def end(label, seed):
        if seed == 1:
            raise KeyboardInterrupt

    in_this_process(end)
    comparison = compare([iris_config("a", **_SMALL), iris_config("b", **_SMALL)], seeds=2)
    assert comparison.interrupted
    assert [(run.label, run.seed) for run in comparison.runs] == [("a", 0)]
    assert comparison.rows[1]["seeds"] == []


def test_ctrl_c_before_any_run_ended(iris_config, in_this_process):
    def end(label, seed):
        raise KeyboardInterrupt

    in_this_process(end)
    with pytest.raises(KeyboardInterrupt):
        compare([iris_config("a", **_SMALL)])


def test_every_mistake_is_said_before_the_first_run(iris_config, in_this_process):
    in_this_process(lambda label, seed: None)
    missing = iris_config("missing", data={"kind": "npz", "path": "no_such.npz"})
    weights = iris_config("weights", fit={"class_weight": {0: 1.0}})
    lines = []
    with pytest.raises(InvalidArgumentError) as caught:
        compare([iris_config("fine"), missing, weights], progress=lines.append)
    assert [line.split(": ")[0] for line in str(caught.value).splitlines()] == ["missing", "weights"]
    assert lines == []


@pytest.mark.parametrize(
    ("seed", "seeds", "message"),
    [
        (0, 0, "`seeds` must be an int >= 1. Received: seeds=0"),
        (0, 1.5, "`seeds` must be an int >= 1. Received: seeds=1.5"),
        (2**32 - 1, 2, "`seeds` must be at most 1 with a config whose seed is 4294967295"),
    ],
)
def test_seeds_that_cannot_be(iris_config, seed, seeds, message):
    with pytest.raises(InvalidArgumentError) as caught:
        compare([iris_config(seed=seed)], seeds=seeds)
    assert str(caught.value).startswith(message)


@pytest.mark.parametrize("configs", [[], "a.yaml", {"data": {}}, None, 3])
def test_what_is_no_sequence_of_configs(configs):
    with pytest.raises(
        InvalidArgumentError, match="^`configs` must be (at least one config|a sequence of configs, each)"
    ):
        keras_stable.compare(configs)


def test_every_form_of_a_config_and_every_mistake_at_once(tmp_path, in_this_process):
    in_this_process(lambda label, seed: None)
    iris = {"data": {"kind": "sklearn", "name": "iris"}}
    path = tmp_path / "file.yaml"
    path.write_text("data: {kind: sklearn, name: iris}\n")
    comparison = keras_stable.compare([path, str(path), {"name": "mapping", **iris}], overrides={"fit.epochs": 7})
    assert list(comparison.configs) == ["file", "file (2)", "mapping"]
    assert {config.fit.epochs for config in comparison.configs.values()} == {7}
    with pytest.raises(InvalidArgumentError) as caught:
        keras_stable.compare([path, 3, {"fit": {"epochs": 0}, **iris}, tmp_path / "no.yaml"])
    lines = str(caught.value).splitlines()
    assert lines[0].startswith("`configs[1]` must be a Config, the path of a YAML file, or a mapping")
    assert lines[1] == "configs[2]: `fit.epochs` must be an integer >= 1. Received: fit.epochs=0"
    assert lines[2].startswith(f"{tmp_path / 'no.yaml'}: the config must be a file that exists")
