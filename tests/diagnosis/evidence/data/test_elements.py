import numpy as np
import pytest

from keras_stable.diagnosis.evidence.data.elements import batch_of, bytes_of
from keras_stable.errors import DataError

X, Y = np.zeros((3, 2), np.float32), np.zeros(3)


@pytest.mark.parametrize("element", [X, (X,), [X], {"a": X}])
def test_inputs_alone_are_a_batch_where_no_labels_are_needed(element):
    batch = batch_of(element, "x", 0, labelled=False)
    assert (batch.rows, batch.y, batch.sample_weight) == (3, None, None)
    with pytest.raises(DataError, match=r"batches of \(inputs, labels\)"):
        batch_of(element, "x", 0)


def test_weights_and_lengths():
    assert batch_of((X, Y, Y), "x", 0).sample_weight.shape == (3,)
    with pytest.raises(DataError, match="batch 7 with 3 inputs and 2 labels"):
        batch_of((X, Y[:2]), "x", 7)


def test_size():
    assert bytes_of((X, [Y, "text"])) == 24 + 24 + 64
