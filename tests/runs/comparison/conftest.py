import numpy as np
import pytest

from keras_stable.config import Config
from keras_stable.runs.comparison import Comparison, Run
from keras_stable.runs.results import Curves, summarize


@pytest.fixture(scope="session")
def iris_config():
    """Makes a config of the iris data; keys of a section are given as a dict."""

    def made(name="a", seed=0, **sections):
        return Config.model_validate(
            {"name": name, "seed": seed, "data": {"kind": "sklearn", "name": "iris"}, **sections}
        )

    return made


@pytest.fixture(scope="session")
def make_run():
    """Makes a run of 7 epochs on 3 classes without training."""

    def made(label="a", seed=0, accuracy=(0.2, 0.5, 0.9, 0.7, 0.95, 0.9, 0.9), norms=(4.0, 2.0, 1.0), unique=3.0):
        history = {
            "loss": [1.0 / (epoch + 1) for epoch in range(len(accuracy))],
            "val_loss": [1.5 / (epoch + 1) for epoch in range(len(accuracy))],
            "val_accuracy": list(accuracy),
            "val_unique_classes": [unique] * len(accuracy),
            "val_effective_classes": [unique - 0.5] * len(accuracy),
            "val_top_class_share": [0.4] * len(accuracy),
        }
        curves = Curves(history, np.array(norms, "float32"), np.minimum(np.array(norms, "float32"), 0.5))
        return Run(label, seed, 2.0, summarize(curves, np.array([0, 1, 1, 0, 0]), 3), curves)

    return made


@pytest.fixture(scope="session")
def comparison(iris_config, make_run):
    """Two configs with two seeds each; the first is sick."""
    configs = {"sick": iris_config("sick", optimizer={"clipvalue": None}), "well": iris_config("well")}
    sick = [make_run("sick", seed, (0.3, 0.4), (112199.6, 50.0, np.inf), unique=1.0 + seed) for seed in (0, 1)]
    return Comparison(configs, (*sick, make_run("well", 0), make_run("well", 1)))
