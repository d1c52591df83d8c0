"""Whether a model tells the labels of rows that it was not trained on from those of other rows."""

import math
from collections.abc import Iterator

import keras
import numpy as np

from keras_stable.diagnosis.evidence.budget import Deadline
from keras_stable.diagnosis.evidence.copying.snapshot import kept_state
from keras_stable.diagnosis.evidence.data.batch import Batch
from keras_stable.diagnosis.evidence.data.nesting import leaves
from keras_stable.diagnosis.evidence.model.loss_value import as_tensors, forward
from keras_stable.diagnosis.evidence.training.workbench import Workbench
from keras_stable.diagnosis.facts import Pairing
from keras_stable.diagnosis.rule import Skip

_ROWS = 128
_BYTES = 2**25
_DEALT = 24
# A copy is asked after these steps, and the best answer counts: what it learns first may be lost again.
_ASKED = (25, 50, 100, 200)
_LEAST = 24


def trained_pairing(bench: Workbench, sample: Batch, batch_size: int, deadline: Deadline, seed: int = 0) -> Pairing:
    """Trains a copy on most of the rows and asks it about the others.

    Args:
        bench: the workbench; it is put back before and afterwards.
        sample: rows from all over the data.
        batch_size: int, of a training step.
        deadline: `Deadline`, after which no further step begins.
        seed: int. Default: 0.

    Raises:
        Skip: there are too few rows, or no time.
    """
    order = np.random.default_rng(seed).permutation(sample.rows)
    held = max(_LEAST, sample.rows // 4)
    asked, used = sample.take(order[:held]), sample.take(order[held:])
    if used.rows < max(_LEAST, min(batch_size, held)):
        raise Skip("there are too few rows to keep some back")
    bench.restore()
    best: Pairing | None = None
    batches, taken = _again(used, min(batch_size, used.rows), seed), 0
    for steps in _ASKED:
        taken += bench.train(batches, steps - taken, deadline)
        found = pairing(bench.model, asked, taken, seed)
        if best is None or found.deviations > best.deviations:
            best = found
        if deadline.over:
            break
    bench.restore()
    assert best is not None
    return best


def pairing(model: keras.Model, rows: Batch, steps: int = 0, seed: int = 0) -> Pairing:
    """Returns the loss of a model's answers for the rows' own labels, and for labels that are dealt out at random.

    Args:
        model: compiled; a copy, which is left as it was.
        rows: that it was not trained on; a small part of them where they are large.
        steps: int, that the model was trained for here. Default: 0.
        seed: int, of how labels are dealt out. Default: 0.

    Raises:
        Skip: the loss is not finite.
    """
    size = sum(leaf.nbytes for part in (rows.x, rows.y) for leaf in leaves(part)) // rows.rows
    rows = rows.take(slice(max(_LEAST, min(_ROWS, _BYTES // max(1, size)))))
    generator = np.random.default_rng(seed)
    orders = [np.arange(rows.rows), *(generator.permutation(rows.rows) for _ in range(_DEALT))]
    with kept_state(model):
        x = as_tensors(rows.x)
        answer = forward(model, x, training=False)
        losses = []
        for order in orders:
            dealt = rows.take(order)
            y, weight = as_tensors(dealt.y), as_tensors(dealt.sample_weight)
            losses.append(float(model.compute_loss(x, y, answer, weight, training=False)))
    own, others = losses[0], np.array(losses[1:])
    if not math.isfinite(own + others.sum()):
        raise Skip("the loss of rows that were kept back is not finite")
    spread = max(float(others.std(ddof=1)), 1e-7 * max(abs(own), 1e-7))
    return Pairing(rows.rows, steps, own, float(others.mean()), float(others.mean() - own) / spread)


def _again(rows: Batch, size: int, seed: int) -> Iterator[Batch]:
    """Yields batches of the rows, in another order each time."""
    generator = np.random.default_rng(seed)
    while True:
        order = generator.permutation(rows.rows)
        for start in range(0, rows.rows - size + 1, size):
            yield rows.take(order[start : start + size])
