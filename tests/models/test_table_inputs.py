import keras
import numpy as np
import tensorflow as tf

from keras_stable.config.column import Column
from keras_stable.data.columns import words_of
from keras_stable.models import adapt, classifier
from keras_stable.models.table_inputs import raw_inputs

COLUMNS = (
    Column("age in years", "number", missing=True, mean=30, deviation=10),
    Column("sex", "category", vocabulary=("f", "m", "")),
    Column("born/died", "date", mean=0, deviation=100),
    Column("note", "text", vocabulary=("good", "Übel")),
)
ROWS = {
    "age in years": np.array([40.0, np.nan], "float32"),
    "sex": np.array(["", "unknown"], object),
    "born/died": np.array(["1970-01-11", ""], object),
    "note": np.array(["Good, GOOD!", "Übel"], object),
}


def test_each_cell_becomes_the_features_of_its_kind():
    inputs, features = raw_inputs(COLUMNS)
    assert list(inputs) == list(ROWS)
    row = keras.Model(inputs, features)({name: tf.constant(values) for name, values in ROWS.items()}).numpy()
    assert row[:, :2].tolist() == [[1, 0], [0, 1]]
    assert row[:, 2:6].tolist() == [[0, 0, 0, 1], [1, 0, 0, 0]]
    np.testing.assert_allclose(row[:, 6], [0.1, 0], atol=1e-6)
    assert row[:, -3:].tolist() == [[0, 1, 0], [0, 0, 1]]


def test_words_are_split_as_the_layer_splits_them():
    text = "It's GOOD-ish: Übel, ÜBEL\t and\nmore…"
    words = tuple(dict.fromkeys(words_of(text)))
    layer = keras.layers.TextVectorization(vocabulary=list(words), output_mode="multi_hot")
    assert layer(tf.constant([text])).numpy()[0].tolist() == [0] + [1] * len(words)


def test_a_classifier_takes_the_row_and_is_adapted():
    model = classifier((4,), 2, hidden_units=(5,), columns=COLUMNS)
    adapt(model, ROWS)
    assert model.get_layer("feature_normalization").adapted
    assert model.predict(ROWS, verbose=0).shape == (2, 2)
