import keras
import numpy as np

from keras_stable.diagnosis.evidence.data.source import Source
from keras_stable.diagnosis.evidence.sampling import read_sample

X = np.arange(1000.0, dtype="float32").reshape(1000, 1, 1)


def model(stateful=False, rows=None):
    inputs = keras.Input((1, 1)) if rows is None else keras.Input(batch_shape=(rows, 1, 1))
    return keras.Sequential([inputs, keras.layers.LSTM(2, stateful=stateful), keras.layers.Dense(1)])


def test_whole_batches_from_all_over_the_data_where_they_are_demanded():
    source = Source(X, X[:, 0], batch_size=20)
    assert read_sample(model(), source).rows == 160
    assert read_sample(model(rows=48), Source(X, X[:, 0], batch_size=48)).rows == 384
    sample = read_sample(model(rows=20), source)
    assert sample.rows % 20 == 0
    assert sample.x.max() > 900


def test_of_a_stateful_model_the_first_batches_in_their_order():
    sample = read_sample(model(stateful=True, rows=20), Source(X, X[:, 0], batch_size=20))
    np.testing.assert_array_equal(sample.x[:, 0, 0], np.arange(160))
