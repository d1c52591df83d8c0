import numpy as np

from keras_stable.repairs.splitting import split_rows


def test_the_parts_have_no_row_in_common():
    rows = split_rows(200, np.arange(200) % 4, seed=3)
    assert rows.apart
    assert sorted(np.concatenate(rows).tolist()) == list(range(200))
    assert [len(part) for part in rows] == [130, 30, 40]


def test_each_part_has_its_share_of_each_class():
    labels = np.array([0] * 180 + [1] * 20)
    for form in (labels, labels[:, None], np.eye(2)[labels]):
        rows = split_rows(200, form, seed=0)
        assert [int(labels[part].sum()) for part in rows] == [13, 3, 4]


def test_the_seed_decides():
    first, again, other = (split_rows(100, None, seed).judging.tolist() for seed in (1, 1, 2))
    assert first == again != other


def test_few_rows_do_everything():
    rows = split_rows(4, None, seed=0)
    assert not rows.apart
    assert [len(part) for part in rows] == [4, 4, 4]


def test_a_fixed_batch_size_gets_whole_batches_in_order():
    rows = split_rows(210, np.arange(210) % 2, seed=0, unit=10, in_order=True)
    assert [len(part) % 10 for part in rows] == [0, 0, 0]
    assert rows.training[-1] < rows.choosing[0] < rows.judging[0]
