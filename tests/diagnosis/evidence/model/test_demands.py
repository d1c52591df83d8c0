import keras
import numpy as np

from keras_stable.diagnosis.evidence.model.demands import demanded_rows, reset_states, stateful_layers, whole_chunks


class Recurrent(keras.Model):
    def __init__(self):
        super().__init__()
        self.inside = keras.layers.GRU(3, stateful=True)

    def call(self, x):
        return self.inside(x)


def test_a_subclassed_model_demands_what_it_was_built_for():
    model = Recurrent()
    assert demanded_rows(model) is None
    model(np.ones((6, 2, 1), "float32"))
    assert demanded_rows(model) == 6
    assert [layer.units for layer in stateful_layers(model)] == [3]


def test_states_are_those_before_the_first_batch_again():
    model = Recurrent()
    first = np.asarray(model(np.ones((6, 2, 1), "float32")))
    second = np.asarray(model(np.ones((6, 2, 1), "float32")))
    assert np.abs(first - second).max() > 1e-3
    reset_states(model)
    np.testing.assert_array_equal(np.asarray(model(np.ones((6, 2, 1), "float32"))), first)


def test_several_inputs_and_ones_of_any_size():
    inputs = [keras.Input((2,)), keras.Input(batch_shape=(5, 2))]
    assert demanded_rows(keras.Model(inputs, keras.layers.Add()(inputs))) == 5
    assert demanded_rows(keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])) is None


def test_fewer_rows_than_demanded_stay_one_chunk():
    """The model says itself what it thinks of them."""
    assert whole_chunks(7, 20, 20) == [slice(0, 7)]
