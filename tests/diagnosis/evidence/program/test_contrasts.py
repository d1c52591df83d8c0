import numpy as np
import pytest

from keras_stable.diagnosis.evidence.data.source import Source
from keras_stable.diagnosis.evidence.program.contrasts import contrast
from keras_stable.diagnosis.rule import Skip

rng = np.random.default_rng(0)
X = rng.normal(size=(300, 4)).astype("float32")
Y = np.repeat(np.arange(10), 30)


def test_the_last_rows_of_a_sorted_set():
    seen = contrast(Source(X, Y, validation_split=0.2), ["x"], ["y"], ["sparse_categorical_crossentropy"])
    [classes] = seen.classes
    assert (classes.unseen, classes.ordered, seen.split) == (((8, 30), (9, 30)), True, True)
    assert (seen.samples, seen.validation_samples) == (240, 60)


def test_several_inputs_and_words():
    words = rng.integers(1, 30, (300, 6))
    training, validation = {"a": X, "b": words}, {"a": X[:90] * 100, "b": words[:90] + 50}
    seen = contrast(Source(training, Y, validation_data=(validation, Y[:90])), ["a", "b"], words={"b"})
    one, two = seen.inputs
    assert (one.name, one.differing, one.words) == ("a", 4, None)
    assert two.words.unknown == 1.0


def test_classes_of_several_outputs_are_compared_and_numbers_are_not():
    labels = {"kind": Y, "price": X[:, 0]}
    source = Source(X, labels, validation_data=(X[:90], {"kind": Y[:90] + 20, "price": X[:90, 0]}))
    seen = contrast(source, ["x"], ["kind", "price"], ["sparse_categorical_crossentropy", "mean_squared_error"])
    assert [item.output for item in seen.classes] == ["kind"]
    assert seen.transfer is None


def test_without_validation_or_labels():
    with pytest.raises(Skip, match="no validation data"):
        contrast(Source(X, Y))
    seen = contrast(Source(X, labelled=False, validation_data=(X[:90] * 255, None)))
    assert seen.inputs[0].differing == 4
    assert seen.classes == ()
