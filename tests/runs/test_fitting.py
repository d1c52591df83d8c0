import json

import keras
import numpy as np
import pytest

from keras_stable.config import Config
from keras_stable.errors import InvalidArgumentError
from keras_stable.runs.fitting import fit, prepared, train_in_memory


def config(**sections):
    keys = {"epochs": 3, "verbose": 0, **sections.pop("fit", {})}
    data = {"kind": "sklearn", "name": "iris", **sections.pop("data", {})}
    return Config.model_validate({"name": "iris", "data": data, "fit": keys, **sections})


def test_early_stopping_ends_the_run_and_keeps_the_best_epoch():
    stopping = {"monitor": "val_loss", "patience": 0, "min_delta": 10.0}
    trained = train_in_memory(config(fit={"epochs": 9, "early_stopping": stopping}))
    assert (trained.summary.epochs, trained.model_epoch) == (2, 1)


def test_every_other_option_of_a_run_works_together():
    trained = train_in_memory(
        config(
            data={"name": "digits", "input_scale": 100},
            model={"encoder": "conv", "filters": [4], "feature_dim": 8, "dropout": 0.1},
            augmentation=[{"layer": "RandomTranslation", "height_factor": 0.1, "width_factor": 0.1}],
            loss={"label_smoothing": 0.1, "focal_gamma": 2.0},
            optimizer={"learning_rate_schedule": "cosine", "warmup_epochs": 1},
            fit={
                "epochs": 2,
                "class_weight": "balanced",
                "steps_per_execution": 4,
                "normalization_update_epochs": 0,
                "stability_guard": {"max_rollbacks": 1},
            },
        )
    )
    assert trained.summary.epochs == 2
    assert trained.summary.grad_norm_max < 10
    assert len(trained.curves.global_norm) == 2 * 45
    assert trained.history["guard_events"] == [0, 0]


def test_the_guard_of_a_config_writes_into_the_run_directory(tmp_path):
    """The data are broken after they were checked, as far as that not even a guarded optimizer gets along."""
    keys = {"keep_batches": 4, "rate_factor": 0.25}
    run = config(fit={"epochs": 1, "batch_size": 4, "normalization_update_epochs": 0, "stability_guard": keys})
    data, model, weights = prepared(run)
    data.train.x[::2] = np.nan
    trained = fit(run, data, model, weights, directory=tmp_path)
    event = json.loads((tmp_path / "guard" / "events.jsonl").read_text().splitlines()[0])
    assert (event["kind"], event["action"]) == ("nonfinite", "rollback")
    assert any(row % 2 == 0 for row in event["rows"])
    assert event["new_rates"] == pytest.approx([0.00025])
    assert (tmp_path / "guard" / event["directory"] / "batches.npz").is_file()
    assert trained.history["guard_rollbacks"] == [1]


def test_the_model_is_adapted_before_the_first_step():
    data, model, weights = prepared(config(data={"input_scale": 1000.0}, fit={"class_weight": "balanced"}))
    normalized = keras.Model(model.input, model.get_layer("input_normalization").output).predict(
        data.train.x, verbose=0
    )
    np.testing.assert_allclose(normalized.mean(axis=0), 0, atol=1e-4)
    np.testing.assert_allclose(normalized.std(axis=0), 1, atol=1e-3)
    assert weights == pytest.approx({0: 1.0, 1: 1.0, 2: 1.0})


def test_a_model_that_does_not_take_the_inputs_is_one_clear_line():
    crop = {"layer": "RandomCrop", "height": 20, "width": 20}
    with pytest.raises(InvalidArgumentError, match=r"must take inputs of shape \(8, 8\)\. Received: ") as caught:
        prepared(config(data={"name": "digits"}, augmentation=[crop]))
    assert "\n" not in str(caught.value)


def test_ctrl_c_leaves_the_best_weights_and_the_steps_so_far():
    class Interrupt(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            if epoch == 2:
                raise KeyboardInterrupt

    data, model, weights = prepared(config(fit={"epochs": 9}))
    trained = fit(config(fit={"epochs": 9}), data, model, weights, extra_callbacks=[Interrupt()])
    assert (trained.interrupted, trained.summary.epochs, len(trained.curves.global_norm)) == (True, 2, 2 * 4)
    assert trained.history["val_accuracy"][trained.model_epoch - 1] == trained.summary.val_accuracy_best
    accuracy = (model.predict(data.validation.x, verbose=0).argmax(-1) == data.validation.y).mean()
    assert accuracy == pytest.approx(trained.summary.val_accuracy_best)
