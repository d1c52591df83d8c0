import keras
import numpy as np
import pytest

from keras_stable.diagnosis.edit import Edit
from keras_stable.repairs.expressions import CannotApplyError
from keras_stable.repairs.layer_edits import layer_changes
from keras_stable.repairs.rebuilding import rebuilt

RNG = np.random.default_rng(0)
X = RNG.normal(50.0, 20.0, size=(64, 3)).astype("float32")


def sequential():
    return keras.Sequential(
        [keras.Input((3,)), keras.layers.Dense(4, name="hidden"), keras.layers.Dense(2, name="end")], name="net"
    )


def functional():
    inputs = keras.Input((3,))
    hidden = keras.layers.Dense(4, name="hidden")(inputs)
    return keras.Model(inputs, keras.layers.Dense(2, name="end")(hidden), name="net")


class Own(keras.Model):
    def __init__(self):
        super().__init__(name="net")
        self.hidden, self.end = keras.layers.Dense(4, name="hidden"), keras.layers.Dense(2, name="end")

    def call(self, inputs):
        return self.end(self.hidden(inputs))


def subclassed():
    model = Own()
    model(X[:1])
    return model


EVERY = pytest.mark.parametrize("make", [sequential, functional, subclassed])
GRAPHS = pytest.mark.parametrize("make", [sequential, functional])


def changed(make, *edits, x=X, **changes):
    model = make()
    weights = {"/".join(weight.path.split("/")[-2:]): np.array(weight) for weight in model.weights}
    all_changes = layer_changes(model, edits)
    for name, value in changes.items():
        setattr(all_changes, name, value)
    return rebuilt(model, all_changes, x), weights


def dense(x, weights, name):
    return x @ weights[f"{name}/kernel"] + weights[f"{name}/bias"]


@EVERY
def test_another_activation_keeps_every_weight(make):
    model, weights = changed(make, Edit("set_argument", "layer:hidden", "activation", '"relu"'))
    expected = dense(np.maximum(dense(X, weights, "hidden"), 0), weights, "end")
    np.testing.assert_allclose(model(X), expected, rtol=1e-4, atol=1e-3)


@EVERY
def test_a_layer_comes_before_another(make):
    model, weights = changed(make, Edit("insert_layer", "layer:end", value="keras.layers.Rescaling(0.5)"))
    expected = dense(0.5 * dense(X, weights, "hidden"), weights, "end")
    np.testing.assert_allclose(model(X), expected, rtol=1e-4, atol=1e-3)


@GRAPHS
def test_a_layer_that_is_inserted_first_is_adapted(make):
    model, weights = changed(make, Edit("insert_layer", "model", value="keras.layers.Normalization()"))
    scaled = (X - X.mean(0)) / X.std(0)
    expected = dense(dense(scaled, weights, "hidden"), weights, "end")
    np.testing.assert_allclose(model(X), expected, rtol=1e-3, atol=1e-3)


@GRAPHS
def test_a_layer_that_is_inserted_later_is_adapted_to_what_enters_it(make):
    model, weights = changed(make, Edit("insert_layer", "layer:end", value="keras.layers.Normalization()"))
    hidden = dense(X, weights, "hidden")
    expected = dense((hidden - hidden.mean(0)) / hidden.std(0), weights, "end")
    np.testing.assert_allclose(model(X), expected, rtol=1e-3, atol=1e-3)


@GRAPHS
def test_a_layer_goes(make):
    model, weights = changed(make, Edit("remove", "layer:hidden"))
    assert model(X).shape == (64, 2)
    assert len(model.weights) == 2
    np.testing.assert_array_equal(model.get_layer("end").bias, weights["end/bias"])


@EVERY
def test_a_layer_is_replaced(make):
    model, weights = changed(make, Edit("replace", "layer:end", value='keras.layers.Activation("tanh")'))
    np.testing.assert_allclose(model(X), np.tanh(dense(X, weights, "hidden")), rtol=1e-4, atol=1e-4)


@EVERY
def test_other_units_keep_what_fits(make):
    model, weights = changed(make, Edit("set_argument", "layer:end", "units", "5"))
    assert model(X).shape == (64, 5)
    np.testing.assert_array_equal(model.get_layer("hidden").kernel, weights["hidden/kernel"])


