"""What an audit finds out about callbacks and schedules, end to end."""

import keras
import numpy as np
import pytest

import keras_stable

C, S = keras.callbacks, keras.optimizers.schedules
X = np.random.default_rng(0).normal(size=(128, 4)).astype("float32")
Y = (X[:, :1] > 0).astype("float32")


class GuideStep(keras.Model):
    """The step of the Keras guide, with metrics of its own."""

    def __init__(self):
        super().__init__()
        self.dense = keras.layers.Dense(1, activation="sigmoid")
        self.distance = keras.metrics.Mean(name="distance")

    def call(self, x):
        return self.dense(x)

    @property
    def metrics(self):
        return [self.distance]

    def train_step(self, data):
        import tensorflow as tf

        x, y = data
        with tf.GradientTape() as tape:
            loss = keras.ops.mean(keras.ops.square(self(x) - y))
        self.optimizer.apply(tape.gradient(loss, self.trainable_variables), self.trainable_variables)
        self.distance.update_state(loss)
        return {"distance": self.distance.result()}


def dense(rate=0.1):
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1, activation="sigmoid")])
    model.compile(keras.optimizers.SGD(rate), "binary_crossentropy", metrics=["accuracy"])
    return model


def facts(model, name, **arguments):
    report = keras_stable.audit(model, X, Y, select=["KS705", "KS706"], epochs=10, probe=False, **arguments)
    assert report.crashed == {}
    return report.facts.get(name)


@pytest.mark.parametrize(
    ("arguments", "keys"),
    [
        ({}, ("accuracy", "loss")),
        ({"validation_split": 0.5}, ("accuracy", "loss", "val_accuracy", "val_loss")),
        ({"validation_data": (X, Y), "validation_freq": 11}, ("accuracy", "loss")),
        ({"history": {"loss": [1.0], "own": [2.0]}}, ("loss", "own")),
    ],
)
def test_the_keys_of_the_logs(arguments, keys):
    assert facts(dense(), "callbacks", callbacks=[C.EarlyStopping("loss")], **arguments).keys == keys


def test_the_keys_of_a_step_of_the_users_own():
    model = GuideStep()
    model.compile("sgd")
    before = model.predict(X[:2], verbose=0)
    seen = facts(model, "callbacks", callbacks=[C.EarlyStopping("loss")])
    assert seen.keys == ("distance",)
    assert not seen.examined[0].available
    assert np.array_equal(model.predict(X[:2], verbose=0), before)


def test_a_schedule_goes_on_from_the_steps_that_were_taken():
    model = dense(S.ExponentialDecay(1.0, 10, 0.5))
    assert facts(model, "schedule").rates[0] == 1.0
    history = model.fit(X, Y, epochs=10, verbose=0)
    assert facts(model, "schedule").first_step == 40
    assert facts(model, "schedule", history=history).first_step == 0


def test_rates_in_a_history_are_read():
    plateau = C.ReduceLROnPlateau("loss", patience=1, mode="max")
    model = dense()
    history = model.fit(X, Y, epochs=10, verbose=0, callbacks=[plateau])
    path = facts(model, "schedule", history=history, callbacks=[plateau])
    assert path.observed
    assert path.kind == "ReduceLROnPlateau"
    assert path.rates == tuple(history.history["learning_rate"])


def test_the_loss_has_no_more_to_gain_than_its_floor_allows():
    [stopping] = facts(dense(), "callbacks", callbacks=[C.EarlyStopping("loss", min_delta=0.5)]).examined
    assert 0.5 < stopping.to_gain < 2.0


def test_without_callbacks_or_a_plan_there_is_nothing():
    assert facts(dense(), "callbacks") is None
    report = keras_stable.audit(dense(S.CosineDecay(0.1, 5)), X, Y, select=["KS706"], probe=False)
    assert "epochs is not known" in report.skipped["decaying-schedule"]


def test_with_weights_a_history_is_held_against_a_constant_answer_over_all_rows():
    """Rows of a rare class that weigh much: in a sample of 512 their number is left to chance."""
    rng = np.random.default_rng(0)
    y = (np.arange(20_000) % 400 == 0).astype("float32")
    x = rng.normal(size=(20_000, 4)).astype("float32")
    model = dense()
    weights = {0: 1.0, 1: 399.0}
    history = {"loss": [2.0, 1.5, 1.4]}
    report = keras_stable.audit(
        model, x, y, class_weight=weights, history=history, select=["KS602", "KS707"], probe=False, epochs=3
    )
    # As many of each, by their weights: a loss of ln 2 for a sum of weights of 2 a row.
    assert report.facts["history"].constant_loss == pytest.approx(2 * 19_950 / 20_000 * np.log(2), rel=1e-3)
    assert report.facts["weights"].outputs[0].samples == 20_000
    [counted] = report.facts["weights"].outputs
    assert counted.classes == ((0, 19_950, 19_950.0), (1, 50, 50 * 399.0))


class DropsWeights(keras.Sequential):
    def train_step(self, data):
        return super().train_step(data[:2])


def test_a_loss_without_weights_is_held_against_a_constant_answer_without_them():
    model = DropsWeights([keras.Input((4,)), keras.layers.Dense(1, activation="sigmoid")])
    model.compile("sgd", "binary_crossentropy")
    report = keras_stable.audit(model, X, Y, sample_weight=np.full(128, 7.0), select=["KS412", "KS707"], probe=False)
    assert report.facts["evaluation"].constant_loss < 0.7
    assert [finding.rule for finding in report.findings] == ["zero-weights"]
    plain = keras_stable.audit(dense(), X, Y, sample_weight=np.full(128, 7.0), select=["KS412"], probe=False)
    assert plain.facts["evaluation"].constant_loss > 4
