"""One training with a dashboard, whose events the tests of all its parts read."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from keras_stable.callbacks import Dashboard
from keras_stable.callbacks.gradient_recorder import GradientRecorder
from keras_stable.optimizers import AdamW

CLASSES, EPOCHS, STEPS = 3, 3, 6
EVERYTHING = {"scalars": 0, "histograms": 0, "images": 0, "tensors": 0}


@dataclass
class Shown:
    """A training, its model and data, and the directory of its events."""

    log_dir: Path
    model: keras.Model
    x: np.ndarray
    y: np.ndarray
    history: dict[str, list[float]]
    recorder: GradientRecorder

    def events(self, run: str = "") -> EventAccumulator:
        """Returns what was written to one of its runs."""
        return EventAccumulator(str(self.log_dir / run), size_guidance=EVERYTHING).Reload()

    def scalars(self, tag: str, run: str = "") -> list[Any]:
        """Returns the points of a tag."""
        return self.events(run).Scalars(tag)


def small_model(optimizer: Any, shape: tuple[int, ...] = (8, 8), classes: int = CLASSES) -> keras.Model:
    """Returns a classifier of small pictures, compiled."""
    keras.utils.set_random_seed(0)
    layers = [keras.Input(shape), keras.layers.Flatten(), keras.layers.Dense(4, activation="relu", name="hidden")]
    model = keras.Sequential([*layers, keras.layers.Dense(classes, name="readout")])
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(optimizer, loss, metrics=["accuracy"], jit_compile=False)
    return model


def pictures(n: int = 48, shape: tuple[int, ...] = (8, 8)) -> tuple[np.ndarray, np.ndarray]:
    """Returns pictures and labels."""
    rng = np.random.default_rng(0)
    y = np.arange(n) % CLASSES
    return (rng.normal(size=(n, *shape)) + y.reshape(-1, *[1] * len(shape))).astype("float32"), y


@pytest.fixture(scope="session")
def build():
    return small_model


@pytest.fixture(scope="session")
def samples():
    return pictures()


@pytest.fixture(scope="session")
def shown(tmp_path_factory, samples):
    log_dir = tmp_path_factory.mktemp("dashboard") / "run"
    x, y = samples
    model, recorder = small_model(AdamW(0.01, global_clipnorm=0.5)), GradientRecorder()
    dashboard = Dashboard(log_dir, config={"fit": {"epochs": EPOCHS}}, class_names=["ant", "bee", "cat"])
    history = model.fit(
        x,
        y,
        batch_size=8,
        epochs=EPOCHS,
        validation_data=(x[:20], y[:20]),
        validation_batch_size=7,
        verbose=0,
        callbacks=[dashboard, recorder],
    ).history
    return Shown(log_dir, model, x, y, history, recorder)
