"""Norms of weights, updates and second moments, against plain differences of the weights in float64.

Every way through Keras is checked for AdamW by the settings of `tools/gradient_guard_settings.py`.
"""

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_stable import errors, load_model
from keras_stable.optimizers import SGD, Adam, AdamW, Lion, gradient_history, guard
from keras_stable.optimizers.history import GradientHistoryReader
from keras_stable.optimizers.layer_norms import LAYER_NORMS
from keras_stable.optimizers.passive_recorder import recorded_gradients

SCALED = keras.optimizers.LossScaleOptimizer


def variables():
    rng = np.random.default_rng(0)
    shapes = {"kernel": (4, 3), "bias": (3,)}
    return [keras.Variable(rng.normal(size=shape), dtype="float32", name=name) for name, shape in shapes.items()]


def gradients(seed):
    rng = np.random.default_rng(seed)
    return [tf.constant(rng.normal(size=shape), tf.float32) for shape in ((4, 3), (3,))]


def norms(arrays):
    return [np.linalg.norm(np.asarray(array, "float64")) for array in arrays]


def stepped(optimizer, weights, steps=4, scale=1.0):
    """Returns the norms that plain differences of the weights have, in the order of `LAYER_NORMS`."""
    optimizer.build(weights)
    step = tf.function(lambda *gradients: optimizer.apply(gradients, weights))
    rows = []
    for seed in range(steps):
        before = [weight.numpy().astype("float64") for weight in weights]
        step(*[scale * gradient for gradient in gradients(seed)])
        after = [weight.numpy().astype("float64") for weight in weights]
        rows.append((norms(after), norms(np.subtract(new, old) for new, old in zip(after, before, strict=True))))
    return np.array(rows).swapaxes(0, 1)


@pytest.mark.parametrize(
    "make",
    [
        lambda: SGD(0.1, 0.9, record="all"),
        lambda: Lion(0.01, weight_decay=0.1, record="all"),
        lambda: Adam(0.01, amsgrad=True, record="all", clipvalue=None, global_clipnorm=None),
        lambda: AdamW(0.01, use_ema=True, ema_momentum=0.5, ema_overwrite_frequency=2, record="all"),
        lambda: guard(keras.optimizers.Adadelta)(0.1, record="all"),
    ],
    ids=["SGD", "Lion", "Adam", "AdamW with an average that overwrites", "Adadelta"],
)
def test_what_a_step_did_to_the_weights(make):
    optimizer, weights = make(), variables()
    weights[0].constraint = keras.constraints.MaxNorm(1.0)
    expected = stepped(optimizer, weights)
    history = gradient_history(optimizer)
    np.testing.assert_allclose(history.weight_norm, expected[0], rtol=1e-6)
    np.testing.assert_allclose(history.update_norm, expected[1], rtol=1e-6)
    np.testing.assert_allclose(history.update_ratio, expected[1] / expected[0], rtol=1e-6)


def test_second_moments_are_those_that_the_optimizer_keeps():
    for optimizer in (AdamW(0.1, record="all", beta_2=0.75), guard(keras.optimizers.RMSprop)(0.1, 0.75, record="all")):
        stepped(optimizer, variables(), steps=3)
        moments = [np.zeros((4, 3)), np.zeros(3)]
        clipped = []
        for seed in range(3):
            taken = [gradient.numpy().astype("float64") for gradient in gradients(seed)]
            factor = min(1.0, 0.5 / np.linalg.norm(norms(taken)))
            moments = [0.75 * m + 0.25 * (factor * g) ** 2 for m, g in zip(moments, taken, strict=True)]
            clipped.append(norms(moments))
        np.testing.assert_allclose(gradient_history(optimizer).second_moment_norm, clipped, rtol=1e-5)
    optimizer = Lion(0.1, record="all")
    stepped(optimizer, variables())
    assert np.isnan(gradient_history(optimizer).second_moment_norm).all()


def test_only_what_was_asked_for_is_kept():
    for record, kept in (((), set()), ("update_norm", {"update_norm"}), (["second_moment_norm"], LAYER_NORMS[2:])):
        optimizer = AdamW(0.1, record=record)
        expected = stepped(optimizer, variables())
        history = gradient_history(optimizer)
        assert {name for name in LAYER_NORMS if getattr(history, name) is not None} == set(kept)
        assert history.update_ratio is None
        if "update_norm" in kept:
            np.testing.assert_allclose(history.update_norm, expected[1], rtol=1e-5)


def test_what_was_not_asked_for_costs_nothing():
    """A copy of each weight before the step is needed for the update's norm alone."""

    def operations(record):
        optimizer, weights = SGD(0.1, clipvalue=None, global_clipnorm=None, record=record), variables()
        optimizer.build(weights)
        step = tf.function(lambda: optimizer.apply(gradients(0), weights)).get_concrete_function()
        graph = step.graph.as_graph_def()
        return [node.op for nodes in (graph.node, *(f.node_def for f in graph.library.function)) for node in nodes]

    weights_only, updates = operations("weight_norm"), operations(["weight_norm", "update_norm"])
    for operation in ("Sub", "ReadVariableOp"):
        assert updates.count(operation) >= weights_only.count(operation) + len(variables())


