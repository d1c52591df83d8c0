"""Adam with its bias correction worked out once is Keras's Adam."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_stable

DTYPES = ("float32", "float64", "float32")


def weights_after(optimizer, compiled):
    rng = np.random.default_rng(0)
    variables = [keras.Variable(rng.normal(size=(5, 3)), dtype=dtype) for dtype in DTYPES]
    optimizer.build(variables)
    apply = tf.function(lambda *given: optimizer.apply(given)) if compiled else lambda *given: optimizer.apply(given)
    for _ in range(12):
        apply(*[tf.constant(0.01 * rng.normal(size=(5, 3)), dtype) for dtype in DTYPES])
    return [variable.numpy() for variable in (*variables, *optimizer.variables)]


@pytest.mark.parametrize("arguments", [{}, {"amsgrad": True}, {"use_ema": True}, {"epsilon": 1e-3}], ids=str)
@pytest.mark.parametrize("name", ["Adam", "AdamW"])
def test_where_no_clip_acts_it_is_the_update_of_keras(name, arguments):
    # Norms of these gradients are below both clips.
    expected = weights_after(getattr(keras.optimizers, name)(0.1, weight_decay=0.1, **arguments), compiled=False)
    actual = weights_after(getattr(keras_stable.optimizers, name)(0.1, weight_decay=0.1, **arguments), compiled=True)
    for one, other in zip(actual, expected, strict=False):
        np.testing.assert_allclose(one, other, rtol=2e-6, atol=1e-7)


def test_it_is_worked_out_once_for_each_dtype():
    optimizer = keras_stable.optimizers.Adam()
    variables = [keras.Variable(np.ones(3), dtype=dtype) for dtype in DTYPES]
    optimizer.build(variables)
    given = [tf.ones(3, dtype) for dtype in DTYPES]
    graph = tf.function(lambda *given: optimizer.apply(given)).get_concrete_function(*given).graph
    powers = [node.op for each in graph.as_graph_def().library.function for node in each.node_def if node.op == "Pow"]
    assert len(powers) == 2 * 2


@pytest.mark.parametrize("compiled", [False, True])
def test_a_rate_for_each_variable_is_kept_apart(compiled):
    class Layerwise(keras_stable.optimizers.Adam):
        def update_step(self, gradient, variable, learning_rate):
            share = 0.1 if self._get_variable_index(variable) == 0 else 1.0
            super().update_step(gradient, variable, learning_rate * share)

    weights = [keras.Variable([1.0], name=name) for name in ("slow", "fast")]
    optimizer = Layerwise(0.1)
    optimizer.build(weights)

    def apply():
        optimizer.apply([tf.constant([0.1])] * 2)

    tf.function(apply)() if compiled else apply()
    np.testing.assert_allclose([float(weight[0]) for weight in weights], [0.99, 0.9], rtol=1e-5)


def test_an_update_inside_a_conditional():
    class Lazy(keras_stable.optimizers.Adam):
        def update_step(self, gradient, variable, learning_rate):
            update = super().update_step
            wanted = tf.reduce_any(gradient != 0)
            tf.cond(wanted, lambda: update(gradient, variable, learning_rate), lambda: None)

    weights = [keras.Variable([1.0], name=name) for name in ("one", "other")]
    optimizer = Lazy(0.1)
    optimizer.build(weights)
    tf.function(lambda: optimizer.apply([tf.constant([0.1]), tf.constant([0.0])]))()
    np.testing.assert_allclose([float(weight[0]) for weight in weights], [0.9, 1.0], rtol=1e-5)


@pytest.mark.parametrize("compiled", [False, True])
@pytest.mark.parametrize("name", ["rate", "beta"])
def test_what_an_own_update_sets_for_each_variable_counts(name, compiled):
    def own(base):
        class Own(base):
            def update_step(self, gradient, variable, learning_rate):
                first = self._get_variable_index(variable) == 0
                if name == "beta":
                    self.beta_1 = 0.5 if first else 0.9
                    super().update_step(gradient, variable, learning_rate)
                    return
                self.learning_rate.assign(0.01 if first else 0.1)
                super().update_step(gradient, variable, self.learning_rate)

        return Own(0.1)

    def trained(optimizer):
        weights = [keras.Variable([1.0], name=each) for each in ("one", "other")]
        optimizer.build(weights)

        def apply():
            optimizer.apply([tf.constant([0.1])] * 2)

        apply = tf.function(apply, autograph=False) if compiled else apply
        for _ in range(3):
            apply()
        return [float(weight[0]) for weight in weights]

    expected = trained(own(keras.optimizers.Adam))
    np.testing.assert_allclose(trained(own(keras_stable.optimizers.Adam)), expected, rtol=1e-6)
