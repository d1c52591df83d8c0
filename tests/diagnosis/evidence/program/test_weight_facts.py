import numpy as np
import pytest

from keras_stable.diagnosis.evidence.data.batch import Batch
from keras_stable.diagnosis.evidence.data.class_weights import weighted
from keras_stable.diagnosis.evidence.program.weight_facts import output_weights, refused
from keras_stable.diagnosis.facts import Labels, Output

IDS = np.array([0, 1, 1, 2, 2, 2])
OUTPUT = Output(name="a", width=3)


def one(y, weights, kind="class_ids", output=OUTPUT, **more):
    [found] = output_weights([Batch(None, y, weights)], [output], [Labels("a", kind=kind)], **more)
    return found


@pytest.mark.parametrize(
    ("y", "kind"),
    [
        (IDS, "class_ids"),
        (IDS[:, None], "class_ids"),
        (np.eye(3)[IDS], "one_hot"),
        (0.9 * np.eye(3)[IDS], "distribution"),
    ],
)
def test_labels_in_every_form(y, kind):
    found = one(y, np.array([1.0, 2.0, 0.0, -1.0, np.nan, 3.0]), kind)
    assert found.classes == ((0, 1, 1.0), (1, 2, 2.0), (2, 3, 2.0))
    assert (found.samples, found.zero, found.negative, found.nonfinite) == (6, 1, 1, 1)
    assert found.total == 5.0
    assert found.effective == pytest.approx(25 / 15)
    assert not found.positions


def test_masks_have_positions():
    masks = np.array([[0, 1], [1, 1]])
    found = one(masks, np.array([[0.0, 1.0], [2.0, 3.0]]), output=Output(name="a", width=2))
    assert found.positions
    assert found.classes == ((0, 1, 0.0), (1, 3, 6.0))


def test_numbers_have_no_classes():
    assert one(np.linspace(0, 1, 6), np.ones(6), "real").classes == ()


def test_keys_that_are_no_class_and_classes_without_a_key():
    by_class = {1: 2.0, 2: 1.0, 3: 5.0}
    batch = weighted(Batch(None, IDS), by_class)
    [found] = output_weights([batch], [OUTPUT], [Labels("a")], by_class)
    assert found.strangers == (3,)
    assert found.unnamed == (0,)
    assert found.classes == ((0, 1, 1.0), (1, 2, 4.0), (2, 3, 3.0))


def test_several_outputs():
    batch = Batch(None, [IDS, IDS], [np.ones(6), np.zeros(6)])
    outputs, labels = [OUTPUT, Output(name="b", width=3)], [Labels("a"), Labels("b")]
    assert [found.zero for found in output_weights([batch, batch], outputs, labels)] == [0, 12]
    shared = Batch(None, [IDS, IDS], np.zeros(6))
    assert [found.zero for found in output_weights([shared], outputs, labels)] == [6, 6]
    assert output_weights([Batch(None, [IDS, IDS])], outputs, labels) == ()


@pytest.mark.parametrize(
    ("shape", "kind", "expected"),
    [
        ((4,), "arrays", False),
        ((4, 1), "arrays", False),
        ((4, 10), "arrays", False),
        ((4, 8, 8, 1), "arrays", True),
        ((4, 8, 8, 1), "dataset", False),
        ((4, 5, 3), "pydataset", True),
    ],
)
def test_what_fit_refuses(shape, kind, expected):
    assert bool(refused({0: 1.0}, np.zeros(shape), kind)) == expected
    assert refused(None, np.zeros(shape), kind) == ""
