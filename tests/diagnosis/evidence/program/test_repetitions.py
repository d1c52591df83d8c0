import numpy as np
import pytest

from keras_stable.diagnosis.evidence.program.deliveries import Reading
from keras_stable.diagnosis.evidence.program.repetitions import relabelled, repetition


def epoch(rows, size, y=None):
    names = [bytes([row // 256, row % 256]) for row in rows]
    sizes = [len(names[start : start + size]) for start in range(0, len(names), size)]
    return Reading(names, sizes, codes=[] if y is None else [np.asarray(y, np.float64).reshape(len(names), -1)])


def test_one_batch_again_and_again():
    seen = repetition([epoch(list(range(50)) * 30, 50)])
    assert (seen.rows, seen.distinct, seen.distinct_batches, seen.overlap) == (1500, 50, 1, 1.0)


def test_windows_over_rows_that_move_by_one():
    rows = [row for start in range(60) for row in range(start, start + 20)]
    seen = repetition([epoch(rows, 20)])
    assert seen.overlap == pytest.approx(0.95)
    assert seen.expected_overlap == pytest.approx(20 / 79)


def test_passes_in_random_order_overlap_as_expected():
    rng = np.random.default_rng(0)
    seen = repetition([epoch(rng.permutation(200), 20), epoch(rng.permutation(200), 20)])
    assert (seen.rows, seen.distinct, seen.distinct_batches) == (400, 200, 20)
    assert seen.overlap < 0.05


def test_labels_that_leave_their_rows():
    rng = np.random.default_rng(0)
    rows, y = rng.permutation(200), rng.integers(0, 10, 200)
    order = rng.permutation(200)
    first = epoch(rows, 20, y)
    assert relabelled(first, epoch(rows[order], 20, y[order])) == (200, 0.0)
    count, share = relabelled(first, epoch(rows[order], 20, y))
    assert count == 200
    assert share == pytest.approx(1.0, abs=0.2)
    _, little = relabelled(first, epoch(rows, 20, y + 0.1 * rng.normal(size=200)))
    assert little < 0.01


def test_rows_that_come_several_times_have_several_labels():
    first, later = epoch([1, 1, 2], 3, [0, 1, 0]), epoch([1, 1, 2], 3, [1, 0, 5])
    assert relabelled(first, later)[0] == 1
    assert relabelled(epoch([1], 1, [0]), epoch([2], 1, [0]))[0] == 0
