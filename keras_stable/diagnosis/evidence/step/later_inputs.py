"""Whether later inputs reach earlier answers of a model whose targets are later inputs."""

import math
from typing import Any

import numpy as np

from keras_stable.diagnosis.evidence.data.step_shifts import StepShift
from keras_stable.diagnosis.evidence.step.changed_inputs import ChangedInputs, spread_of
from keras_stable.diagnosis.rule import Skip

_PLACES = 6
# By which answers that do not depend on what was changed may differ, in their standard deviations.
_ROUNDING = 1e-4


def future_reach(changed: ChangedInputs, name: str, output: int, ahead: StepShift) -> dict[str, Any]:
    """Returns `steps`, `reached`, `own`, `examined`, `change` and `furthest` of a `facts.FutureReach`.

    At some places all later inputs are replaced by those of other rows, and in turn the one input that is the target.

    Args:
        changed: runs the model.
        name: str, of the input; output: int, index of the answer.
        ahead: by how many steps the labels run ahead of the input.

    Raises:
        Skip: the model does not answer the same when nothing is changed, or has no answer for each step.
    """
    values = changed.input(name)
    answer = changed.answers(name)[output]
    if answer.ndim < 3 or answer.shape[1] != values.shape[1]:
        raise Skip("the model has no answer for each step")
    scale = spread_of(answer)
    if not np.allclose(answer, changed.answers(name)[output], atol=_ROUNDING * scale):
        raise Skip("the model does not give the same answer twice")
    if not scale > 0:
        raise Skip("the model gives the same answer for every step")
    steps, other = values.shape[1], np.roll(values, 1, axis=0)
    places = np.unique(np.linspace(ahead.shift, steps - 1, _PLACES).round().astype(int))
    reached = own = furthest = 0
    moves = []
    for place in places:
        later, single = values.copy(), values.copy()
        later[:, place:], single[:, place] = other[:, place:], other[:, place]
        before = np.abs(changed.answers(name, later)[output] - answer)[:, :place].reshape(len(values), place, -1)
        alone = np.abs(changed.answers(name, single)[output] - answer)[:, :place].reshape(len(values), place, -1)
        moves.append(math.sqrt(np.mean(before[:, -1] ** 2)) / scale)
        reached += bool(before[:, -1].max() > _ROUNDING * scale)
        own += bool(alone[:, place - ahead.shift].max() > _ROUNDING * scale)
        touched = np.flatnonzero(alone.max((0, 2)) > _ROUNDING * scale)
        furthest = max(furthest, int(place - touched[0]) if touched.size else 0)
    return {
        "steps": steps,
        "reached": reached,
        "own": own,
        "examined": len(places),
        "change": float(np.mean(moves)),
        "furthest": furthest,
    }
