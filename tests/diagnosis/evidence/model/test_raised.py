import keras
import numpy as np
import tensorflow as tf

from keras_stable.diagnosis.evidence.model.raised import code_place, what_it_says


def own_loss(y, p):
    return tf.reduce_mean(y[:3] - p)


def own_graph_loss(y, p):
    return tf.reduce_mean(p) + tf.gather(tf.constant([1.0, 2.0, 3.0]), tf.shape(y)[0])


def raised(call):
    try:
        call()
    except Exception as error:  # noqa: BLE001 - whatever it is, it is what is looked at
        return error
    raise AssertionError("nothing was raised")


def line_of(function):
    return function.__code__.co_firstlineno + 1


def test_the_innermost_own_line_of_what_a_loss_raises_while_it_runs():
    error = raised(lambda: own_loss(tf.zeros(4), tf.zeros(4)))
    place = code_place(error)
    assert (place.file, place.line, place.function) == (__file__, line_of(own_loss), "own_loss")
    assert what_it_says(error).startswith("InvalidArgumentError: ")


def test_the_line_of_an_error_of_a_graph():
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    model.compile("sgd", own_graph_loss)
    model.make_train_function()
    error = raised(lambda: model.train_function(iter([(tf.zeros((4, 2)), tf.zeros((4, 1)))])))
    assert "Graph execution error" in str(error)
    assert code_place(error).line == line_of(own_graph_loss)
    said = what_it_says(error)
    assert "4" in said
    assert "3" in said
    assert "Graph execution" not in said


def test_code_of_libraries_is_nobodys_own():
    error = raised(lambda: np.zeros(3).reshape(2))
    assert code_place(error).file == __file__
    error.__traceback__ = error.__traceback__.tb_next.tb_next
    assert code_place(error) is None
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    error = raised(lambda: model(np.zeros((1, 3))))
    assert code_place(error).function == "<lambda>"
