"""Every variable of a training is kept as it is at that moment, and set again in every bit."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_stable
from keras_stable.checkpoints.plain_values import Decoder, Encoder
from keras_stable.checkpoints.variables import capture_variables, restore_variables, same_values, training_variables
from keras_stable.errors import CheckpointError


def trained(units=2):
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dropout(0.5), keras.layers.Dense(units)])
    model.compile(keras.optimizers.LossScaleOptimizer(keras_stable.optimizers.SGD(0.1)), "mse", run_eagerly=True)
    model.fit(np.ones((4, 3)), np.ones((4, units)), verbose=0)
    return model


def test_all_of_them_come_back():
    model = trained()
    variables = training_variables(model)
    names = {variable.name for variable in variables}
    assert {"kernel", "seed_generator_state", "iteration", "gradient_history", "gradient_counts", "total"} <= names
    encoder = Encoder([])
    content = capture_variables(variables, encoder)
    before = [np.array(variable.value) for variable in variables]
    for variable in variables:
        variable.assign_add(np.ones(variable.shape, variable.dtype))
    # What was read of a variable is not what it becomes.
    arrays = {name: np.asarray(value) for name, value in encoder.arrays.items()}
    restore_variables(variables, content, Decoder(arrays, []))
    for variable, value in zip(variables, before, strict=True):
        assert same_values(np.array(variable.value), value), variable.path


@pytest.mark.parametrize("other", [3, None])
def test_those_of_another_model_are_refused_and_none_is_set(other):
    encoder = Encoder([])
    content = capture_variables(training_variables(trained()), encoder)
    arrays = {name: np.asarray(value) for name, value in encoder.arrays.items()}
    variables = training_variables(trained(3)) if other else training_variables(trained())[:-1]
    before = [np.array(variable.value) for variable in variables]
    with pytest.raises(CheckpointError, match="must be of this model and optimizer"):
        restore_variables(variables, content, Decoder(arrays, []))
    assert all(same_values(np.array(v.value), value) for v, value in zip(variables, before, strict=True))


def test_each_replica_has_its_own_value_outside_of_the_scope_too(monkeypatch):
    strategy = tf.distribute.MirroredStrategy(["CPU:0"])
    with strategy.scope():
        variable = keras.Variable(np.zeros(2))
    # As on two devices.
    parts = tf.Variable([1.0, 2.0]), tf.Variable([3.0, 4.0])
    monkeypatch.setattr(strategy, "experimental_local_results", lambda value: parts)
    encoder = Encoder([])
    content = capture_variables([variable], encoder)
    arrays = {name: np.asarray(value) for name, value in encoder.arrays.items()}
    for part in parts:
        part.assign([0.0, 0.0])
    restore_variables([variable], content, Decoder(arrays, []))
    assert [part.numpy().tolist() for part in parts] == [[1.0, 2.0], [3.0, 4.0]]
