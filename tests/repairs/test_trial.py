import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_stable.repairs.applying import applied
from keras_stable.repairs.program import Program
from keras_stable.repairs.trial import Trial

RNG = np.random.default_rng(0)
X = RNG.normal(size=(96, 3)).astype("float32")
Y = (X[:, 0] > 0).astype(int)
HALF, REST = np.arange(64), np.arange(64, 96)


def trial(x=X, y=Y, **fit):
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2, activation="softmax")])
    model.compile(keras.optimizers.Adam(0.1), "sparse_categorical_crossentropy")
    return Trial(applied(Program(model, x, y, fit), []), fit.get("epochs", 4))


@pytest.fixture(scope="module")
def plain():
    return trial(epochs=4, batch_size=16)


def test_the_same_seed_gives_the_same_training(plain):
    first, again = (plain.run(HALF, REST, 1.0, seed=3) for _ in range(2))
    other = plain.run(HALF, REST, 1.0, seed=4)
    assert first.history == again.history != other.history
    assert first.whole > 0.8
    assert len(first.history["loss"]) == 4
    assert first.work == 4 * 64


def test_a_share_below_one_epoch_takes_fewer_rows(plain):
    outcome = plain.run(HALF, REST, 0.125, seed=0)
    assert (outcome.work, len(outcome.history["loss"])) == (32, 1)


def test_fresh_weights_are_others(plain):
    kept = plain.run(HALF, REST, 0.25, seed=0).history["loss"]
    assert plain.run(HALF, REST, 0.25, seed=0, fresh=True).history["loss"] != kept
    assert plain.run(HALF, REST, 0.25, seed=0).history["loss"] == kept


def test_the_work_has_a_limit(plain):
    assert plain.run(HALF, REST, 1.0, seed=0, most=130).work == 128


def test_callbacks_that_steer_are_heard():
    stop = keras.callbacks.EarlyStopping("loss", mode="max", patience=1)
    outcome = trial(epochs=9, batch_size=32, callbacks=[stop]).run(HALF, REST, 1.0, seed=0)
    assert outcome.work == 2 * 64


def test_validation_data_are_in_the_history_where_they_are_asked_for():
    validated = trial(epochs=1, batch_size=32, validation_data=(X[REST], Y[REST]))
    assert "val_loss" not in validated.run(HALF, REST, 1.0, seed=0).history
    assert len(validated.run(HALF, REST, 1.0, seed=0, validated=True).history["val_loss"]) == 1


def test_what_a_program_stumbles_over_is_told():
    outcome = trial(y=Y + 9, epochs=1, batch_size=32).run(HALF, REST, 1.0, seed=0)
    # Elsewhere than on a CPU the loss of such labels is NaN.
    assert outcome.failure or np.isnan(outcome.history["loss"]).all()


def test_a_stream_is_trained_in_its_order_and_batches():
    made = trial(tf.data.Dataset.from_tensor_slices((X, Y)).batch(24), None, epochs=2)
    assert (made.batch_size, made.rows.rows) == (24, 96)
    assert made.run(HALF, REST, 1.0, seed=0).work == 2 * 64
