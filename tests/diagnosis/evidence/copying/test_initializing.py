"""A trained model goes back to weights that nothing was learnt with."""

import keras
import numpy as np
import pytest

from keras_stable.diagnosis.evidence.copying.initializing import began_elsewhere, initialize, initializer_of

layers = keras.layers


def filled(*hidden, shape=(8,), optimizer=None, value=7.0):
    """A model whose every variable, its optimizer's too, has one value that no initializer draws."""
    model = keras.Sequential([keras.Input(shape), *hidden])
    model.compile(keras.optimizers.SGD(0.5, momentum=0.9) if optimizer is None else optimizer, "mse")
    model.optimizer.build(model.trainable_variables)
    for variable in model.variables:
        if variable.dtype != "uint32" and "learning_rate" not in variable.path:
            variable.assign(np.full(variable.shape, value))
    return model


@pytest.mark.parametrize(
    ("layer", "shape"),
    [
        (layers.Dense(5), (8,)),
        (layers.Conv2D(5, 3), (8, 8, 3)),
        (layers.DepthwiseConv2D(3), (8, 8, 3)),
        (layers.SeparableConv1D(5, 3), (8, 3)),
        (layers.Embedding(9, 5), (3,)),
        (layers.LSTM(5), (4, 3)),
        (layers.Bidirectional(layers.GRU(5)), (4, 3)),
        (layers.TimeDistributed(layers.Dense(5)), (4, 3)),
        (layers.LayerNormalization(), (8,)),
    ],
    ids=lambda value: getattr(value, "name", None),
)
def test_every_weight_is_drawn_anew(layer, shape):
    model = filled(layer, shape=shape)
    initialize(model)
    assert all((variable.numpy() != 7.0).all() for variable in model.trainable_variables)


def test_weights_are_drawn_as_the_layer_says():
    hidden = layers.Dense(400, kernel_initializer=keras.initializers.RandomNormal(stddev=3.0), bias_initializer="ones")
    model = filled(hidden)
    initialize(model)
    assert hidden.kernel.numpy().std() == pytest.approx(3.0, rel=0.1)
    assert (hidden.bias.numpy() == 1.0).all()


def test_recurrent_kernels_have_an_initializer_of_their_own():
    layer = layers.SimpleRNN(6)
    initialize(filled(layer, shape=(4, 3)))
    recurrent = layer.cell.recurrent_kernel.numpy()
    np.testing.assert_allclose(recurrent @ recurrent.T, np.eye(6), atol=1e-5)


@pytest.mark.parametrize(("remembers", "middle"), [(True, 1.0), (False, 0.0)])
def test_an_lstm_begins_by_remembering_unless_told_otherwise(remembers, middle):
    layer = layers.LSTM(3, unit_forget_bias=remembers)
    initialize(filled(layer, shape=(4, 2)))
    np.testing.assert_array_equal(layer.cell.bias.numpy(), [0, 0, 0, middle, middle, middle, 0, 0, 0, 0, 0, 0])


def test_moving_statistics_begin_at_the_standard_normal():
    layer = layers.BatchNormalization()
    initialize(filled(layer, shape=(2,)))
    assert (layer.moving_mean.numpy().tolist(), layer.moving_variance.numpy().tolist()) == ([0, 0], [1, 1])
    assert (layer.beta.numpy().tolist(), layer.gamma.numpy().tolist()) == ([0, 0], [1, 1])


def test_what_was_adapted_to_the_data_stays():
    layer = layers.Normalization()
    layer.adapt(np.random.default_rng(0).normal(5, 3, size=(50, 2)))
    before = [variable.numpy() for variable in layer.variables]
    model = keras.Sequential([keras.Input((2,)), layer, layers.Dense(1)])
    model.compile("sgd", "mse")
    initialize(model)
    for variable, value in zip(layer.variables, before, strict=True):
        np.testing.assert_array_equal(variable.numpy(), value)


def test_frozen_weights_of_a_layer_that_does_not_say_how_they_are_drawn_stay():
    class Own(keras.layers.Layer):
        def build(self, shape):
            self.scale = self.add_weight(shape=(2,), name="scale", initializer="ones")

        def call(self, x):
            return x * self.scale

    layer = Own()
    initialize(filled(layer, shape=(2,)))
    assert layer.scale.numpy().tolist() == [7.0, 7.0]


def test_the_optimizer_forgets_all_but_its_rate():
    model = filled(layers.Dense(2), optimizer=keras.optimizers.Adam(0.25))
    initialize(model)
    for variable in model.optimizer.variables:
        expected = 0.25 if variable.path.endswith("learning_rate") else 0.0
        assert (variable.numpy() == expected).all(), variable.path


