"""A skipped batch leaves no trace in the model."""

import keras
import numpy as np
import pytest

import keras_stable
from keras_stable import errors
from keras_stable.optimizers import keep_finite_state


def build(policy="float32", **arguments):
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
    return keep_finite_state(model)


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
