"""A program goes on after an audit as if there had been none."""

import functools
import random

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from keras_stable.diagnosis.evidence.copying.isolation import seed_all, untouched
from keras_stable.diagnosis.evidence.copying.model_copy import copy_model

X = np.random.default_rng(0).normal(size=(16, 4)).astype("float32")
Y = np.arange(16) % 2


class Counting(keras.Layer):
    """Keeps a Python number and a list that each call changes, and a variable that Keras does not track."""

    def __init__(self):
        super().__init__()
        self.calls, self.seen, self.total = 0, [], tf.Variable(0.0)

    def call(self, x):
        self.calls += 1
        self.seen.append(self.calls)
        self.total.assign_add(1.0)
        return x


def make_model():
    inner = keras.Sequential([layers.Dense(4, activation="relu"), layers.BatchNormalization(), layers.Dropout(0.3)])
    model = keras.Sequential([keras.Input((4,)), inner, Counting(), layers.Dense(1)])
    model.compile("adam", keras.losses.BinaryCrossentropy(from_logits=True), metrics=["accuracy"])
    model.run_eagerly = True
    return model


def an_audit(model):
    """Does to a model and to every random state what no audit would do to them, and more."""
    copied = copy_model(model)
    copied.fit(X, Y, verbose=0)
    draws()
    seed_all(5)
    draws(), layers.Dense(3), keras.Sequential([layers.Dense(2)])(X)
    keras.config.set_dtype_policy("mixed_bfloat16")
    keras.config.set_floatx("float64")
    keras.config.set_epsilon(1e-3)
    keras.config.set_image_data_format("channels_first")
    keras.config.disable_traceback_filtering()
    tf.config.run_functions_eagerly(True)
    tf.random.get_global_generator().normal((2,))
    keras.config.set_floatx("float32")
    model.fit(X, Y, verbose=0, epochs=2)
    model.optimizer.learning_rate = 0.5
    model.stop_training = model.an_attribute = True
    model.layers[-1].trainable = False
    keras.Model(model.inputs, model.layers[-1](model.layers[0].output))


def draws():
    drawn = keras.random.normal((2,)), tf.random.normal((2,)), tf.random.normal((2,), seed=3)
    generator = tf.random.get_global_generator()
    order = list(tf.data.Dataset.range(10).shuffle(10).as_numpy_iterator())
    return [random.random(), np.random.rand(), order, *map(np.array, (*drawn, generator.normal((2,))))]


def program(audit):
    """Returns all that a user sees of a program with an audit in its middle."""
    keras.utils.clear_session(free_memory=False)
    keras.utils.set_random_seed(5)
    tf.random.set_global_generator(tf.random.Generator.from_seed(5))
    model = make_model()
    model.fit(X, Y, verbose=0)
    before, attributes = draws(), sorted(vars(model))
    audit(model)
    kept = sorted(vars(model)) == attributes
    settings = keras.config.floatx(), keras.config.epsilon(), keras.config.image_data_format()
    policy = keras.config.dtype_policy().name, keras.config.is_traceback_filtering_enabled()
    names = [layers.Dense(1).name, layers.Dropout(0.1).name, make_model().name]
    after = draws()
    state = [np.array(each) for each in [*model.variables, *model.optimizer.variables, *model.metrics_variables]]
    nodes = [len(layer._inbound_nodes) for layer in model._flatten_layers()]
    counting = model.layers[1]
    counted = [counting.calls, list(counting.seen), counting.total.numpy(), type(counting.seen).__name__]
    history = model.fit(X, Y, verbose=0, epochs=2).history
    weights = [np.array(variable) for variable in model.variables]
    audited = [names, after, state, nodes, counted, kept]
    return [before, settings, policy, tf.config.functions_run_eagerly(), audited, history, weights]


def flat(value):
    return [np.array(leaf) for leaf in keras.tree.flatten(value)]


@pytest.fixture(autouse=True)
def whole_again():
    with untouched():
        yield
    tf.random.set_global_generator(tf.random.Generator.from_seed(11))


@functools.cache
def plain():
    return flat(program(lambda model: None))


def test_a_program_goes_on_bit_for_bit():
    def isolated(model):
        with untouched(model):
            an_audit(model)

    for mine, theirs in zip(flat(program(isolated)), plain(), strict=True):
        np.testing.assert_array_equal(mine, theirs)


def test_without_isolation_the_program_would_notice():
    audited = flat(program(lambda model: model.predict(X, verbose=0)))
    assert not all(map(np.array_equal, plain(), audited))


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_everything_is_put_back_after_an_exception(error):
    model = make_model()
    weights = [np.array(variable) for variable in model.variables]
    random.seed(3)
    expected = random.random()
    number = int(layers.Dense(1).name.partition("_")[2] or 0)
    random.seed(3)
    with pytest.raises(error), untouched(model):  # noqa: PT012 - what is done before it is the point
        model.train_on_batch(X, Y)
        random.random()
        keras.utils.clear_session(free_memory=False)
        raise error
    assert random.random() == expected
    assert layers.Dense(1).name == f"dense_{number + 1}"
    assert not model.optimizer.built
    assert not model.optimizer.variables[2:]
    assert all(map(np.array_equal, weights, map(np.array, model.variables)))
    model.train_on_batch(X, Y)


def test_a_model_that_was_not_built_is_not_built_afterwards():
    model = keras.Sequential([layers.Dense(2), layers.Dense(1)])
    model.compile("adam", "mse", run_eagerly=True)
    with untouched(model):
        model.fit(X, Y, verbose=0)
    assert not model.built
    assert not model.variables
    assert np.isfinite(model.train_on_batch(X, Y))
    assert len(model.trainable_variables) == 4


def test_seeding_is_that_of_keras():
    found = []
    for seed in (keras.utils.set_random_seed, seed_all):
        seed(11)
        found.append([random.random(), np.random.rand(), *np.array(keras.random.normal((2,)))])
    assert found[0] == found[1]
