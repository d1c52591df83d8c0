"""What the usual step costs, and that the unusual ones take the other branches."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_stable
from keras_stable.optimizers import gradient_history

SHAPES = ((6, 4), (4,))


def gradients(scale):
    rng = np.random.default_rng(1)
    return [tf.constant(scale * rng.normal(size=shape), tf.float32) for shape in SHAPES]


def built(optimizer):
    rng = np.random.default_rng(0)
    variables = [keras.Variable(rng.normal(size=shape), dtype="float32") for shape in SHAPES]
    optimizer.build(variables)
    return variables


def functions(optimizer):
    """The op types of the traced step, and of each function that it calls."""
    concrete = tf.function(lambda *given: optimizer.apply(given)).get_concrete_function(*gradients(1.0))
    graph = concrete.graph.as_graph_def()
    return [node.op for node in graph.node], [[node.op for node in each.node_def] for each in graph.library.function]


def test_the_usual_step_has_one_conditional_and_clips_no_value():
    optimizer = keras_stable.optimizers.AdamW()
    built(optimizer)
    step, called = functions(optimizer)
    assert step.count("If") == 1
    assert "StatelessIf" not in step
    update = next(ops for ops in called if "Sqrt" in ops and "AssignSubVariableOp" in ops)
    assert not {"If", "StatelessIf", "ClipByValue"} & set(update)


def test_an_update_is_traced_once():
    traced = []

    class Counted(keras.optimizers.SGD):
        def update_step(self, gradient, variable, learning_rate):
            traced.append(variable)
            super().update_step(gradient, variable, learning_rate)

    optimizer = keras_stable.optimizers.guard(Counted)()
    built(optimizer)
    functions(optimizer)
    assert len(traced) == len(SHAPES)


@pytest.mark.parametrize("jit", [False, True])
@pytest.mark.parametrize("clipvalue", [10.0, 1e-15, None])
def test_usual_and_unusual_steps_give_what_numpy_gives(clipvalue, jit):
    optimizer = keras_stable.optimizers.SGD(1.0, clipvalue=clipvalue)
    weights = built(optimizer)
    apply = tf.function(lambda *given: optimizer.apply(given), jit_compile=jit)
    scales = [1e-3, 1.0, 100.0, float("nan"), 1e25, 1e-20, 0.0, float("inf"), 30.0]
    applied_norms = []
    for scale in scales:
        before = [weight.numpy().astype("float64") for weight in weights]
        apply(*gradients(scale))
        steps = [b - weight.numpy() for b, weight in zip(before, weights, strict=True)]
        wide = [gradient.numpy().astype("float64") for gradient in gradients(scale)]
        clipped = wide if clipvalue is None else [np.clip(gradient, -clipvalue, clipvalue) for gradient in wide]
        norm = np.sqrt(sum((gradient**2).sum() for gradient in clipped))
        finite = np.isfinite(scale)
        factor = min(1.0, 0.5 / norm) if finite and norm else 0.0
        applied_norms.append(factor * norm if finite else 0.0)
        for step, gradient in zip(steps, clipped, strict=True):
            np.testing.assert_allclose(step, factor * gradient if finite else np.zeros_like(step), atol=1e-6)
    history = gradient_history(optimizer)
    assert history.finite.tolist() == [bool(np.isfinite(scale)) for scale in scales]
    np.testing.assert_allclose(history.applied_norm, applied_norms, rtol=1e-6)
    kept = np.isfinite(scales)
    one = np.sqrt(sum((gradient.numpy().astype("float64") ** 2).sum() for gradient in gradients(1.0)))
    np.testing.assert_allclose(history.global_norm[kept], one * np.array(scales)[kept], rtol=1e-6)
