import csv
import json

import keras
import numpy as np
import pytest
import tensorflow as tf
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

import keras_stable
from keras_stable.config import Config, load_config
from keras_stable.data import load_data
from keras_stable.errors import InvalidArgumentError, RunError
from keras_stable.runs.fitting import train_in_memory
from keras_stable.runs.training import resume, train

KEYS = {
    *("loss", "accuracy", "val_loss", "val_accuracy"),
    *("grad_norm", "grad_norm_max", "grad_norm_applied", "clip_fraction", "skipped_steps"),
    *(p + key for p in ("", "val_") for key in ("unique_classes", "effective_classes", "top_class_share")),
    *(p + key for p in ("", "val_") for key in ("never_predicted_classes", "label_divergence", "distinct_in_10")),
}


def config(**sections):
    fit = {"epochs": 3, "verbose": 0, **sections.pop("fit", {})}
    data = {"kind": "sklearn", "name": "iris", **sections.pop("data", {})}
    return Config.model_validate({"name": "iris", "data": data, "fit": fit, **sections})


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """Of a mapping with a seed and overrides, which is the config that they make."""
    source = config(fit={"epochs": 9}).model_dump(exclude={"name"})
    path = tmp_path_factory.mktemp("runs") / "run"
    return keras_stable.train(source, path, seed=0, overrides={"fit.epochs": 3, "name": "iris"})


def test_a_run_directory_holds_everything(run):
    path, trained = run.directory, run
    with open(path / "history.csv", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 3
    assert set(rows[0]) == {"epoch", *KEYS}
    assert float(rows[-1]["val_accuracy"]) == pytest.approx(trained.summary.val_accuracy_last)
    assert load_config(path / "config.yaml") == config()
    summary = json.loads((path / "summary.json").read_text())
    assert summary["grad_norm_max"] == pytest.approx(float(trained.curves.global_norm.max()))
    assert summary["export_largest_difference"] <= 1e-5
    assert json.loads((path / "environment.json").read_text())["packages"]["keras"] == keras.__version__
    assert (path / "curves.png").read_bytes().startswith(b"\x89PNG")


def test_tensorboard_has_the_promised_tags(run):
    tags = EventAccumulator(str(run.directory / "tensorboard")).Reload().Tags()["scalars"]
    assert {"gradients/global_norm", "gradients/applied_norm", "gradients/readout/kernel"} <= set(tags)
    assert {"predictions/unique_classes", "predictions/effective_classes", "predictions/top_class_share"} <= set(tags)


def test_the_saved_model_is_the_trained_one_and_its_export_serves(run):
    path, trained = run.directory, run
    x = np.random.default_rng(0).normal(4, 2, size=(7, 4)).astype("float32")
    expected = trained.model.predict(x, verbose=0)
    np.testing.assert_array_equal(keras_stable.load_model(path / "model.keras").predict(x, verbose=0), expected)
    loaded = tf.saved_model.load(path / "export" / "1")
    served = loaded.signatures["serving_default"](inputs=tf.constant(x))
    np.testing.assert_array_equal(served["class_ids"], expected.argmax(axis=1))


def test_the_same_config_gives_the_same_run(run):
    again = train_in_memory(config())
    np.testing.assert_array_equal(again.curves.global_norm, run.curves.global_norm)
    assert again.curves.history == run.curves.history
    other = train_in_memory(config(seed=1))
    assert other.curves.history != run.curves.history


def test_an_existing_run_is_overwritten_only_when_asked(run, tmp_path):
    path = run.directory
    with pytest.raises(InvalidArgumentError, match="`run directory` must be new or empty"):
        train(config(), path)
    assert (path / "summary.json").is_file()
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("years of work")
    for name in ("config.yaml", "environment.json"):
        (tmp_path / "mine" / name).write_bytes((path / name).read_bytes())
    with pytest.raises(
        InvalidArgumentError,
        match="`run directory` must be that of an earlier run and nothing else. Received: .* with thesis.txt",
    ):
        train(config(), tmp_path / "mine", overwrite=True)
    assert (tmp_path / "mine" / "thesis.txt").is_file()
    (tmp_path / "mine" / "thesis.txt").unlink()
    train(config(fit={"epochs": 1}), tmp_path / "mine", overwrite=True)
    assert json.loads((tmp_path / "mine" / "summary.json").read_text())["epochs"] == 1


def test_ctrl_c_keeps_the_best_weights_so_far(tmp_path, monkeypatch):
    original = keras_stable.callbacks.GradientNormLogger.on_epoch_begin

    def interrupt(self, epoch, logs=None):
        if epoch == 2:
            raise KeyboardInterrupt
        original(self, epoch, logs)

    monkeypatch.setattr(keras_stable.callbacks.GradientNormLogger, "on_epoch_begin", interrupt)
    trained = train(config(fit={"epochs": 50}), tmp_path / "run")
    path = trained.directory
    assert trained.interrupted
    summary = json.loads((path / "summary.json").read_text())
    assert summary["interrupted"] is True
    assert summary["epochs"] == 2
    assert summary["model_epoch"] in (1, 2)
    assert len(trained.curves.global_norm) == 2 * 4
    data = load_data(config().data, batch_size=32, seed=0)
    predicted = keras_stable.load_model(path / "model.keras").predict(data.validation.x, verbose=0).argmax(-1)
    assert (predicted == data.validation.y).mean() == pytest.approx(summary["val_accuracy_best"])
    assert (path / "export" / "1" / "saved_model.pb").is_file()


def test_a_training_that_diverges_is_reported_and_not_lost(tmp_path):
    wild = {"learning_rate": 1e30, "clipvalue": None, "global_clipnorm": None}
    with pytest.warns(UserWarning, match="The features are NaN, infinite"):
        trained = train(config(optimizer=wild), tmp_path / "run")
    assert trained.summary.epochs == 3
    assert (trained.directory / "model.keras").is_file()


def test_mixed_precision_trains_and_exports(tmp_path):
    assert train_in_memory(config(fit={"mixed_precision": "mixed_bfloat16"})).summary.grad_norm_max < 10
    trained = train(config(fit={"mixed_precision": "mixed_float16"}), tmp_path / "run")
    assert trained.summary.grad_norm_max < 10
    assert json.loads((trained.directory / "summary.json").read_text())["export_largest_difference"] <= 1e-5


def test_bad_data_leaves_nothing_behind(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InvalidArgumentError):
        train(Config.model_validate({"data": {"kind": "npz", "path": "missing.npz"}}))
    assert list(tmp_path.iterdir()) == []


def test_the_run_is_handed_back_whole(run, tmp_path):
    assert run.config == config()
    assert len(run.history["val_accuracy"]) == run.summary.epochs == 3
    assert (run.interrupted, run.model_epoch) == (False, 3)
    assert len(repr(run)) < 1000


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"config": 3}, "`config` must be a Config, the path of a YAML file, or a mapping"),
        ({"config": "no_such.yaml"}, "no_such.yaml: the config must be a file that exists"),
        ({"config": {"data": {"kind": "sklearn", "name": "iris"}}, "seed": -1}, "seed=-1: `seed` must be"),
    ],
)
def test_bad_input_is_one_clear_line_and_writes_nothing(arguments, message, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InvalidArgumentError) as caught:
        train(**arguments)
    assert str(caught.value).startswith(message)
    assert "\n" not in str(caught.value)
    assert list(tmp_path.iterdir()) == []


