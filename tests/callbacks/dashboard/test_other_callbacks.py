"""What other callbacks see of a training with a dashboard: the same keys, whoever reads `logs`."""

import csv
import sys

import keras
import pytest

from keras_stable.callbacks import Dashboard
from keras_stable.optimizers import AdamW

KEYS = {
    *("loss", "accuracy", "val_loss", "val_accuracy"),
    *("grad_norm", "grad_norm_max", "grad_norm_applied", "clip_fraction", "skipped_steps"),
    *(
        f"{prefix}{key}"
        for prefix in ("", "val_")
        for key in ("unique_classes", "effective_classes", "top_class_share")
    ),
}


@pytest.fixture(scope="module")
def trained(build, samples, tmp_path_factory):
    """A training that several others watch, and what each has noted."""
    path = tmp_path_factory.mktemp("watched")
    x, y = samples
    stopping = keras.callbacks.EarlyStopping("grad_norm_max", mode="max", patience=0)
    watching = [keras.callbacks.CSVLogger(str(path / "history.csv")), stopping]
    model = build(AdamW(0.01))
    fit = {"epochs": 9, "validation_data": (x, y), "verbose": 0}
    history = model.fit(x, y, callbacks=[Dashboard(path / "run"), *watching], **fit).history
    return path, model, history, stopping


def test_history_and_csv_logger_have_every_key(trained):
    path, _, history, _ = trained
    assert set(history) >= KEYS
    with open(path / "history.csv", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert set(rows[0]) == {"epoch", *history}
    assert float(rows[-1]["grad_norm_max"]) == pytest.approx(history["grad_norm_max"][-1])


def test_early_stopping_watches_them(trained):
    _, _, history, stopping = trained
    assert stopping.best == max(history["grad_norm_max"])
    assert len(history["loss"]) < 9


def test_mlflow_receives_them(trained, samples, tmp_path, monkeypatch):
    mlflow = pytest.importorskip("mlflow", reason="mlflow is not installed")
    try:
        from mlflow.tensorflow import MlflowCallback
    except Exception as error:  # noqa: BLE001 - a part of MLflow without what it needs
        pytest.skip(f"MLflow has no callback here: {error}")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MLFLOW_ALLOW_FILE_STORE", "true")
    mlflow.set_tracking_uri(f"file:{tmp_path / 'mlruns'}")
    with mlflow.start_run() as run:
        x, y = samples
        fit = {"validation_data": (x, y), "verbose": 0}
        trained[1].fit(x, y, callbacks=[Dashboard(tmp_path / "run"), MlflowCallback()], **fit)
    assert set(mlflow.get_run(run.info.run_id).data.metrics) >= KEYS


def test_wandb_receives_them(trained, samples, tmp_path, monkeypatch):
    # W&B puts functions of its own in their place, and leaves them there.
    for name in ("exit", "excepthook"):
        monkeypatch.setattr(sys, name, getattr(sys, name))
    wandb = pytest.importorskip("wandb", reason="wandb is not installed")
    try:
        from wandb.integration.keras import WandbMetricsLogger
    except Exception as error:  # noqa: BLE001 - a part of W&B without what it needs
        pytest.skip(f"W&B has no callback here: {error}")
    x, y = samples
    fit = {"validation_data": (x, y), "verbose": 0}
    settings = wandb.Settings(silent=True, x_disable_stats=True, disable_git=True, save_code=False, console="off")
    with wandb.init(mode="offline", dir=tmp_path, settings=settings) as run:
        trained[1].fit(x, y, callbacks=[Dashboard(tmp_path / "run"), WandbMetricsLogger()], **fit)
        keys = {key.removeprefix("epoch/") for key in dict(run.summary)}
    assert keys >= KEYS
