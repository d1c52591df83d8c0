from types import SimpleNamespace

import numpy as np
import pytest

from keras_stable.errors import InvalidArgumentError, KerasStableError
from keras_stable.runs.comparison import compare

_SMALL = {"fit": {"epochs": 2}, "model": {"hidden_units": [8]}}


@pytest.fixture
def fake_training(monkeypatch, make_run):
    """Puts a function of name and seed in the place of the training; a run ends well unless it raises."""
    from keras_stable.runs import composition, training

    monkeypatch.setattr(composition, "build_model", lambda config, data: None)

    def use(end):
        def train_in_memory(config):
            end(config.name, config.seed)
            run = make_run()
            return SimpleNamespace(summary=run.summary, curves=run.curves, interrupted=False)

        monkeypatch.setattr(training, "train_in_memory", train_in_memory)

    return use


def test_two_configs_with_two_seeds(iris_config, capfd):
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
    comparison = compare([before, iris_config("stable", **_SMALL)], seeds=2, progress=lines.append)
    assert [(run.label, run.seed) for run in comparison.runs] == [
        ("before", 3),
        ("before", 4),
        ("stable", 0),
        ("stable", 1),
    ]
    sick, well = comparison.rows
    assert sick["grad_norm_max"] > 100 > 10 > well["grad_norm_max"]
    assert sick["grad_norm_applied_max"] == pytest.approx(5.0, rel=1e-5)
    assert (well["steps"], well["steps_over_limit"], well["num_classes"]) == (16, 0, 3)
    assert not np.array_equal(*(run.curves.global_norm for run in comparison.runs_of("stable")))
    assert comparison.failures == ()
    assert not comparison.interrupted
    assert lines[0] == "before, seed 3: run 1 of 4, 2 epochs"
    last = comparison.runs[-1]
    accuracy = last.summary.val_accuracy_last
    assert lines[-1] == f"stable, seed 1: {last.seconds:.0f} s, validation accuracy {accuracy:.3f}"
    output = capfd.readouterr()
    assert "Epoch" not in output.out
    assert "retracing" not in output.err


def test_a_failed_run_keeps_the_others(iris_config, fake_training):
    def end(name, seed):
        if (name, seed) == ("a", 1):
            raise MemoryError("too large\nby far")

    fake_training(end)
    lines = []
    comparison = compare([iris_config("a", **_SMALL), iris_config("b", **_SMALL)], seeds=2, progress=lines.append)
    assert [(run.label, run.seed) for run in comparison.runs] == [("a", 0), ("b", 0), ("b", 1)]
    (failure,) = comparison.failures
    assert str(failure) == "a, seed 1: MemoryError: too large"
    assert "in end" in failure.traceback
    assert "a, seed 1: failed, MemoryError: too large" in lines
    assert comparison.rows[0]["seeds"] == [0]


def test_every_run_failed(iris_config, fake_training):
    def end(name, seed):
        raise RuntimeError(f"no {seed}")

    fake_training(end)
    with pytest.raises(KerasStableError) as caught:
        compare([iris_config("a", **_SMALL)], seeds=2)
    assert str(caught.value) == "Every run failed. a, seed 0: RuntimeError: no 0\na, seed 1: RuntimeError: no 1"
    assert not isinstance(caught.value, InvalidArgumentError)


def test_ctrl_c_keeps_the_runs_that_ended(iris_config, fake_training):
    def end(name, seed):
        if seed == 1:
            raise KeyboardInterrupt

    fake_training(end)
    comparison = compare([iris_config("a", **_SMALL), iris_config("b", **_SMALL)], seeds=2)
    assert comparison.interrupted
    assert [(run.label, run.seed) for run in comparison.runs] == [("a", 0)]
    assert comparison.rows[1]["seeds"] == []


def test_a_run_that_ctrl_c_cut_short_does_not_count(iris_config, monkeypatch, make_run):
    from keras_stable.runs import training

    run = make_run()
    half = SimpleNamespace(summary=run.summary, curves=run.curves, interrupted=True)
    monkeypatch.setattr(training, "train_in_memory", lambda config: half)
    with pytest.raises(KeyboardInterrupt):
        compare([iris_config("a", **_SMALL)], seeds=2)


def test_every_mistake_is_found_before_the_first_run(iris_config, monkeypatch):
    from keras_stable.runs import training

    monkeypatch.setattr(training, "train_in_memory", lambda config: pytest.fail("a run was started"))
    missing = iris_config("missing", data={"kind": "npz", "path": "no_such.npz"})
    weights = iris_config("weights", fit={"class_weight": {0: 1.0}})
    module = iris_config("module", model={"encoder": "module", "module": "no_such_module:f"})
    with pytest.raises(InvalidArgumentError) as caught:
        compare([iris_config("fine"), missing, weights, module], seeds=1)
    lines = str(caught.value).splitlines()
    assert [line.split(": ")[0] for line in lines] == ["missing", "weights", "module"]
    assert all("must be" in line and "Received: " in line for line in lines)


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


def test_no_config():
    with pytest.raises(InvalidArgumentError, match="`configs` must be at least one config"):
        compare([], seeds=1)
