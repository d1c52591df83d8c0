import keras
import numpy as np
import pytest

from keras_stable.callbacks import AveragedWeights, FeatureNormalizationUpdate
from keras_stable.models import classifier
from keras_stable.optimizers import AdamW

X = np.random.default_rng(0).normal(5, 300, size=(96, 6)).astype("float32")
Y = np.arange(96) % 3
LOSS = keras.losses.SparseCategoricalCrossentropy(from_logits=True)


def model(rate=0.05, **optimizer):
    keras.utils.set_random_seed(0)
    made = keras.Sequential([keras.Input((6,)), keras.layers.Dense(3)])
    made.compile(keras.optimizers.SGD(rate, **optimizer), LOSS)
    return made


def test_validation_and_the_end_have_the_averages_and_training_does_not():
    made = model(use_ema=True, ema_momentum=0.9)
    plain, live, validated = model(), [], []
    look = keras.callbacks.LambdaCallback(
        on_train_batch_end=lambda batch, logs: live.append(np.array(made.layers[0].kernel)),
        on_test_batch_end=lambda batch, logs: validated.append(np.array(made.layers[0].kernel)),
    )
    arguments = {"epochs": 3, "batch_size": 32, "shuffle": False, "verbose": 0, "validation_data": (X[:32], Y[:32])}
    made.fit(X, Y, callbacks=[AveragedWeights(), look], **arguments)
    steps = []
    plain.fit(
        X,
        Y,
        callbacks=[
            keras.callbacks.LambdaCallback(
                on_train_batch_end=lambda *_, **__: steps.append(np.array(plain.layers[0].kernel))
            )
        ],
        **arguments,
    )
    np.testing.assert_array_equal(live, steps)
    average, averages = steps[0].astype("float64"), [steps[0]]
    for step in steps[1:]:
        average = 0.9 * average + 0.1 * step
        averages.append(average)
    np.testing.assert_allclose(validated, averages[2::3], rtol=1e-5)
    np.testing.assert_allclose(made.layers[0].kernel, averages[-1], rtol=1e-5)


def test_the_averages_stand_in_the_model_when_training_stops_early():
    made = model(use_ema=True, ema_momentum=0.9)
    stop = keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: setattr(made, "stop_training", epoch == 1))
    made.fit(X, Y, epochs=9, verbose=0, callbacks=[AveragedWeights(), stop])
    average = made.optimizer._model_variables_moving_average[0]
    np.testing.assert_array_equal(made.layers[0].kernel, average)


def test_an_update_of_the_normalization_changes_neither_of_the_two():
    keras.utils.set_random_seed(0)
    made = classifier((6,), 3, hidden_units=(16,))
    made.compile(AdamW(0.02, use_ema=True, ema_momentum=0.8), LOSS, metrics=["accuracy"])
    update, losses = FeatureNormalizationUpdate(X), []

    def after(epoch, logs):
        losses.append((logs["val_loss"], made.evaluate(X, Y, verbose=0)[0]))

    watch = keras.callbacks.LambdaCallback(on_epoch_end=after)
    made.fit(X, Y, epochs=4, validation_data=(X, Y), verbose=0, callbacks=[update, AveragedWeights(), watch])
    for validated, evaluated in losses:
        assert evaluated == pytest.approx(validated, rel=1e-4)


def test_an_optimizer_without_averages_is_refused():
    with pytest.raises(ValueError, match="`optimizer` must be one with use_ema=True"):
        model().fit(X, Y, verbose=0, callbacks=[AveragedWeights()])
