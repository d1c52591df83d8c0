import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_stable.errors import InvalidArgumentError
from keras_stable.export.heads import Head, activation_of, find_heads, named_answers, served_answers
from keras_stable.models import classifier

Dense = keras.layers.Dense


def heads(model, task="auto", classes=None):
    found = {}

    @tf.function(autograph=False)
    def trace(x):
        found.update(find_heads(model, named_answers(model, model(x, training=False)), task, classes))
        return x

    trace.get_concrete_function(tf.TensorSpec((None, 3), tf.float32))
    return found


def sequential(*layers):
    return keras.Sequential([keras.Input((3,)), *layers])


class Own(keras.Model):
    """Ends with an operation, and no layer."""

    def __init__(self):
        super().__init__()
        self.dense = Dense(4)

    def call(self, x):
        return keras.ops.softmax(self.dense(x))


KINDS = {
    "softmax": (sequential(Dense(4, activation="softmax")), "probabilities"),
    "softmax layer": (sequential(Dense(4), keras.layers.Softmax()), "probabilities"),
    "softmax operation": (Own(), "probabilities"),
    "inner model": (sequential(sequential(Dense(4, activation="softmax"))), "probabilities"),
    "log softmax": (sequential(Dense(4, activation="log_softmax")), "logits"),
    "sigmoid": (sequential(Dense(1, activation="sigmoid")), "binary probabilities"),
    "sigmoids": (sequential(Dense(4, activation="sigmoid")), "binary probabilities"),
    "classifier": (classifier((3,), 4, hidden_units=(5,)), "logits"),
    "one number": (sequential(Dense(1)), "values"),
    "numbers of a place": (sequential(keras.layers.Reshape((3, 1)), Dense(4)), "values"),
    "undecided": (sequential(Dense(4)), "logits"),
}
COMPILED = {
    "logits": (keras.losses.SparseCategoricalCrossentropy(from_logits=True), 4, "logits"),
    "smoothed logits": (keras.losses.CategoricalCrossentropy(from_logits=True), 4, "logits"),
    "probabilities": ("categorical_crossentropy", 4, "probabilities"),
    "binary logits": (keras.losses.BinaryCrossentropy(from_logits=True), 1, "binary logits"),
    "regression": ("mse", 4, "values"),
    "function": (keras.losses.mean_absolute_error, 4, "values"),
}


@pytest.mark.parametrize("name", KINDS)
def test_the_end_of_a_model_says_what_it_gives(name):
    model, kind = KINDS[name]
    (head,) = heads(model).values()
    assert head.kind == kind
    assert head.raw == (name == "undecided")


@pytest.mark.parametrize("name", COMPILED)
def test_a_loss_says_what_a_linear_end_gives(name):
    loss, units, kind = COMPILED[name]
    model = sequential(Dense(units))
    model.compile(loss=loss)
    (head,) = heads(model).values()
    assert (head.kind, head.raw) == (kind, False)


def test_the_task_decides_where_the_user_knows_better():
    assert [head.kind for head in heads(sequential(Dense(4)), "values").values()] == ["values"]
    (head,) = heads(sequential(Dense(4)), "classes").values()
    assert (head.kind, head.raw) == ("logits", False)


def test_names_of_classes_must_be_as_many():
    with pytest.raises(InvalidArgumentError, match="one name for each of the 4 classes. Received: .*3 names"):
        heads(sequential(Dense(4, activation="softmax")), classes=3)


def test_outputs_have_the_names_of_keys_or_layers():
    x = keras.Input((3,))
    several = keras.Model(x, [Dense(1, name="price")(x), Dense(2, name="kind", activation="softmax")(x)])
    assert {name: (head.kind, head.prefix) for name, head in heads(several).items()} == {
        "price": ("values", "price_"),
        "kind": ("probabilities", "kind_"),
    }
    nested = keras.Model(x, {"a": Dense(1)(x), "b": {"c d": Dense(1)(x)}})
    assert list(named_answers(nested, nested(tf.zeros((1, 3))))) == ["a", "b_c_d"]


LOGITS = np.array([[1.0, 2.0, 4.0], [3.0, -1.0, 0.0]])
SOFTMAX = np.exp(LOGITS) / np.exp(LOGITS).sum(axis=1, keepdims=True)


def test_logits_are_served_as_probabilities_ids_and_names():
    served = served_answers(Head("y", "logits"), tf.constant(LOGITS, tf.float16), ("a", "b", "c"))
    np.testing.assert_allclose(served["probabilities"], SOFTMAX, atol=1e-6)
    assert served["class_ids"].numpy().tolist() == [2, 0]
    assert served["class_names"].numpy().tolist() == [b"c", b"a"]
    assert {name: tensor.dtype.name for name, tensor in served.items()} == {
        "probabilities": "float32",
        "class_ids": "int64",
        "class_names": "string",
        "logits": "float32",
    }


def test_yes_or_no_is_served_as_the_model_gives_it():
    served = served_answers(Head("y", "binary logits"), tf.constant([[-2.0], [3.0]]), None)
    np.testing.assert_allclose(served["probabilities"], 1 / (1 + np.exp([[2.0], [-3.0]])), atol=1e-6)
    assert served["class_ids"].numpy().tolist() == [0, 1]
    several = served_answers(Head("y", "binary probabilities"), tf.constant([[0.2, 0.9]]), None)
    assert list(several) == ["probabilities"]


def test_values_keep_their_name_and_an_undecided_output_has_both():
    assert list(served_answers(Head("price"), tf.constant([[1.0]]), None)) == ["price"]
    assert set(served_answers(Head("y", "logits", raw=True), tf.constant(LOGITS), None)) == {
        "probabilities",
        "class_ids",
        "logits",
        "y",
    }
    several = served_answers(Head("kind", "logits", prefix="kind_"), tf.constant(LOGITS), ("a", "b", "c"))
    assert set(several) == {"kind", "kind_probabilities", "kind_class_ids", "kind_logits"}


def test_the_activation_is_found_behind_a_cast():
    seen = []

    @tf.function
    def trace(x):
        seen.append(activation_of(tf.cast(tf.nn.softmax(x), tf.float16)))
        seen.append(activation_of(x + 1))
        return x

    trace(tf.zeros((1, 2)))
    assert [operation and operation.type for operation in seen] == ["Softmax", None]
