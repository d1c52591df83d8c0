import keras
import numpy as np
import pytest

from keras_stable.errors import InvalidArgumentError
from keras_stable.export.served_inputs import find_inputs
from keras_stable.export.serving import Serving

Dense = keras.layers.Dense


def serving(model, **options):
    return Serving(model, find_inputs(model), **options)


@pytest.fixture(scope="module")
def model():
    return keras.Sequential([keras.Input((3,)), Dense(4, name="hidden"), Dense(2, activation="softmax")])


def test_eager_and_traced_answers_have_the_same_names(model):
    x = {"inputs": np.random.default_rng(0).normal(size=(70, 3)).astype("float32")}
    made = serving(model, class_names=("a", "b"))
    eager, graph = made.expected(x), made.expected(x, graph=True)
    assert {name: set(values) for name, values in eager.items()} == {
        "serving_default": {"probabilities", "class_ids", "class_names", "logits"},
        "features": {"features"},
    }
    kernel, bias = (weight.astype("float64") for weight in model.layers[0].get_weights())
    np.testing.assert_allclose(eager["features"]["features"], x["inputs"] @ kernel + bias, atol=1e-5)
    for name in ("probabilities", "logits"):
        np.testing.assert_allclose(eager["serving_default"][name], graph["serving_default"][name], atol=1e-6)
    logits = np.exp(graph["serving_default"]["logits"].astype("float64"))
    expected = logits / logits.sum(1, keepdims=True)
    np.testing.assert_allclose(eager["serving_default"]["probabilities"], expected, atol=1e-6)
    assert len(made.expected({"inputs": x["inputs"][:0]}, graph=True)["serving_default"]["class_ids"]) == 0


def test_an_encoder_that_the_user_names_must_give_one_tensor(model):
    assert "features" in serving(model, encoder="hidden").functions

    class Two(keras.layers.Layer):
        def call(self, x):
            return x, x

    x = keras.Input((3,))
    pair = keras.Model(x, Dense(2)(Two(name="encoder")(x)[0]))
    assert "features" not in serving(pair).functions
    with pytest.raises(InvalidArgumentError, match="`encoder` must be a layer with one output. Received: encoder"):
        serving(pair, encoder="encoder")


def test_a_model_that_cannot_be_traced_is_refused():
    class Eager(keras.Model):
        def call(self, x):
            return x * float(np.asarray(x).sum())

    model = Eager()
    model(np.ones((1, 2), "float32"))
    with pytest.raises(InvalidArgumentError, match="`model` must be a model that can be traced for"):
        serving(model)