def test_a_loss_scale_stays_too():
    optimizer = keras.optimizers.LossScaleOptimizer(keras.optimizers.SGD(0.25), initial_scale=64.0)
    model = keras.Sequential([keras.Input((2,)), layers.Dense(2)])
    model.compile(optimizer, "mse")
    optimizer.build(model.trainable_variables)
    optimizer.iterations.assign(9)
    initialize(model)
    assert (float(optimizer.dynamic_scale), int(optimizer.iterations)) == (64.0, 0)
    assert float(optimizer.inner_optimizer.learning_rate) == 0.25


def test_an_initializer_is_found_by_the_name_of_the_weight():
    layer = layers.LSTM(3, bias_initializer="ones")
    names = {name: type(initializer_of(layer, name)).__name__ for name in ("kernel", "recurrent_kernel", "bias")}
    assert names == {"kernel": "GlorotUniform", "recurrent_kernel": "Orthogonal", "bias": "Ones"}
    assert type(initializer_of(layers.DepthwiseConv2D(3, depthwise_initializer="ones"), "kernel")).__name__ == "Ones"
    assert initializer_of(layers.DepthwiseConv2D(3), "scale") is None


X = np.random.default_rng(0).normal(size=(64, 4)).astype("float32")


def trained(rate=1e-3, epochs=3, frozen=False):
    """A model on a base that was trained before, for longer and at a larger rate."""
    keras.utils.set_random_seed(0)
    layers = [keras.layers.Dense(8, "relu"), keras.layers.BatchNormalization()]
    base = keras.Sequential([keras.Input((4,)), *layers, keras.layers.Dense(4)])
    base.compile(keras.optimizers.Adam(0.05), "mse")
    base.fit(X, 3 + X, epochs=20, verbose=0)
    base.trainable = not frozen
    model = keras.Sequential([keras.Input((4,)), base, keras.layers.Dense(1)])
    model.compile(keras.optimizers.Adam(rate), "mse")
    model.fit(X, X[:, :1], epochs=epochs, verbose=0)
    return model, base


def test_what_is_frozen_stays():
    model, base = trained(frozen=True)
    before = [variable.numpy() for variable in base.variables]
    head = model.layers[-1].kernel.numpy()
    initialize(model)
    for value, variable in zip(before, base.variables, strict=True):
        np.testing.assert_array_equal(value, variable.numpy())
    assert (head != model.layers[-1].kernel.numpy()).any()


def test_what_was_trained_is_drawn_anew():
    model, base = trained()
    initialize(model)
    assert (base.layers[0].bias.numpy() == 0).all()
    assert (base.layers[1].moving_mean.numpy() == 0).all()
    assert (base.layers[1].moving_variance.numpy() == 1).all()


@pytest.mark.parametrize(("frozen", "expected"), [(False, True), (True, False)])
def test_a_base_that_was_trained_before_is_too_far_away(frozen, expected):
    model, _ = trained(frozen=frozen)
    assert began_elsewhere(model, int(model.optimizer.iterations), 1e-3) is expected
    assert not began_elsewhere(model, None, 1e-3)


@pytest.mark.parametrize("optimizer", ["adam", "rmsprop", "lion", "nadam"])
def test_no_training_gets_so_far_by_itself(optimizer):
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(8, "relu"), keras.layers.Dense(1)])
    optimizer = keras.optimizers.get({"class_name": optimizer, "config": {"learning_rate": 0.01}})
    model.compile(optimizer, "mse")
    for epochs in (1, 20):
        model.fit(X, 1e3 * (3 + X[:, :1]), epochs=epochs, verbose=0)
        assert not began_elsewhere(model, int(optimizer.iterations), 0.01)


def test_new_initial_weights_are_those_of_the_initializers():
    keras.utils.set_random_seed(1)
    rng = np.random.default_rng(0)
    hidden = [layers.LSTM(4, return_sequences=True), layers.BatchNormalization(), layers.Dense(3)]
    model = keras.Sequential([keras.Input((6, 5)), *hidden])
    model.compile("adam", "mse")
    first = [v.numpy() for v in model.trainable_variables]
    model.fit(rng.normal(size=(32, 6, 5)), rng.normal(size=(32, 6, 3)), verbose=0)
    model.layers[-1].kernel.assign(np.full((4, 3), np.nan))
    initialize(model)
    # An initializer draws the same values each time that it is called.
    for before, variable in zip(first, model.trainable_variables, strict=True):
        np.testing.assert_array_equal(variable.numpy(), before)
    norm = model.layers[1]
    assert (norm.moving_mean.numpy().tolist(), norm.moving_variance.numpy().tolist()) == ([0] * 4, [1] * 4)
    assert int(model.optimizer.iterations) == 0
    assert all((v.numpy() == 0).all() for v in model.optimizer.variables if "learning_rate" not in v.path)
