"""Trains a small model under a strategy and writes what came of it: python worker_program.py STRATEGY PATH."""

import sys

import keras
import numpy as np
import tensorflow as tf

from keras_stable import distribution
from keras_stable.callbacks import GradientNormLogger, ReplicaCheck
from keras_stable.distribution.agreement import number_of_each_worker
from keras_stable.metrics import PredictionDiversity
from keras_stable.optimizers import AdamW, gradient_history

STEPS, EPOCHS, BATCH = 4, 3, 64


def rows():
    """Returns inputs [256, 8] and labels [256]; one batch is large, so that both clips act."""
    rng = np.random.RandomState(0)
    x = rng.randn(STEPS * BATCH, 8).astype("float32")
    x[BATCH : 2 * BATCH] *= 100
    return x, rng.randint(0, 3, len(x))


def trained(strategy):
    """Returns the model, its history, its outputs, and a number that each worker has told all others."""
    x, y = rows()
    with distribution.scope(strategy) as scope:
        keras.utils.set_random_seed(0)
        model = keras.Sequential([keras.Input((8,)), keras.layers.Dense(16, activation="relu"), keras.layers.Dense(3)])
        optimizer = AdamW(0.01, clipvalue=0.05, global_clipnorm=0.1)
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        model.compile(optimizer, loss, metrics=["accuracy", PredictionDiversity(3)], jit_compile=False)
        data = tf.data.Dataset.from_tensor_slices((x, y)).batch(BATCH)
        history = model.fit(
            data,
            epochs=EPOCHS,
            validation_data=data,
            verbose=0,
            callbacks=[GradientNormLogger(), ReplicaCheck(every=STEPS)],
        )
        outputs = model.predict(x[:BATCH], batch_size=BATCH, verbose=0)
        numbers = number_of_each_worker(scope, 10 * (not distribution.is_chief(scope)))
    return model, history.history, outputs, numbers


def result(strategy):
    """Returns it as arrays by name."""
    model, history, outputs, numbers = trained(strategy)
    norms = gradient_history(model.optimizer)
    weights = {f"weight_{i}": weight for i, weight in enumerate(model.get_weights())}
    logs = {f"log_{name}": np.asarray(values) for name, values in history.items()}
    return {
        **weights,
        **logs,
        "norms": norms.global_norm,
        "applied": norms.applied_norm,
        "outputs": outputs,
        "numbers": numbers,
    }


if __name__ == "__main__":
    np.savez(sys.argv[2], **result(sys.argv[1]))
