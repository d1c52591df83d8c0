"""Copies of every kind of compiled model."""

import weakref

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

import keras_stable
from keras_stable.diagnosis.evidence.copying.model_copy import copy_model
from keras_stable.errors import InvalidArgumentError
from keras_stable.optimizers import gradient_history, keep_finite_state

ROWS = 16
X = np.random.default_rng(0).normal(size=(ROWS, 6)).astype("float32")
IDS = np.arange(ROWS) % 3
ONE_HOT = np.eye(3, dtype="float32")[IDS]
TOKENS = np.random.default_rng(1).integers(0, 9, (ROWS, 5))
TEXT = tf.constant(["a b c", "d e a"] * (ROWS // 2))


def sequential(*parts, shape=(6,)):
    return keras.Sequential([keras.Input(shape), *parts])


def dense():
    model = sequential(layers.Dense(8, activation="relu"), layers.Dropout(0.3), layers.BatchNormalization())
    model.add(layers.Dense(3, activation="softmax"))
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"], weighted_metrics=["accuracy"])
    return model, X, IDS


def test_a_model_inside_that_was_trained_before():
    """A teacher, say: its traced functions hold its own variables, and are traced anew."""
    teacher, x, y = dense()
    teacher.fit(x, y, verbose=0)
    inputs = keras.Input((6,))
    model = keras.Model(inputs, layers.Dense(2)(teacher(inputs)))
    model.compile("sgd", "mse")
    copied = copy_model(model)
    np.testing.assert_allclose(copied(x), model(x), rtol=1e-6)
    copied.train_on_batch(x, np.zeros((ROWS, 2), "float32"))
    teacher.fit(x, y, verbose=0)


class Scale(keras.Layer):
    """A layer that Keras does not know, with state in every kind of place."""

    def __init__(self):
        super().__init__()
        self.parts = {"inner": [layers.Dense(3)]}
        self.module = tf.Module()
        self.module.held = {"list": [tf.Variable(2.0)]}
        self.untracked = tf.Variable(1.0)
        self.apply_scale = tf.function(lambda x: x * self.module.held["list"][0] * self.untracked)
        self.model_of = None

    def build(self, shape):
        self.gain = self.add_weight(shape=(shape[-1],), initializer="ones", name="gain")

    def call(self, x):
        return self.parts["inner"][0](self.apply_scale(x * self.gain))


class Subclassed(keras.Model):
    def __init__(self, units):
        super().__init__()
        self.blocks = [layers.Dense(units, activation="tanh") for _ in range(2)]
        self.scale = Scale()
        self.scale.model_of = weakref.ref(self)
        self.head = lambda x: self.scale(x)
        self.mean = keras.metrics.Mean(name="mean")

    def call(self, x, training=False):
        for block in self.blocks:
            x = block(x)
        return self.head(x)

    def train_step(self, data):
        x, y, *_ = data
        with tf.GradientTape() as tape:
            loss = self.compute_loss(x, y, self(x, training=True))
        weights = self.trainable_variables
        self.optimizer.apply_gradients(zip(tape.gradient(loss, weights), weights, strict=True))
        self.mean.update_state(loss)
        return {"mean": self.mean.result()}


def subclassed():
    model = Subclassed(4)
    factor = tf.Variable(1.0)
    model.compile("rmsprop", lambda y, p: factor * tf.reduce_mean(tf.square(y - p)))
    model(X)
    return model, X, ONE_HOT


def shared_layers_and_outputs():
    one, other = keras.Input((6,), name="one"), keras.Input((6,), name="other")
    shared = layers.Dense(6, activation="relu")
    nested = keras.Sequential([layers.Dense(4), layers.LeakyReLU()])
    joined = layers.Concatenate()([nested(shared(one)), shared(shared(other))])
    model = keras.Model([one, other], [layers.Lambda(lambda x: 2 * x)(layers.Dense(3)(joined)), layers.Dense(1)(one)])
    rate = keras.optimizers.schedules.CosineDecay(0.01, 100)
    optimizer = keras.optimizers.AdamW(rate, global_clipnorm=1.0, use_ema=True, weight_decay=0.1)
    optimizer.exclude_from_weight_decay([shared.kernel], ["bias"])
    logits = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(optimizer, [logits, "mse"], metrics=[["accuracy"], ["mae"]], loss_weights=[1, 0.5])
    return model, [X, X], [IDS, IDS.astype("float32")]


def mixed_precision():
    parts = layers.Dense(8, dtype="mixed_float16"), layers.Dense(3, dtype="float32")
    model = sequential(*parts)
    model.compile(keras.optimizers.LossScaleOptimizer(keras.optimizers.SGD(0.1, clipnorm=1.0)), "mse")
    return model, X, ONE_HOT


def text():
    vocabulary = layers.TextVectorization(output_sequence_length=4)
    vocabulary.adapt(TEXT)
    model = keras.Sequential([vocabulary, layers.Embedding(20, 4, mask_zero=True)])
    model.add(layers.Bidirectional(layers.LSTM(3, return_sequences=True)))
    model.add(layers.GRU(3, dropout=0.2))
    model.add(layers.Dense(3))
    model(TEXT)
    model.compile("nadam", "mse")
    return model, TEXT, ONE_HOT


def lookup():
    inputs = keras.Input((1,), dtype="string")
    ids = layers.StringLookup(vocabulary=["a b c", "d e a"])(inputs)
    model = keras.Model(inputs, layers.Dense(3)(layers.Flatten()(layers.Embedding(4, 2)(ids))))
    model.compile("sgd", "mse")
    return model, tf.reshape(TEXT, (-1, 1)), ONE_HOT


def normalized():
    scale = layers.Normalization()
    scale.adapt(X)
    model = sequential(scale, layers.Reshape((6, 1)), layers.Conv1D(3, 2), layers.Flatten(), layers.Dense(3))
    model.compile("lion", "mse")
    return model, X, ONE_HOT


def attention():
    tokens = keras.Input((5,))
    x = layers.Embedding(9, 4)(tokens)
    x = layers.LayerNormalization()(x + layers.MultiHeadAttention(2, 3, dropout=0.1)(x, x))
    model = keras.Model(tokens, layers.Dense(3)(layers.GlobalAveragePooling1D()(x)))
    model.compile(keras.optimizers.Adagrad(0.1, clipvalue=0.5), keras.losses.CategoricalCrossentropy(from_logits=True))
    return model, TOKENS, ONE_HOT


def stateful():
    inputs = keras.Input((5, 2), batch_size=ROWS)
    model = keras.Model(inputs, layers.Dense(3)(layers.LSTM(3, stateful=True)(inputs)))
    model.compile(keras.optimizers.SGD(0.1, momentum=0.9, gradient_accumulation_steps=2), "mse")
    return model, np.stack([TOKENS, TOKENS], -1).astype("float32"), ONE_HOT


def stable():
    model = keras_stable.models.classifier((6,), 3)
    model.compile(keras_stable.optimizers.AdamW(1e-3), keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    return keep_finite_state(model), X, IDS


BUILDERS = [
    dense,
    subclassed,
    shared_layers_and_outputs,
    mixed_precision,
    text,
    lookup,
    normalized,
    attention,
    stateful,
    stable,
]


def values(model):
    return [variable.numpy() for variable in [*model.variables, *model.optimizer.variables]]


def assert_same(one, other):
    for mine, theirs in zip(one, other, strict=True):
        np.testing.assert_array_equal(mine, theirs)


@pytest.mark.parametrize("build", BUILDERS)
def test_a_copy_is_the_same_and_trains_alone(build):
    model, x, y = build()
    # Tracing would take most of the time; another test trains a copy by its graph.
    model.run_eagerly = True
    model.train_on_batch(x, y)
    copied = copy_model(model)
    inner, copied_inner = (getattr(each, "inner_optimizer", each) for each in (model.optimizer, copied.optimizer))
    assert copied_inner.get_config().items() >= inner.get_config().items()
    assert_same([variable.numpy() for variable in copied.variables], [variable.numpy() for variable in model.variables])
    state = {variable.path: variable.numpy() for variable in copied.optimizer.variables}
    for variable in model.optimizer.variables:
        np.testing.assert_array_equal(state[variable.path], variable.numpy())

    # The forward pass of a recurrent layer draws a dropout mask, and moves its own states.
    expected = keras.tree.map_structure(np.array, model(x))
    before = values(model)
    keras.tree.map_structure(np.testing.assert_array_equal, expected, keras.tree.map_structure(np.array, copied(x)))
    weights = [variable.numpy() for variable in copied.trainable_variables]
    logs = copied.train_on_batch(x, y, return_dict=True)
    assert all(np.isfinite(value) for value in logs.values())
    assert not all(map(np.array_equal, weights, [variable.numpy() for variable in copied.trainable_variables]))
    history = gradient_history(copied.optimizer)
    assert len(history) == 1
    assert history.variable_paths == tuple(variable.path for variable in copied.trainable_variables)
    for variable in [*copied.variables, *copied.optimizer.variables]:
        variable.assign(keras.ops.ones_like(variable))
    assert_same(values(model), before)


def test_a_step_of_the_copy_is_that_of_the_original():
    model, x, y = shared_layers_and_outputs()
    model.run_eagerly = True
    model.train_on_batch(x, y)
    copied = copy_model(model)
    logs = copied.train_on_batch(x, y, return_dict=True), model.train_on_batch(x, y, return_dict=True)
    figures = [{name: float(value) for name, value in log.items()} for log in logs]
    assert figures[0] == pytest.approx(figures[1])
    for mine, theirs in zip(copied.variables, model.variables, strict=True):
        np.testing.assert_allclose(mine.numpy(), theirs.numpy(), rtol=1e-5, atol=1e-6)
    decays = [copied.optimizer._use_weight_decay(variable) for variable in copied.trainable_variables]
    assert decays == [model.optimizer._use_weight_decay(variable) for variable in model.trainable_variables]
    assert copied.optimizer.global_clipnorm == 1.0
    assert copied.optimizer.clipvalue is None


def test_a_copy_is_a_whole_model(tmp_path):
    model, x, _ = dense()
    copied = copy_model(copy_model(model))
    assert copied.get_config() == model.get_config()
    copied.save(tmp_path / "copied.keras")
    loaded = copy_model(keras.models.load_model(tmp_path / "copied.keras"))
    np.testing.assert_array_equal(loaded(x), model(x))
    assert keras.models.clone_model(copied)(x).shape == (ROWS, 3)
    assert copied.fit(x, IDS, verbose=0, epochs=2, batch_size=8).history.keys() >= {"accuracy", "loss"}
    assert len(gradient_history(copied.optimizer)) == 4


@pytest.mark.parametrize("make", [lambda: keras.Sequential([layers.Dense(4), layers.Dense(3)]), lambda: Subclassed(4)])
def test_an_unbuilt_model_is_built_in_the_copy_alone(make):
    model = make()
    model.compile("sgd", "mse", run_eagerly=True)
    with pytest.raises(InvalidArgumentError, match=r"^`model` must be built"):
        copy_model(model)
    copied = copy_model(model, X)
    assert copied.built
    assert not model.built
    assert np.isfinite(copied.train_on_batch(X, ONE_HOT))
    assert not model.variables
    # Initial weights are drawn from seeds that each layer has had from its construction on.
    np.testing.assert_array_equal(copy_model(model, X)(X), model(X))


model_of_a_script = sequential(layers.Dense(3))


def penalized(y, p):
    return tf.reduce_mean(tf.square(y - p)) + tf.reduce_sum(tf.abs(model_of_a_script.layers[0].kernel))


def test_a_loss_that_reads_a_global_model_reads_the_copy():
    model_of_a_script.compile("sgd", penalized)
    copied = copy_model(model_of_a_script)
    copied.layers[0].kernel.assign(np.zeros((6, 3)))
    assert copied.evaluate(X, np.zeros((ROWS, 3)), verbose=0) == 0


class Own(keras.optimizers.SGD):
    def __init__(self, factor):
        super().__init__(0.1)
        self.factor = factor


class OwnApply(Own):
    def apply(self, grads, trainable_variables=None):
        super().apply([self.factor * gradient for gradient in grads], trainable_variables)


@pytest.mark.parametrize(("kind", "guarded"), [(Own, True), (OwnApply, False)])
def test_an_optimizer_of_a_users_own(kind, guarded):
    model = sequential(layers.Dense(3))
    model.compile(kind(2.0), "mse", run_eagerly=True)
    copied = copy_model(model)
    assert copied.optimizer.factor == 2.0
    assert isinstance(copied.optimizer, kind)
    assert hasattr(copied.optimizer, "gradient_ring") == guarded
    copied.fit(X, ONE_HOT, verbose=0)
    if guarded:
        assert len(gradient_history(copied.optimizer)) == 1


def test_a_nonfinite_step_leaves_the_weights_of_the_copy_finite():
    model, _, y = normalized()
    model.run_eagerly = True
    copied = copy_model(model)
    copied.train_on_batch(np.full_like(X, np.nan), y)
    assert all(np.isfinite(variable.numpy()).all() for variable in copied.trainable_variables)
    assert not gradient_history(copied.optimizer).finite.any()


def test_a_model_deeper_than_any_recursion():
    inputs = x = keras.Input((2,))
    for _ in range(150):
        x = layers.Activation("tanh")(x)
    model = keras.Model(inputs, layers.Dense(1)(x))
    model.compile("sgd", "mse")
    np.testing.assert_array_equal(copy_model(model)(X[:, :2]), model(X[:, :2]))


def test_what_cannot_be_copied_is_refused(tmp_path):
    saved = tf.Module()
    saved.weight = tf.Variable([[1.0]])
    saved.call = tf.function(lambda x: x @ saved.weight, input_signature=[tf.TensorSpec((None, 1))])
    tf.saved_model.save(saved, str(tmp_path))

    class Loaded(keras.Model):
        def __init__(self):
            super().__init__()
            self.loaded = tf.saved_model.load(str(tmp_path))
            self.scale = layers.Dense(1)

        def call(self, x):
            return self.scale(self.loaded.call(x))

    model = Loaded()
    model(X[:, :1])
    model.compile("sgd", "mse")
    with pytest.raises(InvalidArgumentError, match=r"^`model` must be copyable.*trainable variables"):
        copy_model(model)


def test_a_model_that_is_not_compiled_is_refused():
    with pytest.raises(InvalidArgumentError, match=r"^`model` must be a compiled keras.Model"):
        copy_model(sequential(layers.Dense(1)))