def test_an_unwritable_run_directory_is_one_clear_line(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(InvalidArgumentError, match="The run directory must be writable. Received: .*file"):
        train(config(), tmp_path / "file" / "run")


class Death(BaseException):
    """Ends a run without any ending of its own, as `kill -9` does."""


def die_in(monkeypatch, epoch):
    original = keras_stable.callbacks.GradientNormLogger.on_epoch_begin

    def die(self, number, logs=None):
        if number == epoch:
            raise Death
        original(self, number, logs)

    monkeypatch.setattr(keras_stable.callbacks.GradientNormLogger, "on_epoch_begin", die)


def test_a_killed_run_goes_on_and_comes_to_the_same(run, tmp_path, monkeypatch):
    with monkeypatch.context() as patch:
        die_in(patch, 2)
        with pytest.raises(Death):
            train(config(), tmp_path / "run")
    resumed = resume(tmp_path / "run")
    assert resumed.history == run.history
    assert np.array_equal(resumed.curves.global_norm, run.curves.global_norm)
    for value, other in zip(resumed.model.get_weights(), run.model.get_weights(), strict=True):
        assert np.array_equal(value, other)
    assert (resumed.directory / "history.csv").read_text() == (run.directory / "history.csv").read_text()
    goodput = json.loads((resumed.directory / "summary.json").read_text())["goodput"]
    assert (goodput["steps"], goodput["executed_steps"], goodput["starts"]) == (1.0, 3 * 4, 2)
    assert 0 < goodput["time"] < 1
    events = EventAccumulator(str(resumed.directory / "tensorboard")).Reload()
    assert [event.step for event in events.Scalars("gradients/global_norm")] == list(range(3 * 4))


def test_a_full_disk_is_said_in_one_line_and_the_checkpoints_stay(tmp_path, monkeypatch):
    def full(*arguments, **more):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("keras_stable.runs.training.save_curves", full)
    with pytest.raises(RunError, match=r"cannot be written in .*No space left.*keras-stable train --resume"):
        train(config(fit={"epochs": 1}), tmp_path / "run")
    assert list((tmp_path / "run" / "checkpoints" / "fit_1").glob("step*"))
    assert not list((tmp_path / "run").glob(".partial*summary*"))


def test_what_is_no_run_cannot_be_resumed(tmp_path):
    with pytest.raises(InvalidArgumentError, match=r"`run` must be the directory of a run"):
        resume(tmp_path)
