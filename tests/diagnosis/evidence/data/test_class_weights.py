"""Class weights as sample weights."""

import numpy as np
import pytest

from keras_stable.diagnosis.evidence.data.batch import Batch
from keras_stable.diagnosis.evidence.data.class_weights import check_class_weight, weighted
from keras_stable.errors import InvalidArgumentError


@pytest.mark.parametrize("y", [np.array([2, 0, 1]), np.array([[2.0], [0.0], [1.0]]), np.eye(3)[[2, 0, 1]]])
def test_each_row_weighs_what_its_class_does(y):
    assert weighted(Batch(np.zeros((3, 1)), y), {0: 2.0, 2: 7}).sample_weight.tolist() == [7.0, 2.0, 1.0]


@pytest.mark.parametrize("wrong", ["balanced", {}, {"a": 1.0}, {0: "much"}, [1.0, 2.0]])
def test_class_weights_are_a_dict_of_numbers(wrong):
    with pytest.raises(InvalidArgumentError, match="`class_weight` must be a dict of class id to weight"):
        check_class_weight(wrong)


def test_class_weights_stand_alone():
    check_class_weight(None, sample_weight=np.ones(3))
    with pytest.raises(InvalidArgumentError, match="`class_weight` must be None beside `sample_weight`"):
        check_class_weight({0: 1.0}, sample_weight=np.ones(3))
    with pytest.raises(InvalidArgumentError, match="must be None for several outputs"):
        weighted(Batch(np.zeros(2), [np.zeros(2), np.zeros(2)]), {0: 1.0})
