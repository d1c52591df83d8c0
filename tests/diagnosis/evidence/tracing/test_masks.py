"""The mask under which a layer is called."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from keras_stable.diagnosis.evidence.tracing.graph_tracing import tracer
from keras_stable.diagnosis.evidence.tracing.masks import hidden_share, step_mask
from keras_stable.diagnosis.evidence.tracing.passes import trace

IDS = np.array([[3, 4, 0, 0], [5, 6, 7, 0]])
SEEN = tf.constant(IDS != 0)


def calls(model, x, run=trace):
    return {call.kind: call for call in run(model, x).calls}


def test_what_keras_leaves_on_a_tensor_and_what_is_handed_on():
    inputs = keras.Input((4,), dtype="int32")
    h = layers.Embedding(9, 3, mask_zero=True)(inputs)
    model = keras.Model(inputs, layers.LSTM(2)(layers.Conv1D(3, 2, padding="same")(layers.Dropout(0.1)(h))))
    found = calls(model, IDS)
    assert [found[kind].hands_on for kind in ("Embedding", "Dropout", "Conv1D")] == [True, True, False]
    assert hidden_share(found["Dropout"].mask[0]) == 0.375
    assert found["LSTM"].mask == ()


def test_a_recurrent_model_in_a_graph():
    model = keras.Sequential([keras.Input((4,), dtype="int32"), layers.Embedding(9, 3, mask_zero=True), layers.GRU(2)])
    found = calls(model, IDS, lambda model, x: tracer(model)(x))
    assert found["GRU"].mask[0].numpy().tolist() == (IDS != 0).tolist()


@pytest.mark.parametrize(
    ("arguments", "share"),
    [
        ({"mask": SEEN}, 0.375),
        ({"mask": [None, SEEN]}, 0.375),
        ({"key_mask": SEEN, "query_mask": tf.ones((2, 4), tf.bool)}, 0.375),
        ({"attention_mask": SEEN[:, None, :]}, 0.375),
        ({"attention_mask": tf.ones((1, 4, 4), tf.bool)}, None),  # the same for all rows: no padding
        ({"attention_mask": tf.ones((4, 4), tf.bool)}, None),
        ({"mask": None, "use_causal_mask": True}, None),
    ],
)
def test_arguments(arguments, share):
    mask = step_mask([tf.ones((2, 4, 3))], arguments)
    assert (hidden_share(mask[0]) if mask else None) == share
