import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_stable.scripts.fit_calls import Meeting
from keras_stable.scripts.own_loops import STEPS, LoopWatch

X, Y = np.ones((8, 3), "float32"), np.zeros((8, 1), "float32")


def a_model(name="trained"):
    return keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)], name=name)


def step(model, optimizer, compare, x=X, y=Y):
    with tf.GradientTape() as tape:
        loss = compare(y, model(x, training=True))
    optimizer.apply(tape.gradient(loss, model.trainable_variables), model.trainable_variables)


def test_of_several_models_the_one_that_is_updated_counts():
    loops = []
    model, frozen = a_model(), a_model("frozen")
    watch = LoopWatch(Meeting(None), loops.append)
    before = model.get_weights()
    with watch.watching():
        optimizer, compare = keras.optimizers.SGD(0.1), keras.losses.MeanSquaredError()
        for _ in range(STEPS):
            frozen(X)
            step(model, optimizer, compare)
    (loop,) = loops
    assert loop.model is model
    assert loop.loss is compare
    assert len(loop.batches) == STEPS
    assert all(np.array_equal(one, other) for one, other in zip(loop.weights, before, strict=True))
    assert "optimizer.apply" in loop.location.text


def test_what_belongs_to_a_fit_is_no_loop():
    meeting = Meeting(lambda call: call.proceed(**call.arguments))
    watch = LoopWatch(meeting, lambda loop: pytest.fail("there is none"))
    model = a_model()
    with watch.watching(), meeting.watching(keras.Model):
        model.compile("sgd", "mse", run_eagerly=True)
        model.fit(X, Y, verbose=0, epochs=2)
    assert watch.loop.batches == []


def test_a_traced_step_runs_eagerly_from_its_second_call_on():
    watch = LoopWatch(Meeting(None), lambda loop: None)
    model, optimizer, compare = a_model(), keras.optimizers.SGD(0.1), keras.losses.MeanSquaredError()
    traced = tf.function(lambda x, y: step(model, optimizer, compare, x, y))
    with watch.watching():
        for number in range(3):
            traced(tf.constant(X * number), tf.constant(Y))
    assert watch.symbolic
    assert [float(x[0, 0]) for x, _ in watch.loop.batches] == [1.0, 2.0]
    assert not tf.config.functions_run_eagerly()
