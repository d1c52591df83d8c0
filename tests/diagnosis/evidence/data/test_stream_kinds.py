import threading

import numpy as np
import pytest
import tensorflow as tf

from keras_stable.diagnosis.evidence.data.stream_kinds import own_copy, stream_kind


class DataLoader:
    __module__ = "torch.utils.data.dataloader"


class Loud:
    num_batches = 1

    def __init__(self, **held):
        vars(self).update(held)

    def __getitem__(self, index):
        return np.ones((2, 2)), np.ones(2)

    def on_epoch_end(self):
        self.x[:] = 0


@pytest.mark.parametrize(
    ("x", "kind"),
    [
        (lambda: tf.data.Dataset.range(3), "dataset"),
        (Loud, "pydataset"),
        (lambda: (pair for pair in ()), "generator"),
        (DataLoader, "loader"),
        (lambda: iter([]), ""),
        (lambda: np.zeros(3), ""),
        (lambda: None, ""),
    ],
)
def test_kinds(x, kind):
    assert stream_kind(x()) == kind


def test_what_happens_at_the_end_of_an_epoch_happens_to_a_copy():
    mine = Loud(x=np.ones(3))
    copied = own_copy(mine)
    copied.on_epoch_end()
    assert copied.x.sum() == 0
    assert mine.x.sum() == 3


def test_what_cannot_be_copied():
    assert own_copy(Loud(lock=threading.Lock())) is None
    assert own_copy(object()) is None
    huge = np.broadcast_to(np.float64(0), (2**26,))
    assert own_copy(Loud(x=huge)) is None
