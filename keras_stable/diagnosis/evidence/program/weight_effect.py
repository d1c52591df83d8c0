"""Whether a training step of the user's own makes any use of the weights that it is given."""

from dataclasses import replace
from typing import Any

import numpy as np

from keras_stable.diagnosis.evidence.copying.isolation import seed_all
from keras_stable.diagnosis.evidence.data.batch import Batch
from keras_stable.diagnosis.evidence.data.nesting import mapped
from keras_stable.diagnosis.evidence.training.workbench import Workbench
from keras_stable.diagnosis.rule import Skip

_SEED = 1


def drops_weights(bench: Workbench, batch: Batch) -> bool:
    """Returns whether a step changes nothing, in its logs and in the weights of the model, for other sample weights.

    The same step is taken from the same start: twice with the batch's own weights, which must come to the same, and
    once with those of half of the rows set to 0 and those of the other half doubled.

    Args:
        bench: the workbench; it is put back.
        batch: rows with sample weights.

    Raises:
        Skip: the step does not come to the same twice.
    """
    rows = np.arange(batch.rows)
    other = mapped(lambda weights: _scaled(weights, 2.0 * (rows % 2)), batch.sample_weight)
    first, again = _taken(bench, batch), _taken(bench, batch)
    if not _same(first, again):
        raise Skip("the training step does not come to the same twice")
    return _same(first, _taken(bench, replace(batch, sample_weight=other)))


def _scaled(weights: np.ndarray, factors: np.ndarray) -> np.ndarray:
    shape = (len(factors), *(1,) * (weights.ndim - 1))
    # Weights that are all 0 would stay so.
    return ((np.where(weights == 0, 1, weights) * factors.reshape(shape)).astype(weights.dtype)).reshape(weights.shape)


def _taken(bench: Workbench, batch: Batch) -> list[Any]:
    """Returns the logs of a step and the weights after it."""
    bench.restore()
    seed_all(_SEED)
    try:
        logs = bench.step(batch)
        return [*logs.values(), *(np.asarray(variable.value) for variable in bench.model.trainable_variables)]
    finally:
        bench.restore()


def _same(first: list[Any], second: list[Any]) -> bool:
    return all(np.array_equal(one, other, equal_nan=True) for one, other in zip(first, second, strict=True))
