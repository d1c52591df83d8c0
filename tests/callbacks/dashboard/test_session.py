import pytest

from keras_stable.callbacks.dashboard.session import figures


def test_a_training_gets_its_row(shown):
    tags = shown.events().Tags()["scalars"]
    last = {tag.removeprefix("summary/"): shown.scalars(tag)[0].value for tag in tags if tag.startswith("summary/")}
    assert last["val_accuracy_best"] == pytest.approx(max(shown.history["val_accuracy"]))
    assert last["grad_norm_max"] == pytest.approx(shown.recorder.global_norm.max())
    assert last["unique_classes"] == shown.history["val_unique_classes"][-1]
    assert (last["epochs"], last["nonfinite_steps"]) == (3, 0)
    assert "_hparams_/session_start_info" in shown.events().PluginTagToContent("hparams")


def test_figures_of_nothing():
    assert figures([]) == {"epochs": 0}


def test_a_norm_that_is_not_finite_is_not_the_largest():
    epochs = [{"grad_norm_max": float("nan"), "skipped_steps": 2.0}, {"grad_norm_max": 3.0, "skipped_steps": 1.0}]
    assert figures(epochs) == {"epochs": 2, "grad_norm_max": 3.0, "nonfinite_steps": 3.0}


def test_without_a_validation_the_training_says_what_is_predicted():
    assert figures([{"loss": 1.0, "unique_classes": 4.0}])["unique_classes"] == 4.0
