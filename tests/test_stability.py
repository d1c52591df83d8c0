"""The short form of tools/stability.py: one seed at every scale, with norms computed anew by GradientTape."""

from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_stable.config import load_config
from keras_stable.data import load_data
from keras_stable.runs.fitting import adapted_model, fit

ROOT = Path(__file__).parent.parent
OMNIGLOT = ROOT.parent / "shared" / "data" / "omniglot50.npz"


def run(name, *overrides):
    """Fits a config whose train step first computes the norm of its gradient by itself."""
    config = load_config(ROOT / "configs" / f"{name}.yaml", ["fit.verbose=0", *overrides])
    keras.utils.set_random_seed(config.seed)
    data = load_data(config.data, batch_size=config.fit.batch_size, seed=config.seed)
    model = adapted_model(config, data)
    norms, original = [], model.train_step

    def train_step(batch):
        x, y = batch
        with tf.GradientTape() as tape:
            loss = model.compute_loss(x=x, y=y, y_pred=model(x, training=True))
        gradients = tape.gradient(loss, model.trainable_variables)
        squares = [tf.reduce_sum(tf.square(tf.cast(gradient, tf.float64))) for gradient in gradients]
        tf.py_function(lambda value: norms.append(float(value)), [tf.sqrt(tf.add_n(squares))], [])
        with tf.control_dependencies(gradients):
            return original(batch)

    model.train_step = train_step
    return fit(config, data, model), norms


@pytest.mark.parametrize("scale", [1, 10_000])
def test_stable_on_digits(scale):
    trained, norms = run("stable", f"data.input_scale={scale}")
    summary = trained.summary
    np.testing.assert_allclose(trained.curves.global_norm, norms, rtol=1e-4)
    assert len(norms) == 45 * 30
    assert max(norms) < 10
    assert summary.val_accuracy_last >= 0.97
    assert summary.largest_drop_after[3] <= 0.05
    assert summary.unique_classes == 10


def test_before_explodes_and_collapses():
    trained, norms = run("before", "fit.epochs=5")
    np.testing.assert_allclose(trained.curves.global_norm, norms, rtol=1e-4)
    assert max(norms) > 100_000
    assert trained.summary.effective_classes < 5


@pytest.mark.skipif(not OMNIGLOT.is_file(), reason=f"needs {OMNIGLOT}")
@pytest.mark.parametrize("scale", [1, 10_000])
def test_omniglot_starts_well(scale):
    """The first epochs, in which norms were largest; augmentation is left out, because it draws anew each time."""
    changes = ["augmentation=[]", "fit.epochs=6", f"data.path={OMNIGLOT}", f"data.input_scale={scale}"]
    trained, norms = run("omniglot50", *changes)
    np.testing.assert_allclose(trained.curves.global_norm, norms, rtol=1e-4)
    assert max(norms) < 10
    assert trained.summary.val_accuracy_last > 0.3