def test_a_skipped_step_has_moved_nothing():
    optimizer, weights = AdamW(0.1, record="all"), variables()
    stepped(optimizer, weights, steps=1)
    tf.function(lambda: optimizer.apply([tf.fill((4, 3), np.nan), gradients(0)[1]]))()
    history = gradient_history(optimizer)
    assert history.update_norm[1].tolist() == [0.0, 0.0]
    np.testing.assert_array_equal(history.weight_norm[1], history.weight_norm[0])
    np.testing.assert_array_equal(history.second_moment_norm[1], history.second_moment_norm[0])


def test_a_step_that_a_loss_scale_optimizer_skips():
    inner, weights = AdamW(0.1, record="all"), variables()
    outer = SCALED(inner, initial_scale=4.0)
    stepped(outer, weights, steps=1, scale=4.0)
    outer.apply([tf.fill((4, 3), np.inf), gradients(0)[1]], weights)
    history = gradient_history(outer)
    np.testing.assert_allclose(history.weight_norm, [norms(weights)] * 2, rtol=1e-6)
    assert (history.update_norm[0] > 0.1).all()
    assert history.update_norm[1].tolist() == [0.0, 0.0]


def test_a_variable_without_a_gradient_has_none():
    optimizer, weights = SGD(0.1, record="all"), variables()
    optimizer.build(weights)
    optimizer.apply(gradients(0)[1:], weights[1:])
    history = gradient_history(optimizer)
    assert np.isnan(history.weight_norm[0]).tolist() == np.isnan(history.update_norm[0]).tolist() == [True, False]


def test_weights_of_zero_have_no_ratio():
    optimizer, weight = SGD(1.0, record="all"), keras.Variable([1.0], name="weight")
    optimizer.build([weight])
    for gradient in (0.5, 0.5, -0.25):
        optimizer.apply([tf.constant([gradient])])
    np.testing.assert_array_equal(gradient_history(optimizer).update_ratio, [[1.0], [np.nan], [1.0]])


def test_recording_can_begin_later():
    optimizer, weights = AdamW(0.1), variables()
    stepped(optimizer, weights, steps=2)
    optimizer.record = "all"
    expected = stepped(optimizer, weights, steps=2)
    history = gradient_history(optimizer)
    assert np.isnan(history.weight_norm[:2]).all()
    np.testing.assert_allclose(history.weight_norm[2:], expected[0], rtol=1e-6)
    optimizer.record = ()
    stepped(optimizer, weights, steps=1)
    assert gradient_history(optimizer).weight_norm is None


@pytest.mark.parametrize("accumulation", [None, 2])
def test_an_optimizer_without_the_guard(accumulation):
    weights = variables()
    optimizer = keras.optimizers.AdamW(0.1, gradient_accumulation_steps=accumulation)
    with recorded_gradients(optimizer, record="all"):
        reader = GradientHistoryReader(optimizer, from_start=True)
        expected = stepped(optimizer, weights)
        history = reader.read()
    np.testing.assert_allclose(history.weight_norm, expected[0][:: accumulation or 1][-len(history) :], rtol=0.2)
    updates = expected[1][(accumulation or 1) - 1 :: accumulation or 1]
    np.testing.assert_allclose(history.update_norm, updates, rtol=1e-5)


def test_the_argument_is_saved_and_the_state_loads_either_way(tmp_path):
    def compiled(**arguments):
        model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
        model.compile(AdamW(0.1, **arguments), "mse")
        model.fit(np.ones((4, 2)), np.ones((4, 1)), verbose=0)
        return model

    recording, other = compiled(record=("update_norm",)), compiled()
    recording.save(tmp_path / "model.keras")
    loaded = load_model(tmp_path / "model.keras")
    assert loaded.optimizer.record == ("update_norm",)
    loaded.fit(np.ones((4, 2)), np.ones((4, 1)), verbose=0)
    assert gradient_history(loaded.optimizer).update_norm.shape == (1, 2)
    recording.save_weights(tmp_path / "one.weights.h5")
    other.save_weights(tmp_path / "other.weights.h5")
    other.load_weights(tmp_path / "one.weights.h5")
    recording.load_weights(tmp_path / "other.weights.h5")
    assert len(gradient_history(recording.optimizer)) == 0


@pytest.mark.parametrize("record", ["norms", ["update_norm", "all"], 3, None, [1]])
def test_other_names_are_refused(record):
    with pytest.raises(errors.InvalidArgumentError, match='`record` must be "all", or names among weight_norm'):
        AdamW(record=record)
