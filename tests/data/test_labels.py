import pytest

from keras_stable.data.labels import class_ids, classes_of, label_names
from keras_stable.errors import DataError

WHERE = ["line 2", "line 3"]


def test_numbers_are_written_one_way_and_sorted_as_numbers():
    assert label_names(["01", "2.0"], WHERE, "y", "t.csv") == ["1", "2"]
    assert label_names(["01", "b"], WHERE, "y", "t.csv") == ["01", "b"]
    assert classes_of(["10", "9", "-1", "9"]) == ("-1", "9", "10")
    assert class_ids(["b", "a"], WHERE, ("a", "b"), "y", "t.csv").tolist() == [1, 0]


def test_what_is_no_class_has_its_line():
    with pytest.raises(DataError, match="`column y` must be class names .* the first is line 3 with 1.5"):
        label_names(["1", "1.5"], WHERE, "y", "t.csv")
    with pytest.raises(DataError, match="`column y` must be a class that training has.* the first is line 3 with 'c'"):
        class_ids(["a", "c"], WHERE, ("a", "b"), "y", "t.csv")
