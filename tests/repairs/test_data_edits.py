import numpy as np
import pytest

from keras_stable.diagnosis.edit import Edit
from keras_stable.repairs.data_edits import Names, transformed, validation_transformed
from keras_stable.repairs.expressions import CannotApplyError

X, Y = np.array([[1.0], [np.nan], [3.0]]), np.array([1, 2, 3])
BAD_ROWS = [
    Edit("transform_data", "data", "x", "x[np.isfinite(x).all(axis=1)]"),
    Edit("transform_data", "data", "y", "y[np.isfinite(x).all(axis=1)]"),
]
FROM_ZERO = [Edit("transform_data", "data", "y", "y - 1")]


def test_each_edit_sees_the_data_before_any_of_them():
    x, y = transformed(BAD_ROWS, X, Y)
    assert x.tolist() == [[1.0], [3.0]]
    assert y.tolist() == [1, 3]


def test_what_no_edit_is_of_is_the_very_same_object():
    x, y = transformed(FROM_ZERO, X, Y)
    assert x is X
    assert y.tolist() == [0, 1, 2]


def test_data_without_labels_keep_none():
    assert transformed(FROM_ZERO, X, None) == (X, None)


def test_one_of_several_arrays_is_found_by_its_name():
    edit = Edit("transform_data", "data:length", "x", "x * 2")
    first, second = np.ones(2), np.full(2, 3.0)
    for x in ([first, second], {"width": first, "length": second}):
        changed, _ = transformed([edit], x, None, Names(["width", "length"]))
        values = list(changed.values() if isinstance(changed, dict) else changed)
        assert values[0] is first
        assert values[1].tolist() == [6.0, 6.0]


def test_an_array_that_there_is_not_cannot_be_changed():
    edit = Edit("transform_data", "data:height", "x", "x * 2")
    with pytest.raises(CannotApplyError, match="There is no array named height"):
        transformed([edit], [X, X], None, Names(["width", "length"]))


def test_the_only_array_needs_no_name():
    edit = Edit("transform_data", "data:anything", "x", "x * 2")
    assert transformed([edit], np.ones(1), None)[0].tolist() == [2.0]


def test_validation_data_go_through_the_same_edits():
    x, y = validation_transformed(BAD_ROWS, X, Y, (X[:2], Y[:2]))
    assert (x.tolist(), y.tolist()) == ([[1.0]], [1])


def test_weights_of_rows_that_are_gone_are_left_out():
    weights = np.ones(2)
    assert len(validation_transformed(BAD_ROWS, X, Y, (X[:2], Y[:2], weights))) == 2
    assert validation_transformed(FROM_ZERO, X, Y, (X[:2], Y[:2], weights))[2] is weights


def test_validation_data_may_have_an_edit_of_their_own():
    edit = Edit("transform_data", "data", "validation_data", "(validation_data[0], validation_data[1] - y.min())")
    x, y = validation_transformed([edit], X, Y, (X, Y))
    assert x is X
    assert y.tolist() == [0, 1, 2]
    assert transformed([edit], X, Y) == (X, Y)


def test_copies_go_from_the_validation_rows_alone():
    from keras_stable.diagnosis.rules.data.train_validation_leak import FRESH

    x, y = np.arange(12.0).reshape(6, 2), np.arange(6)
    held = np.concatenate([x[2:4], x[:2] + 0.5]), np.array([2, 3, 8, 9]), np.ones(4)
    edit = Edit("transform_data", "data", "validation_data", FRESH)
    inputs, labels, weights = validation_transformed([edit], x, y, held)
    np.testing.assert_array_equal(inputs, x[:2] + 0.5)
    assert (labels.tolist(), weights.tolist()) == ([8, 9], [1, 1])


def test_words_are_numbered_from_one_and_padding_stays():
    from keras_stable.diagnosis.facts import InnerZeros, Input, Learning, Words
    from keras_stable.diagnosis.rules.program.masked_word import masked_word

    words = (Words(zeros=InnerZeros(), zero_is_masked=True),)
    evidence = {"words": words, "learning": Learning("stuck"), "inputs": (Input(),)}
    [finding] = masked_word.run(evidence)
    ids = np.array([[3, 0, 2, 0, 0], [0, 0, 1, 0, 4]])
    changed = transformed(finding.edits, ids, None)[0]
    assert changed.tolist() == [[4, 1, 3, 0, 0], [0, 0, 2, 1, 5]]
