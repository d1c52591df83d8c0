import keras
import numpy as np
import pytest

from keras_stable.scripts.loop_subject import compiled_for_audit, loop_arguments
from keras_stable.scripts.own_loops import OwnLoop


def a_loop(**more):
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
    weights = [np.array(weight) for weight in model.get_weights()]
    model.set_weights([weight + 1 for weight in weights])
    batches = [(np.full((4, 3), step, "float32"), np.full((4, 1), step, "float32")) for step in range(3)]
    return OwnLoop(model, keras.optimizers.Adam(0.02), keras.losses.MeanSquaredError(), batches, weights, **more)


def test_the_model_begins_where_the_loop_began():
    loop = a_loop()
    loop.optimizer.apply([np.ones((3, 1), "float32"), np.ones(1, "float32")], loop.model.trainable_variables)
    model = compiled_for_audit(loop)
    assert all(np.array_equal(one, other) for one, other in zip(model.get_weights(), loop.weights, strict=True))
    assert isinstance(model.optimizer, keras.optimizers.Adam)
    assert int(model.optimizer.iterations) == 0
    assert np.isclose(float(model.optimizer.learning_rate), 0.02)


def test_batches_are_put_one_after_the_other():
    arguments = loop_arguments(a_loop())
    assert arguments["x"].shape == (12, 3)
    assert arguments["y"].ravel().tolist() == [0.0] * 4 + [1.0] * 4 + [2.0] * 4
    assert (arguments["batch_size"], arguments["shuffle"]) == (4, False)


def test_batches_that_do_not_fit_together_are_a_dataset():
    loop = a_loop()
    loop.batches.append((np.zeros((4, 5), "float32"), np.zeros((4, 1), "float32")))
    dataset = loop_arguments(loop)["x"]
    assert len(dataset) == 4
    assert dataset[3][0].shape == (4, 5)


def test_without_a_loss_only_the_loop_itself_can_train():
    loop = a_loop()
    loop.loss = None
    assert not loop.trainable
    model = compiled_for_audit(loop)
    assert np.array_equal(model(np.ones((2, 3), "float32")), loop.model(np.ones((2, 3), "float32")))
    with pytest.raises(NotImplementedError, match=r"none of keras\.losses"):
        model.train_step(None)
