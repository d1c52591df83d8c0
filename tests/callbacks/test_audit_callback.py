"""The rules that run while `fit` does."""

import logging

import keras
import numpy as np
import pytest
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

import keras_stable
from keras_stable.callbacks import AuditCallback
from keras_stable.diagnosis import Found, rule

RNG = np.random.default_rng(0)
X = RNG.normal(size=(64, 4)).astype("float32")
Y = (X[:, 0] > 0).astype("int64")


def fit(callback, scale=1.0, epochs=2, optimizer=None):
    keras.utils.set_random_seed(0)
    # Where TensorFlow fuses a layer with its relu, some processors make 0 of NaN.
    hidden = keras.layers.Dense(8, "linear" if np.isnan(scale) else "relu")
    model = keras.Sequential([keras.Input((4,)), hidden, keras.layers.Dense(2)])
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(optimizer or keras_stable.optimizers.SGD(0.1), loss, metrics=["accuracy"])
    return model.fit(scale * X, Y, epochs=epochs, callbacks=[callback], verbose=0).history


def test_a_healthy_fit_has_no_finding(caplog):
    with caplog.at_level(logging.WARNING, "keras_stable"):
        history = fit(AuditCallback(), epochs=8)
    assert history["audit_errors"] == history["audit_warnings"] == [0] * 8
    assert not [record for record in caplog.records if record.name.startswith("keras_stable")]


@pytest.mark.parametrize("optimizer", [None, "sgd"])
def test_a_loss_that_is_nan_is_an_error_logged_once(caplog, optimizer):
    callback = AuditCallback()
    with caplog.at_level(logging.WARNING, "keras_stable"):
        history = fit(callback, scale=np.nan, epochs=3, optimizer=optimizer)
    assert min(history["audit_errors"]) >= 1
    assert callback.report.of("nonfinite-loss")
    assert sum("nonfinite-loss" in record.getMessage() for record in caplog.records) == 1


def test_large_gradients_are_seen_through_the_guard():
    callback = AuditCallback(select=["exploding-gradients"])
    fit(callback, scale=1e6)
    assert callback.report.of("exploding-gradients")[0].evidence["largest_norm"] > 1e3


def test_tensorboard_gets_the_findings_as_text(tmp_path):
    fit(AuditCallback(tmp_path), scale=np.nan)
    events = EventAccumulator(str(tmp_path)).Reload()
    texts = [event.tensor_proto.string_val[0].decode() for event in events.Tensors("audit/findings")]
    assert [event.step for event in events.Tensors("audit/findings")] == [0, 1]
    assert all("nonfinite-loss" in text for text in texts)


def test_own_rules_run_and_a_crash_hides_nothing(caplog):
    @rule("MY1", "always", remedy="Nothing.", severity="warning")
    def always(history):
        """Always."""
        yield Found("training", f"{len(history.loss)} epochs")

    @rule("MY2", "crashing", remedy="Nothing.")
    def crashing(history):
        """Always crashes."""
        raise RuntimeError("no reason")

    callback = AuditCallback(rules=[crashing, always], select=["MY"])
    assert fit(callback)["audit_warnings"] == [1, 1]
    assert callback.report.crashed == {"crashing": "RuntimeError: no reason"}
    assert [each.message for each in callback.report.findings] == ["2 epochs"]
    assert sum("crashed" in record.getMessage() for record in caplog.records) == 1