@GRAPHS
def test_an_output_gets_its_unit_back(make):
    model, weights = changed(make, ends={0: (100.0, 7.0)})
    expected = 100 * dense(dense(X, weights, "hidden"), weights, "end") + 7
    np.testing.assert_allclose(model(X), expected, rtol=1e-4, atol=1e-2)


def test_inputs_of_another_shape():
    model = keras.Sequential([keras.Input((1, 6)), keras.layers.LSTM(4, name="lstm"), keras.layers.Dense(1)])
    recurrent = np.array(model.layers[0].cell.recurrent_kernel)
    changes = layer_changes(model, [])
    changes.reshaped = True
    new = rebuilt(model, changes, np.ones((5, 6, 1), "float32"))
    assert new.input_shape == (None, 6, 1)
    np.testing.assert_array_equal(new.layers[0].cell.recurrent_kernel, recurrent)


def test_layers_in_a_nested_model_and_shared_ones():
    shared = keras.layers.Dense(3, name="shared")
    inner = keras.Sequential([keras.Input((3,)), keras.layers.Dense(3, name="first")], name="encoder")
    inputs = keras.Input((3,))
    model = keras.Model(inputs, shared(shared(inner(inputs))))
    weights = [np.array(weight) for weight in (*inner.weights, *shared.weights)]
    edits = [Edit("set_argument", f"layer:{path}", "activation", '"tanh"') for path in ("encoder/first", "shared")]
    new = rebuilt(model, layer_changes(model, edits), X)
    x = X / 100
    expected = np.tanh(x @ weights[0] + weights[1])
    for _ in range(2):
        expected = np.tanh(expected @ weights[2] + weights[3])
    np.testing.assert_allclose(new(x), expected, rtol=1e-4, atol=1e-5)
    assert len(new.weights) == 4


def test_one_of_several_inputs():
    inputs = [keras.Input((3,), name=name) for name in ("a", "b")]
    model = keras.Model(inputs, keras.layers.Concatenate()(inputs))
    edit = Edit("insert_layer", "input:b", value="keras.layers.Rescaling(10.0)")
    new = rebuilt(model, layer_changes(model, [edit]), [X, X])
    np.testing.assert_allclose(new([X, X]), np.concatenate([X, 10 * X], 1))


def test_a_layer_that_no_config_makes_again_goes_over_as_it_is():
    factor = 3.0
    triple = keras.layers.Lambda(lambda values: factor * values)
    inputs = keras.Input((3,))
    model = keras.Model(inputs, keras.layers.Dense(1, name="end")(triple(inputs)))
    end = [np.array(weight) for weight in model.weights]
    edit = Edit("set_argument", "layer:end", "activation", '"relu"')
    new = rebuilt(model, layer_changes(model, [edit]), X)
    np.testing.assert_allclose(new(X), np.maximum(3 * X @ end[0] + end[1], 0), rtol=1e-4, atol=1e-3)


def test_a_layer_inside_a_wrapper():
    model = keras.Sequential([keras.Input((4, 3)), keras.layers.TimeDistributed(keras.layers.Dense(2, name="in"))])
    path = next(path for path in layer_changes(model, []).paths.values() if path.endswith("/in"))
    edit = Edit("set_argument", f"layer:{path}", "activation", '"relu"')
    assert float(np.min(rebuilt(model, layer_changes(model, [edit]), X)(RNG.normal(size=(2, 4, 3))))) == 0.0


@pytest.mark.parametrize(
    ("make", "edit"),
    [
        (sequential, Edit("set_argument", "layer:end", "stamina", "1")),
        (functional, Edit("insert_layer", "input:there", value="keras.layers.Rescaling(1.0)")),
        (subclassed, Edit("insert_layer", "model", value="keras.layers.Rescaling(1.0)")),
        (sequential, Edit("insert_layer", "layer:end", value="keras.layers.Conv2D(1, 1)")),
    ],
    ids=["no_such_argument", "no_such_input", "own_call", "wrong_rank"],
)
def test_what_cannot_be_made_is_refused(make, edit):
    with pytest.raises(CannotApplyError):
        changed(make, edit)
