import numpy as np
import pytest

from keras_stable.data.checks import (
    Rows,
    Scan,
    check_batch_size,
    check_classes,
    check_numeric,
    check_validation,
    data_error,
    finite_rows,
)


def scanned(labels, one_hot=0, input_shape=(3,)):
    return Scan(len(labels), input_shape, np.array(labels), one_hot)


def test_the_form_of_every_message():
    assert str(data_error("x", "finite", "NaN")) == "`x` must be finite. Received: NaN"


def test_rows_are_counted_over_chunks_and_the_first_is_kept():
    rows = Rows()
    rows.add(np.array([False, False]), 0)
    rows.add(np.array([False, True, True]), 2)
    rows.add(np.array([True]), 5)
    assert (rows.count, rows.first) == (3, 3)


def test_finite_rows():
    x = np.zeros([4, 2, 2])
    x[1, 0, 1], x[3, 1, 1] = np.nan, -np.inf
    assert finite_rows(x).tolist() == [True, False, True, False]
    assert finite_rows(np.ones(2, np.int32)).tolist() == [True, True]


@pytest.mark.parametrize("dtype", [object, str, complex, "datetime64[s]"])
def test_an_array_of_no_numbers_is_refused(dtype, refused):
    array = np.zeros(3, dtype=dtype)
    assert refused(check_numeric, array, "x") == (
        f"`x` must be an array of real numbers. Received: dtype {array.dtype}"
    )


def test_the_samples_of_each_class_are_counted():
    counts = check_classes(scanned([2, 0, 1, 2, 2]), "y")
    assert counts.tolist() == [1, 1, 3]
    assert counts.dtype == np.int64


def test_one_class_is_refused(refused):
    assert refused(check_classes, scanned([1, 1, 1]), "y") == (
        "`y` must be of at least two classes. Received: class 1 in all 3 rows"
    )


@pytest.mark.parametrize(
    ("labels", "words"),
    [
        ([1, 2, 1], "class ids 0 to 2 with a training sample for each"),
        ([1, 2, 1], "Received: no sample of class 0"),
        ([1, 2, 1], "np.unique(y, return_inverse=True)[1]"),
        ([0, 9], "Received: no sample of class 1, 2, 3, 4, 5 and 3 more"),
        ([0, 2**30], "Received: ids up to 1073741824"),
    ],
)
def test_a_gap_in_the_class_ids_names_what_is_missing_and_the_cure(labels, words, refused):
    assert words in refused(check_classes, scanned(labels), "y")


def test_a_one_hot_column_without_a_sample_is_refused(refused):
    assert "no sample of class 2" in refused(check_classes, scanned([0, 1], one_hot=3), "y")


def test_a_label_above_the_given_number_of_classes_is_refused(refused):
    assert refused(check_classes, scanned([0, 5, 1, 3]), "y", 3) == (
        "`y` must be class ids from 0 to 2, the classes of training. "
        "Received: other ids in 2 of 4 rows, the first is 5 in row 1"
    )


def test_validation_with_a_class_that_training_lacks_is_refused(refused):
    assert refused(check_validation, scanned([0, 1, 2]), scanned([0, 1]), 2, "x_val", "y_val") == (
        "`y_val` must be class ids from 0 to 1, the classes of training. "
        "Received: other ids in 1 of 3 rows, the first is 2 in row 2"
    )


def test_validation_of_another_shape_is_refused(refused):
    line = refused(check_validation, scanned([0], input_shape=(4,)), scanned([0, 1]), 2, "x_val", "y_val")
    assert line == "`x_val` must be inputs of the shape of the training inputs, [3]. Received: shape [4]"


def test_a_batch_above_the_number_of_samples_is_refused(refused):
    check_batch_size(5, 5)
    assert refused(check_batch_size, 6, 5) == (
        "`fit.batch_size` must be at most the number of training samples, 5. Received: fit.batch_size=6"
    )
