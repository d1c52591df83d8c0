from types import SimpleNamespace

import pytest

from keras_stable.runs.comparison import Failure, Run
from keras_stable.runs.comparison.execution import config_mistakes, run_config


@pytest.fixture
def trained(monkeypatch, make_run):
    """Puts a function in the place of the training."""
    from keras_stable.runs import fitting

    def use(end=lambda config: None, interrupted=False):
        def train_in_memory(config):
            end(config)
            run = make_run()
            return SimpleNamespace(summary=run.summary, curves=run.curves, interrupted=interrupted)

        monkeypatch.setattr(fitting, "train_in_memory", train_in_memory)

    return use


def test_every_mistake_of_every_config(iris_config):
    missing = iris_config("missing", data={"kind": "npz", "path": "no_such.npz"})
    weights = iris_config("weights", fit={"class_weight": {0: 1.0}})
    module = iris_config("module", model={"encoder": "module", "module": "no_such_module:f"})
    configs = {config.name: config for config in (iris_config("fine"), missing, weights, module)}
    lines = config_mistakes(configs)
    assert [line.split(": ")[0] for line in lines] == ["missing", "weights", "module"]
    assert all("must be" in line and "Received: " in line for line in lines)


def test_a_run_says_nothing_while_it_trains(iris_config, trained):
    verbosities = []
    trained(lambda config: verbosities.append(config.fit.verbose))
    run = run_config("a", iris_config(seed=3, fit={"verbose": 2}))
    assert isinstance(run, Run)
    assert (run.label, run.seed, verbosities) == ("a", 3, [0])
    assert run.seconds >= 0


def test_an_exception_is_a_failure_with_its_place(iris_config, trained):
    def end(config):
        raise MemoryError("too large\nby far")

    trained(end)
    failure = run_config("a", iris_config())
    assert isinstance(failure, Failure)
    assert str(failure) == "a, seed 0: MemoryError: too large"
    assert "in end" in failure.traceback


def test_half_a_run_is_none(iris_config, trained):
    trained(interrupted=True)
    assert run_config("a", iris_config()) is None
