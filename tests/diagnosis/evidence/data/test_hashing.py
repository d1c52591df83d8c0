import numpy as np

from keras_stable.diagnosis.evidence.data.hashing import row_bytes, row_hashes


def test_equal_rows_have_equal_hashes_whatever_their_type_of_float():
    rows = np.array([[1.5, 0.0], [1.5, -0.0], [1.5, 1.0]])
    first, same, other = row_hashes(rows)
    assert first == same != other
    assert row_hashes(rows.astype(np.float32))[0] == first


def test_all_inputs_count():
    one, two = row_hashes({"a": np.zeros((2, 3)), "b": np.array(["x", "y"], object)})
    assert one != two
    assert row_bytes(None) == []
