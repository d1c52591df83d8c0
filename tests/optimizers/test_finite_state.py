"""A skipped batch leaves no trace in the model."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_stable
from keras_stable import errors
from keras_stable.optimizers import keep_finite_state


def build(policy="float32", keep=True, **arguments):
    keras.utils.set_random_seed(0)
    keras.config.set_dtype_policy(policy)
    try:
        hidden = [keras.layers.Dense(6), keras.layers.BatchNormalization(), keras.layers.Dropout(0.3)]
        model = keras.Sequential([keras.Input((5,)), *hidden, keras.layers.Dense(2, dtype="float32")])
    finally:
        keras.config.set_dtype_policy("float32")
    optimizer = keras_stable.optimizers.AdamW(0.05)
    if policy == "mixed_float16":
        # With Keras's 2**15 some steps overflow on the way, and fewer do once a skipped step has halved the scale.
        optimizer = keras.optimizers.LossScaleOptimizer(optimizer, initial_scale=16.0)
    model.compile(optimizer, "mse", metrics=["mae"], **arguments)
    return keep_finite_state(model) if keep else model


def data(drop):
    x, y = np.random.default_rng(1).normal(size=(2, 40, 5)).astype("float32")
    x[18] = np.nan
    return tuple(np.delete(part, slice(16, 24), axis=0) if drop else part for part in (x, y[:, :2]))


@pytest.mark.parametrize(
    "arguments",
    [{"jit_compile": False}, {"jit_compile": True}, {"run_eagerly": True}, {"policy": "mixed_float16"}],
    ids=str,
)
def test_fit_goes_on_as_if_the_batch_had_not_been_there(arguments):
    bad, without = build(**arguments), build(**arguments)
    results = [
        model.fit(*data(drop), batch_size=8, epochs=2, shuffle=False, verbose=0)
        for model, drop in ((bad, False), (without, True))
    ]
    for one, other in zip(bad.variables, without.variables, strict=True):
        np.testing.assert_array_equal(one.numpy(), other.numpy(), err_msg=one.path)
    assert results[0].history == results[1].history
    assert bad.optimizer.iterations == without.optimizer.iterations == 8


def test_what_a_batch_does_to_the_state_stays_where_no_step_is_skipped():
    x, y = data(drop=True)
    kept, plain = build(jit_compile=False), build(keep=False, jit_compile=False)
    start = [variable.numpy() for variable in kept.non_trainable_variables]
    for model in (kept, plain):
        model.fit(x, y, batch_size=8, shuffle=False, verbose=0)
    for one, other in zip(kept.variables, plain.variables, strict=True):
        np.testing.assert_array_equal(one.numpy(), other.numpy(), err_msg=one.path)
    for variable, before in zip(kept.non_trainable_variables, start, strict=True):
        assert (variable.numpy() != before).any(), variable.path


class TwoOptimizers(keras.Model):
    """Two readouts of one normalization, each with an optimizer of its own."""

    def __init__(self):
        super().__init__()
        self.normalization = keras.layers.BatchNormalization()
        self.heads = [keras.layers.Dense(2), keras.layers.Dense(2)]
        self.optimizers = [keras_stable.optimizers.SGD(0.1), keras_stable.optimizers.AdamW(0.1)]

    def build(self, input_shape):
        for layer in (self.normalization, *self.heads):
            layer.build(input_shape)
        self.built = True

    def train_step(self, data):
        x, y = data
        features = self.normalization(x, training=True)
        # Only the second optimizer sees what is not finite.
        for head, optimizer, entered in zip(self.heads, self.optimizers, (tf.ones_like(x), features), strict=True):
            with tf.GradientTape() as tape:
                loss = tf.reduce_mean(tf.square(head(entered) - y))
            optimizer.apply(tape.gradient(loss, head.trainable_variables), head.trainable_variables)
        return {"own": loss}


def test_with_several_optimizers_the_state_is_put_back_when_any_of_them_skips():
    model = TwoOptimizers()
    model.compile()
    keep_finite_state(model, *model.optimizers)
    x, y = data(drop=False)
    model.fit(x[:16], y[:16], batch_size=8, shuffle=False, verbose=0)
    before = model.normalization.moving_mean.numpy()
    assert before.any()
    model.fit(x[16:24], y[16:24], batch_size=8, shuffle=False, verbose=0)
    np.testing.assert_array_equal(model.normalization.moving_mean.numpy(), before)
    assert [optimizer.skipped_steps for optimizer in model.optimizers] == [0, 1]


def test_the_logs_of_the_skipped_step_are_finite():
    model = build(jit_compile=False)
    x, y = data(drop=False)
    # train_on_batch starts its metrics anew, and a batch that was never seen adds nothing.
    assert model.train_on_batch(x[16:24], y[16:24], return_dict=True) == {"loss": 0.0, "mae": 0.0}


def test_a_second_call_changes_nothing():
    model = build()
    assert keep_finite_state(model).train_step is model.train_step


def test_another_optimizer_is_refused():
    model = build()
    model.compile("adam", "mse")
    with pytest.raises(errors.InvalidArgumentError, match="`optimizer` must be an optimizer of"):
        model.fit(*data(drop=True), verbose=0)
