"""The slices of an embedding are clipped and applied as the dense gradient is, and stay slices where they can."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_stable
from keras_stable.optimizers import gradient_history, guard
from keras_stable.optimizers.slice_updates import updates_slices_as_dense

SHAPE = (7, 3)
INDICES = [5, 0, 2, 0, 0]


class Squares(keras.optimizers.SGD):
    """A user's own update, which no slices would survive."""

    def update_step(self, gradient, variable, learning_rate):
        variable.assign_sub(gradient[..., :1] * gradient)


def stock_classes():
    for name in sorted(dir(keras.optimizers)):
        stock = getattr(keras.optimizers, name)
        if isinstance(stock, type) and issubclass(stock, keras.optimizers.Optimizer):
            try:
                guard(stock)
            except keras_stable.errors.InvalidArgumentError:  # a wrapper of others
                continue
            if stock is not keras.optimizers.Optimizer:
                yield getattr(keras_stable.optimizers, name, None) or guard(stock)


MOMENTUM = {"momentum": 0.9, "nesterov": True}
CASES = [
    *((guarded, {}) for guarded in stock_classes()),
    (keras_stable.optimizers.SGD, MOMENTUM),
    (keras_stable.optimizers.Adam, {"amsgrad": True, "weight_decay": 0.01}),
    (keras_stable.optimizers.SGD, {"agc_clipping": 0.01, "zclip": 2.5, "use_ema": True}),
    (keras_stable.optimizers.SGD, {"gradient_accumulation_steps": 2, "clipnorm": 0.3}),
    (keras_stable.optimizers.SGD, {"loss_scale_factor": 8.0}),
    (guard(Squares), {}),
]


def gradients():
    rng = np.random.default_rng(1)
    for scale in (0.01, 1.0, 100.0, np.inf, 1.0):
        values = tf.constant(scale * rng.normal(size=(len(INDICES), SHAPE[1])), tf.float32)
        yield tf.IndexedSlices(values, tf.constant(INDICES), tf.constant(SHAPE)), tf.constant([scale, 0.5], tf.float32)


def trained(optimizer, made_dense, compiled, **options):
    rng = np.random.default_rng(0)
    shapes = {"embeddings": SHAPE, "bias": (2,)}
    weights = [keras.Variable(rng.normal(size=shape), dtype="float32", name=name) for name, shape in shapes.items()]
    optimizer.build(weights)
    apply = optimizer.apply
    if compiled:
        apply = tf.function(apply, **options)
    for slices, bias in gradients():
        apply([tf.convert_to_tensor(slices) if made_dense else slices, bias])
    history = gradient_history(optimizer)
    state = [variable.numpy() for variable in [*weights, *optimizer.variables]]
    return [*state, history.variable_norm[history.finite], history.applied_variable_norm], history


@pytest.mark.parametrize("compiled", [False, True], ids=["eagerly", "in a graph"])
@pytest.mark.parametrize(("guarded", "arguments"), CASES, ids=lambda case: getattr(case, "__name__", None))
def test_slices_come_to_the_numbers_of_the_dense_gradient(guarded, arguments, compiled):
    slices, history = trained(guarded(learning_rate=0.1, **arguments), False, compiled)
    dense, _ = trained(guarded(learning_rate=0.1, **arguments), True, compiled)
    for one, other in zip(slices, dense, strict=True):
        np.testing.assert_allclose(one, other, rtol=2e-6, atol=1e-7)
    assert history.skipped_steps == 1


def test_so_they_do_with_xla():
    slices, _ = trained(keras_stable.optimizers.SGD(0.1), False, True, jit_compile=True)
    dense, _ = trained(keras_stable.optimizers.SGD(0.1), True, True, jit_compile=True)
    for one, other in zip(slices, dense, strict=True):
        np.testing.assert_allclose(one, other, rtol=2e-6, atol=1e-7)


def operations(optimizer):
    weight = keras.Variable(np.ones(SHAPE), dtype="float32", name="w")
    optimizer.build([weight])
    slices = next(gradients())[0]
    graph = tf.function(lambda given: optimizer.apply([given])).get_concrete_function(slices).graph.as_graph_def()
    nodes = [*graph.node, *(node for function in graph.library.function for node in function.node_def)]
    return {node.op for node in nodes}


def test_plain_sgd_never_makes_them_dense():
    found = operations(keras_stable.optimizers.SGD(0.1))
    assert "ResourceScatterSub" in found
    assert "AssignSubVariableOp" not in found
    assert "AssignSubVariableOp" in operations(guard(Squares)(0.1))


def test_a_repeated_row_moves_as_its_sum():
    def move(optimizer):
        weight = keras.Variable(np.zeros((3, 1)), dtype="float32", name="w")
        values = tf.constant([[0.01]] * 5)
        optimizer.build([weight])
        optimizer.apply([tf.IndexedSlices(values, tf.constant([0, 0, 0, 0, 1]), tf.constant([3, 1]))])
        return -weight.numpy().ravel()

    np.testing.assert_allclose(move(keras_stable.optimizers.Adam(0.1)), [0.1, 0.1, 0.0], rtol=1e-3)
    # Of the clips of Keras, that of the global norm sums a repeated row too.
    np.testing.assert_allclose(move(keras.optimizers.Adam(0.1, global_clipnorm=1.0)), [0.1, 0.1, 0.0], rtol=1e-3)
    for clip in ("clipvalue", "clipnorm"):
        np.testing.assert_allclose(move(keras.optimizers.Adam(0.1, **{clip: 1.0})), [0.2, 0.1, 0.0], rtol=1e-3)
    stock = move(keras.optimizers.Adam(0.1))
    np.testing.assert_allclose(stock, [0.2, 0.1, 0.0], rtol=1e-3)
    np.testing.assert_array_equal(move(keras_stable.optimizers.Adam(0.1, clipvalue=None, global_clipnorm=None)), stock)


def test_an_update_of_the_users_own_gets_the_dense_gradient():
    optimizer = keras_stable.optimizers.SGD()
    assert updates_slices_as_dense(optimizer)
    optimizer.update_step = lambda gradient, variable, learning_rate: None
    assert not updates_slices_as_dense(optimizer)
