"""Where tensors come from, followed through made-up operations and through those of TensorFlow."""

import keras
import pytest
import tensorflow as tf

from keras_stable.diagnosis.evidence.tracing.provenance import Provenance, each_operation


class Followed:
    """A provenance with the operations that it has called layers."""

    def __init__(self, *taken):
        self.operations = []
        self.provenance = Provenance(set(taken), self.operations.append)

    def origin(self, path):
        tensor = tf.constant([1.0])
        self.provenance.set(tensor, path)
        return tensor

    def run(self, kind, *inputs, dtype="float32"):
        result = tf.zeros((1,), dtype)
        self.provenance.operation(kind, inputs, [result])
        return result

    def paths(self, *tensors):
        return self.provenance.paths(tensors)

    def seen(self):
        return [(one.path, one.kind, one.role, one.activation, one.inputs) for one in self.operations]


def test_what_only_moves_numbers_keeps_its_path():
    followed = Followed()
    tensor = followed.run("Transpose", followed.run("Reshape", followed.origin("dense")))
    assert followed.paths(tensor) == ("dense",)
    assert followed.seen() == []


def test_paths_are_told_once_and_in_order():
    followed = Followed()
    first, second = followed.origin("b"), followed.origin("a")
    assert followed.paths(first, second, first, followed.run("Reshape", second)) == ("b", "a")


def test_a_tensor_of_unknown_origin_has_no_path():
    followed = Followed()
    assert followed.paths(tf.constant(1.0), followed.run("Relu", tf.constant(1.0))) == ()


def test_an_activation_becomes_a_place_when_it_is_asked_for():
    followed = Followed()
    tensor = followed.run("Relu", followed.run("BiasAdd", followed.origin("dense")))
    assert followed.seen() == []
    assert followed.paths(tensor) == ("dense/relu",)
    assert followed.paths(tensor) == ("dense/relu",)
    assert followed.seen() == [("dense/relu", "Relu", "activation", "relu", ("dense",))]
    [operation] = followed.operations
    assert operation.given == (tensor,)
    assert len(operation.entered) == 1


def test_names_of_bytes_are_names():
    followed = Followed()
    assert followed.paths(followed.run(b"Relu", followed.origin("dense"))) == ("dense/relu",)


def test_a_path_that_is_taken_gets_a_number():
    followed = Followed("dense/relu", "add")
    assert followed.paths(followed.run("Relu", followed.origin("dense"))) == ("dense/relu_2",)
    assert followed.paths(followed.run("AddV2", followed.origin("a"), followed.origin("b"))) == ("add_2",)


@pytest.mark.parametrize(
    ("kind", "path", "word", "role"),
    [
        ("MatMul", "dense/matmul", "MatMul", "other"),
        ("Mean", "dense/pooling", "Pooling", "pooling"),
        ("Sqrt", "dense/custom", "Custom", "activation"),
    ],
)
def test_what_is_more_than_moving_numbers(kind, path, word, role):
    followed = Followed()
    followed.paths(followed.run(kind, followed.origin("dense")))
    [(seen_path, seen_kind, seen_role, _, inputs)] = followed.seen()
    assert (seen_path, seen_kind, seen_role, inputs) == (path, word, role, ("dense",))


def test_two_tensors_of_one_origin_are_multiplied_and_not_scaled():
    followed = Followed()
    origin = followed.origin("dense")
    assert followed.paths(followed.run("Mul", origin, followed.run("Sigmoid", origin))) == ("dense/silu",)
    # x / (1 + exp(-x)) by its operations is no exponential.
    assert followed.paths(followed.run("RealDiv", origin, followed.run("Exp", origin))) == ("dense/custom",)


def test_a_product_with_a_number_scales():
    followed = Followed()
    assert followed.paths(followed.run("Mul", followed.origin("dense"), tf.constant(2.0))) == ("dense",)


@pytest.mark.parametrize(
    ("kind", "word"),
    [
        ("AddV2", "Add"),
        ("AddN", "Add"),
        ("Sub", "Subtract"),
        ("Mul", "Multiply"),
        ("RealDiv", "Divide"),
        ("ConcatV2", "Concatenate"),
        ("Pack", "Stack"),
        ("Maximum", "Maximum"),
        ("Minimum", "Minimum"),
        ("Atan2", "Atan2"),
    ],
)
def test_tensors_of_two_origins_merge(kind, word):
    followed = Followed()
    left, right = followed.origin("left"), followed.run("Relu", followed.origin("right"))
    merged = followed.run(kind, left, right)
    assert followed.paths(merged) == (word.lower(),)
    assert followed.seen() == [
        ("right/relu", "Relu", "activation", "relu", ("right",)),
        (word.lower(), word, "merge", "", ("left", "right/relu")),
    ]
    assert followed.operations[-1].entered == (left, right)
    assert followed.operations[-1].given == (merged,)


def test_a_matrix_product_of_two_origins_is_no_merge():
    followed = Followed()
    followed.run("BatchMatMulV2", followed.origin("query"), followed.origin("key"))
    assert followed.seen() == [("batchmatmulv2", "BatchMatMulV2", "other", "", ("query", "key"))]


@pytest.mark.parametrize("kind", ["Shape", "ShapeN", "Rank", "Size", "ZerosLike", "OnesLike"])
def test_numbers_about_a_tensor_do_not_come_from_it(kind):
    followed = Followed()
    assert followed.paths(followed.run(kind, followed.origin("dense"))) == ()


def test_comparisons_do_not_come_from_what_they_compare():
    followed = Followed()
    assert followed.paths(followed.run("Greater", followed.origin("dense"), dtype="bool")) == ()


def test_forgotten_tensors_come_from_nowhere():
    followed = Followed()
    tensor = followed.origin("dense")
    followed.provenance.forget()
    assert followed.paths(tensor) == ()


def test_operations_of_tensorflow_are_seen_in_order():
    seen = []
    with each_operation(lambda kind, inputs, outputs: seen.append((kind, len(inputs), len(outputs)))):
        tf.nn.relu(tf.constant([1.0]) + tf.constant([2.0]))
    tf.exp(1.0)
    kinds = [kind.decode() if isinstance(kind, bytes) else kind for kind, *_ in seen]
    assert [kind for kind in kinds if kind != "Const"] == ["AddV2", "Relu"]
    assert seen[-1][1:] == (1, 1)


def test_functions_are_looked_into_and_run_as_graphs_again_afterwards():
    @tf.function
    def inner(x):
        return tf.nn.tanh(x)

    seen = []
    before = tf.config.functions_run_eagerly()

    def fail():
        inner(tf.constant([1.0]))
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError), each_operation(lambda kind, *_: seen.append(kind)):
        fail()
    assert any("Tanh" in str(kind) for kind in seen)
    assert tf.config.functions_run_eagerly() == before


def test_in_a_graph_only_its_own_operations_are_seen():
    seen = []

    @tf.function(autograph=False)
    def outer(x):
        with each_operation(lambda kind, *_: seen.append(str(kind))):
            return tf.nn.relu(x)

    outer(tf.constant([1.0]))
    assert any("Relu" in kind for kind in seen)


def test_a_layer_between_two_others_is_followed_through():
    followed = Followed()
    first, second = keras.layers.Dense(2), keras.layers.Dense(2)
    first.build((1, 2))
    second.build((1, 2))
    given = first(tf.ones((1, 2)))
    followed.provenance.set(given, "first")
    with each_operation(followed.provenance.operation):
        entering = tf.nn.softplus(tf.transpose(given) * 2.0)
    assert followed.paths(entering) == ("first/softplus",)
