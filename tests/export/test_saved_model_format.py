import keras
import tensorflow as tf

from keras_stable.export.saved_model_format import write_saved_model
from keras_stable.export.served_inputs import find_inputs
from keras_stable.export.serving import Serving


def test_tables_of_words_come_along(tmp_path):
    words = keras.Input((1,), dtype="string", name="words")
    kind = keras.layers.StringLookup(vocabulary=["a", "b"], output_mode="one_hot", name="kind")
    model = keras.Model(words, kind(words))
    write_saved_model(Serving(model, find_inputs(model), task="values"), tmp_path / "m")
    serve = tf.saved_model.load(str(tmp_path / "m")).signatures["serving_default"]
    assert serve(words=tf.constant([["b"], ["?"]]))["kind"].numpy().tolist() == [[0, 0, 1], [1, 0, 0]]
