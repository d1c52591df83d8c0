import keras
import numpy as np
import pytest

from keras_stable.diagnosis.edit import Edit
from keras_stable.errors import InvalidArgumentError
from keras_stable.repairs.applying import applied
from keras_stable.repairs.program import Program

RNG = np.random.default_rng(0)
X = RNG.normal(size=(40, 3)).astype("float32")
PRICES = 5e5 + 1e5 * RNG.normal(size=40)


def program(y=None, units=3, fit=None, **arguments):
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(units, name="end")])
    model.compile(keras.optimizers.Adam(0.1), arguments.pop("loss", "mse"), metrics=["mae"], **arguments)
    return Program(model, X, np.arange(40) % 3 + 1 if y is None else y, fit or {})


def test_the_program_stays_as_it_is():
    before = program()
    weights = before.model.get_weights()
    after = applied(before, [[Edit("set_argument", "layer:end", "activation", '"softmax"')]])
    after.model.fit(X, np.eye(3)[before.y - 1], verbose=0)
    assert all(map(np.array_equal, weights, before.model.get_weights()))
    assert before.model.layers[-1].activation is keras.activations.linear


def test_no_edit_is_a_copy():
    before = program()
    after = applied(before, [])
    assert after.model is not before.model
    assert type(after.model.optimizer) is keras.optimizers.Adam
    np.testing.assert_array_equal(after.model(X), before.model(X))


def test_labels_go_through_prepare_and_so_do_validation_data():
    before = program(fit={"validation_data": (X[:6], np.arange(6) % 3 + 1), "epochs": 2})
    after = applied(before, [[Edit("transform_data", "data", "y", "y - 1")]])
    x, y = after.prepare(X, before.y)
    assert x is X
    assert y.min() == 0
    assert after.fit_arguments["validation_data"][1].min() == 0
    assert after.fit_arguments["epochs"] == 2


def test_one_remedy_comes_after_the_other():
    groups = [[Edit("transform_data", "data", "y", "y - 1")], [Edit("transform_data", "data", "y", "np.eye(3)[y]")]]
    assert applied(program(), groups).prepare(X, np.array([3]))[1].tolist() == [[0.0, 0.0, 1.0]]


def test_scaled_targets_are_undone_at_the_output():
    before = program(PRICES, units=1)
    mean, std = PRICES.mean(), PRICES.std()
    after = applied(before, [[Edit("transform_data", "data", "y", f"(y - {mean:.6g}) / {std:.6g}")]])
    assert after.prepare(X, PRICES)[1] is PRICES
    history = after.model.fit(X, PRICES, epochs=40, verbose=0).history
    assert history["loss"][0] < 10
    assert abs(np.mean(after.model(X)) - mean) < std / 2
    error = np.abs(np.asarray(after.model(X))[:, 0] - PRICES).mean()
    assert after.model.evaluate(X, PRICES, verbose=0)[1] == pytest.approx(error, rel=1e-4)


def test_a_layer_is_adapted_where_nobody_did():
    model = keras.Sequential([keras.Input((3,)), keras.layers.Normalization(name="scale"), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    after = applied(Program(model, 5 * X + 3, X[:, 0]), [[Edit("call", "layer:scale", "adapt", "x")]])
    np.testing.assert_allclose(np.ravel(after.model.layers[0].mean), (5 * X + 3).mean(0), rtol=1e-4)
    assert not np.any(model.layers[0].mean)


def test_a_frozen_model_is_thawed():
    before = program()
    before.model.trainable = False
    after = applied(before, [[Edit("set_attribute", "model", "trainable", "True")]])
    assert len(after.model.trainable_variables) == 2
    assert not before.model.trainable_variables
    kernel = np.array(after.model.layers[-1].kernel)
    after.model.fit(X, np.eye(3)[before.y - 1], verbose=0)
    assert not np.array_equal(kernel, after.model.layers[-1].kernel)


def test_arguments_of_fit():
    after = applied(program(fit={"epochs": 3}), [[Edit("set_argument", "fit", "shuffle", "False")]])
    assert after.fit_arguments == {"epochs": 3, "shuffle": False}


def test_another_rate_keeps_the_state_of_the_optimizer():
    before = program()
    before.model.fit(X, np.eye(3)[before.y - 1], verbose=0)
    after = applied(before, [[Edit("set_argument", "optimizer", "learning_rate", "0.01")]])
    assert float(after.model.optimizer.learning_rate) == pytest.approx(0.01)
    assert int(after.model.optimizer.iterations) == 2
    moments = [np.array(variable) for variable in before.model.optimizer.variables[2:]]
    assert all(map(np.array_equal, moments, after.model.optimizer.variables[2:]))


def test_weights_that_are_not_finite_begin_anew():
    before = program()
    before.model.layers[-1].kernel.assign(np.full((3, 3), np.nan))
    assert np.isfinite(applied(before, []).model.layers[-1].kernel).all()
    assert np.isnan(before.model.layers[-1].kernel).all()


def test_a_model_that_is_not_compiled_is_refused():
    with pytest.raises(InvalidArgumentError, match="compiled"):
        applied(Program(keras.Sequential(), X, None), [])


def test_what_a_training_has_destroyed_begins_anew():
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(3, bias_initializer="ones")])
    model.compile("sgd", "mse")
    dead = [np.full((2, 3), -9.0), np.full(3, -9.0)]
    model.set_weights(dead)
    kept, anew = (applied(Program(model, None, None, anew=flag), []).model.get_weights() for flag in (False, True))
    assert all(map(np.array_equal, kept, dead))
    assert np.abs(anew[0]).max() < 2
    assert anew[1].tolist() == [1, 1, 1]
    assert all(map(np.array_equal, model.get_weights(), dead))
