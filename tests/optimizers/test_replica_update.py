"""What is done only in some steps is, where replicas merge, what Keras does without a strategy.

On one device, which merges all the same; that two replicas do as NumPy does is in test_distribution.py.
"""

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_stable.optimizers import AdamW, gradient_history

OVERWRITING = {"use_ema": True, "ema_momentum": 0.9, "ema_overwrite_frequency": 2}
SETTINGS = {
    "accumulating": {"gradient_accumulation_steps": 3},
    "overwriting": OVERWRITING,
    "both": {"gradient_accumulation_steps": 3, **OVERWRITING},
}


def trained(strategy, **arguments):
    """Returns weights, accumulators and averages, and the norms, after 7 batches."""
    with strategy.scope():
        weights = [keras.Variable([[1.0, -2.0]], name="kernel"), keras.Variable([0.5], name="bias")]
        optimizer = AdamW(0.1, clipvalue=2.0, global_clipnorm=1.0, **arguments)
        optimizer.build(weights)

    @tf.function
    def step(scale):
        strategy.run(lambda scale: optimizer.apply([scale * weights[0], scale + weights[1]], weights), (scale,))

    for batch in range(7):
        step(tf.constant(float(batch - 3)))
    history = gradient_history(optimizer)
    state = [variable.numpy() for variable in [*weights, *optimizer.variables]]
    return state, np.stack([history.global_norm, history.applied_norm])


@pytest.mark.parametrize("setting", SETTINGS)
def test_merging_replicas_do_what_keras_does(setting):
    expected, norms = trained(tf.distribute.get_strategy(), **SETTINGS[setting])
    state, recorded = trained(tf.distribute.MirroredStrategy(["CPU:0"]), **SETTINGS[setting])
    assert recorded.shape == (2, 2 if "gradient_accumulation_steps" in SETTINGS[setting] else 7)
    np.testing.assert_allclose(recorded, norms, rtol=1e-6)
    for value, other in zip(state, expected, strict=True):
        np.testing.assert_allclose(value, other, rtol=1e-6, atol=1e-7)
