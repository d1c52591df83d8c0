import keras
import numpy as np
import pytest

import keras_stable
from keras_stable.diagnosis.facts import Balance, OutputShare, Plan
from keras_stable.diagnosis.rules.program.outweighed_loss import outweighed_loss

STRONG = OutputShare("age", 100.0, -9.0, 0.6, 0.55)


@pytest.mark.parametrize(
    ("weak", "plan", "expected"),
    [
        (OutputShare("mood", 1.0, 0.0, 0.0, 0.6), Plan(), "warning"),
        (OutputShare("mood", 11.0, 0.0, 0.0, 0.6), Plan(), None),
        (OutputShare("mood", 1.0, 0.0, 0.0, 0.1), Plan(), None),  # balance does not help it
        (OutputShare("mood", 1.0, 0.0, 0.95, 1.2), Plan(), None),
        (OutputShare("mood", 1.0, 0.0, 0.3, 0.6), Plan(epochs=100), "advice"),  # it has begun, and has time
        (OutputShare("mood", 1.0, 0.0, 0.3, 0.6), Plan(epochs=5), "warning"),
        (OutputShare("mood", 1.0, float("nan"), 0.3, 0.6), Plan(epochs=100, trained=True), "warning"),
    ],
)
def test_ratio_gain_and_time(severity, weak, plan, expected):
    assert severity(outweighed_loss, balance=Balance((STRONG, weak), trial_steps=200), plan=plan) == expected


def test_what_the_other_output_pays_for_is_a_trade():
    strong = OutputShare("age", 100.0, -9.0, 0.6, 0.1)
    weak = OutputShare("mood", 1.0, 0.0, 0.0, 0.6)
    assert list(outweighed_loss.run({"balance": Balance((strong, weak)), "plan": Plan()})) == []


@pytest.mark.parametrize("scaled", [False, True])
def test_a_number_beside_a_class(scaled):
    rng = np.random.default_rng(0)
    x = rng.normal(size=(1200, 16)).astype("float32")
    mood = np.argmax(x[:, :8] @ rng.normal(size=(8, 5)), 1)
    age = (40 + 15 * np.tanh(x[:, 8:] @ rng.normal(size=(8, 1)) * 0.4)).astype("float32")
    age = (age - age.mean()) / age.std() if scaled else age
    keras.utils.set_random_seed(0)
    inputs = keras.Input((16,))
    hidden = keras.layers.Dense(24, "relu")(keras.layers.Dense(32, "relu")(inputs))
    outputs = {"mood": keras.layers.Dense(5, "softmax")(hidden), "age": keras.layers.Dense(1)(hidden)}
    model = keras.Model(inputs, outputs)
    model.compile(keras.optimizers.Adam(2e-3), {"mood": "sparse_categorical_crossentropy", "age": "mse"})
    report = keras_stable.audit(model, x, {"mood": mood, "age": age}, epochs=8)
    assert [finding.rule for finding in report.at_least("warning")] == ([] if scaled else ["outweighed-loss"])
    if not scaled:
        assert report.findings[0].where == "mood"
