import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_stable.errors import InvalidArgumentError
from keras_stable.export.served_inputs import find_inputs

Input = keras.Input


def shapes(inputs):
    return {name: (list(spec.shape), spec.dtype.name) for name, spec in inputs.specs.items()}


def functional(inputs):
    # Each has to be used: an older Keras refuses a model with an input that is not.
    numbers = [keras.ops.cast(tensor, "float32") for tensor in keras.tree.flatten(inputs)]
    sums = [keras.ops.sum(number, axis=tuple(range(1, len(number.shape))), keepdims=True) for number in numbers[1:]]
    flat = [keras.ops.reshape(total, (-1, 1)) for total in sums]
    first = keras.layers.Dense(1)(numbers[0])
    return keras.Model(inputs, [first, *flat] if flat else first)


def test_a_functional_model_says_names_dtypes_and_what_varies():
    model = functional(Input((None, 3), name="my series"))
    assert shapes(find_inputs(model)) == {"my_series": ([None, None, 3], "float32")}
    assert shapes(find_inputs(functional(Input((3,))))) == {"inputs": ([None, 3], "float32")}
    assert shapes(find_inputs(functional(Input(batch_shape=(8, 3), name="x")))) == {"x": ([None, 3], "float32")}


def test_nested_dictionaries_give_one_name_for_each_tensor():
    inputs = {"size": Input((2,), name="size"), "of": {"ids": Input((4,), dtype="int32", name="ids")}}
    served = find_inputs(functional(inputs))
    assert shapes(served) == {"size": ([None, 2], "float32"), "of_ids": ([None, 4], "int32")}
    x = {"size": np.ones((3, 2)), "of": {"ids": np.ones((3, 4), "int64")}}
    assert {name: array.dtype.name for name, array in served.named(x).items()} == {"size": "float32", "of_ids": "int32"}
    packed = served.call(lambda inputs, training: (inputs, training), {"size": 1, "of_ids": 2})
    assert packed == ({"size": 1, "of": {"ids": 2}}, False)


def test_a_list_of_inputs_is_named_by_its_layers_else_by_number():
    named = find_inputs(functional([Input((1,), name="a"), Input((2,), name="b")]))
    assert list(named.specs) == ["a", "b"]
    assert list(find_inputs(functional([Input((1,)), Input((2,))])).specs) == ["input_0", "input_1"]
    assert len(named.named([np.zeros((5, 1)), np.zeros((5, 2))])["b"]) == 5


def test_of_a_model_of_its_own_the_samples_say_what_it_takes():
    class Own(keras.Model):
        def call(self, x):
            return x["words"]

    samples = {"words": np.array(["a", "b"], object), "number": np.zeros((2, 3)), "id": np.zeros(2, "uint8")}
    assert shapes(find_inputs(Own(), samples)) == {
        "words": ([None], "string"),
        "number": ([None, 3], "float32"),
        "id": ([None], "uint8"),
    }
    with pytest.raises(InvalidArgumentError, match="`samples` must be given"):
        find_inputs(Own())
    signature = {"words": keras.InputSpec(shape=(None, None), dtype="string")}
    assert shapes(find_inputs(Own(), samples, signature)) == {"words": ([None, None], "string")}


def test_several_arguments_of_call_are_several_inputs():
    class Two(keras.Model):
        def build(self, left_shape, right_shape):
            self.built = True

        def call(self, left, right):
            return left + right

    model = Two()
    model(np.ones((2, 3), "float32"), np.ones((2, 3), "float32"))
    served = find_inputs(model)
    assert shapes(served) == {"left": ([None, 3], "float32"), "right": ([None, 3], "float32")}
    answer = served.call(model, {"left": tf.ones((1, 3)), "right": tf.ones((1, 3))})
    assert answer.numpy().tolist() == [[2, 2, 2]]


def test_text_becomes_bytes_and_a_column_may_lack_its_axis():
    served = find_inputs(_text_model())
    array = served.named(np.array(["Größe", ""]))["t"]
    assert array.dtype.kind == "S"
    assert array.shape == (2, 1)
    assert array[0, 0].decode() == "Größe"


def _text_model():
    text = Input((1,), dtype="string", name="t")
    return keras.Model(text, keras.layers.StringLookup(vocabulary=["a"], output_mode="one_hot")(text))


@pytest.mark.parametrize(
    ("x", "message"),
    [
        ({"a": np.zeros((2, 3))}, "arrays nested as the model takes them"),
        (
            {"a": np.zeros((2, 3)), "b": np.zeros((2, 5))},
            r"\[None, 2\] for the input b. Received: shape \[2, 5\]",
        ),
        ({"a": np.zeros((2, 3)), "b": np.zeros((1, 2))}, "as many of each input. Received: 2 of a, 1 of b"),
        ({"a": np.zeros((2, 3)), "b": np.full((2, 2), "x")}, "could not convert"),
    ],
    ids=["missing", "shape", "length", "dtype"],
)
def test_samples_that_do_not_fit_are_refused(x, message):
    served = find_inputs(functional({"a": Input((3,), name="a"), "b": Input((2,), name="b")}))
    with pytest.raises(InvalidArgumentError, match=message):
        served.named(x)
