import numpy as np

from keras_stable.diagnosis.evidence.program.realignments import orders, transposed


def test_every_order_is_one_of_all_rows():
    made = list(orders(50))
    assert len(made) == 24 + 1 + 4
    assert all(sorted(order.tolist()) == list(range(50)) for _, _, order in made)


def test_files_that_are_listed_as_text_are_put_in_their_order():
    names = sorted(map(str, range(1, 51)))
    masks = np.array(names, int)  # in the order of the listing
    pictures = np.arange(1, 51)
    assert any(kind == "listed" and (masks[order] == pictures).all() for kind, _, order in orders(50))
    assert any(kind == "listed" and (pictures[order] == masks).all() for kind, _, order in orders(50))


def test_pictures_whose_rows_stood_in_the_last_axis():
    pictures = np.random.default_rng(0).random((7, 4, 5, 3))
    stored = np.moveaxis(pictures, 0, -1)
    assert (transposed(stored.reshape(7, 4, 5, 3)) == pictures).all()
    assert transposed(np.zeros(7)) is None
    assert transposed(np.zeros((7, 1))) is None
