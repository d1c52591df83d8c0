import keras
import numpy as np
import pytest

from keras_stable.diagnosis.evidence.data.batch import Batch
from keras_stable.diagnosis.evidence.program.weight_effect import drops_weights
from keras_stable.diagnosis.evidence.training.workbench import Workbench
from keras_stable.diagnosis.rule import Skip

X = np.random.default_rng(0).normal(size=(32, 4)).astype("float32")
Y = X[:, :1] * 2


def bench(loss=None, optimizer="adam", dropout=0.0):
    layers = [keras.Input((4,)), keras.layers.Dropout(dropout), keras.layers.Dense(1)]
    model = keras.Sequential(layers)
    if loss is not None:
        model.compute_loss = lambda x, y, y_pred, sample_weight=None, training=True: loss(y, y_pred)
    model.compile(optimizer, "mse")
    return Workbench(model)


@pytest.mark.parametrize("optimizer", ["sgd", "adam", "lion"])
@pytest.mark.parametrize("weights", [np.ones(32), np.zeros(32), np.arange(32.0)])
def test_a_step_of_keras_uses_them_and_one_of_its_own_may_not(optimizer, weights):
    batch = Batch(X, Y, weights.astype("float32"))
    assert not drops_weights(bench(None, optimizer), batch)
    assert drops_weights(bench(lambda y, answer: keras.ops.mean(keras.ops.square(y - answer)), optimizer), batch)


def test_noise_that_comes_again_does_no_harm_and_the_bench_is_put_back():
    used = bench(dropout=0.5)
    before = used.model.get_weights()
    assert not drops_weights(used, Batch(X, Y, np.ones(32, "float32")))
    assert all(map(np.array_equal, before, used.model.get_weights()))


def test_a_step_that_never_comes_to_the_same_tells_nothing():
    steps = iter(range(100))

    def loss(y, answer):
        import tensorflow as tf

        noise = tf.ensure_shape(tf.py_function(lambda: float(next(steps)), [], tf.float32), ())
        return keras.ops.mean(keras.ops.square(y - answer)) + noise

    with pytest.raises(Skip, match="twice"):
        drops_weights(bench(loss), Batch(X, Y, np.ones(32, "float32")))
