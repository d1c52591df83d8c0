"""How much padding takes away of what a sequence does to the answer."""

import math

import numpy as np

from keras_stable.diagnosis.evidence.data.padding import PaddedRows, moved, padded_rows
from keras_stable.diagnosis.evidence.step.changed_inputs import Answers, ChangedInputs, spread_of

# Of its influence, what is left of a sequence that is washed out.
_LEFT = 0.1
_ROUNDING = 1e-6


def padding_influence(changed: ChangedInputs, name: str) -> tuple[float, float]:
    """Returns `Padding.washed_out` and `Padding.moved`; NaN for a model that answers step by step.

    The steps of each sequence are replaced by steps of others, with the padding where it is and on the other side,
    and so by how much the answers change. A layer that is told by a mask what is padding answers all the same.

    Args:
        changed: runs the model.
        name: str, of the input that is padded.
    """
    values = changed.input(name)
    padded = padded_rows(values)
    if padded is None:
        return math.nan, math.nan
    other = _other_steps(values, padded)
    as_it_is, replaced = changed.answers(name), changed.answers(name, other)
    as_moved, replaced_moved = (changed.answers(name, moved(rows, padded)) for rows in (values, other))
    chosen = [index for index, answer in enumerate(as_it_is) if not _is_by_step(answer, padded)]
    if not chosen:
        return math.nan, math.nan
    here = _distance([as_it_is[index] for index in chosen], [replaced[index] for index in chosen])
    there = _distance([as_moved[index] for index in chosen], [replaced_moved[index] for index in chosen])
    scale = max(float(np.abs(as_it_is[index]).max()) for index in chosen)
    counted = (padded.lengths < padded.steps) & (padded.lengths > 0) & (there > _ROUNDING * scale)
    if not counted.any():
        return math.nan, math.nan
    washed_out = float((here < _LEFT * there)[counted].mean())
    shift = np.sqrt(np.mean(_distance([as_it_is[i] for i in chosen], [as_moved[i] for i in chosen]) ** 2))
    spread = max(spread_of(np.concatenate([as_it_is[i], as_moved[i]])) for i in chosen)
    return washed_out, float(shift / spread) if spread > _ROUNDING * scale else math.nan


def _other_steps(values: np.ndarray, padded: PaddedRows) -> np.ndarray:
    """Returns the rows with each step that is no padding replaced by one of all of them."""
    content = padded.content
    pool = values[content]
    other = values.copy()
    other[content] = pool[np.random.default_rng(0).integers(len(pool), size=content.sum())]
    return other


def _is_by_step(answer: np.ndarray, padded: PaddedRows) -> bool:
    return answer.ndim > 2 and answer.shape[1] == padded.steps


def _distance(one: Answers, other: Answers) -> np.ndarray:
    """Returns how far the answers for each row are apart."""
    squares = [((a - b).reshape(len(a), -1) ** 2).sum(1) for a, b in zip(one, other, strict=True)]
    return np.sqrt(np.sum(squares, axis=0))
