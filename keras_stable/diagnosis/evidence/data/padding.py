"""Padding in sequences, found in their values. Imports no TensorFlow."""

from dataclasses import dataclass

import numpy as np

# What is padding: in at least a twentieth of the rows, and hardly ever between steps that are none.
_LEAST_ROWS, _LEAST_SHARE, _AT_THE_ENDS = 0.05, 0.02, 0.9
# Another value than 0 is a word as well, such as the unknown one, unless it stands nowhere else.
_OTHER_AT_THE_ENDS = 0.995
_LEAST_STEPS = 3


@dataclass(frozen=True)
class PaddedRows:
    """Rows [n, steps, ...] of which some are filled up.

    Attributes:
        side: "end" or "start".
        value: float, the first feature of a padded step; uniform: bool, whether all its features are equal.
        lengths: int array [n], steps of each row that are no padding.
        steps: int.
    """

    side: str
    value: float
    lengths: np.ndarray
    steps: int
    uniform: bool = True

    @property
    def share(self) -> float:
        """Returns the share of the steps that are padding."""
        return float(1 - self.lengths.mean() / self.steps)

    @property
    def content(self) -> np.ndarray:
        """Returns which steps are no padding, as booleans [n, steps]."""
        return _runs(self.lengths, self.steps, self.side)


def padded_rows(values: np.ndarray) -> PaddedRows | None:
    """Returns the padding of sequences [n, steps] or [n, steps, features]; None where there is none.

    The padding is the step that most rows end with, or begin with: it stands in runs at that end whose lengths vary
    from row to row, and hardly anywhere else.

    >>> padded = padded_rows(np.array([[5, 0, 0, 0], [4, 7, 0, 0], [3, 3, 9, 0], [2, 8, 1, 6]]))
    >>> padded.side, padded.value, padded.lengths.tolist(), padded.share
    ('end', 0.0, [1, 2, 3, 4], 0.375)
    """
    if values.ndim not in (2, 3) or values.shape[1] < _LEAST_STEPS or len(values) < 2:
        return None
    steps = values.reshape(len(values), values.shape[1], -1)
    candidates = [padded for side in ("end", "start") if (padded := _on_side(steps, side)) is not None]
    # Where all that is no padding is the same as well, the zeros are the padding.
    return max(candidates, key=lambda padded: (padded.value == 0, padded.share), default=None)


def moved(values: np.ndarray, padded: PaddedRows) -> np.ndarray:
    """Returns the rows with their padding on the other side.

    >>> moved(np.array([[5, 6, 0]]), PaddedRows("end", 0.0, np.array([2]), 3)).tolist()
    [[0, 5, 6]]
    """
    shifts = (padded.steps - padded.lengths) * (1 if padded.side == "end" else -1)
    places = (np.arange(padded.steps)[None] - shifts[:, None]) % padded.steps
    return values[np.arange(len(values))[:, None], places]


def _on_side(steps: np.ndarray, side: str) -> PaddedRows | None:
    ends = steps[:, -1 if side == "end" else 0]
    ends = ends[np.isfinite(ends).all(1)] if ends.dtype.kind == "f" else ends
    if not len(ends):
        return None
    distinct, counts = np.unique(ends, axis=0, return_counts=True)
    if counts.max() < max(2, _LEAST_ROWS * len(steps)):
        return None
    value = distinct[counts.argmax()]
    same = (steps == value).all(-1)
    from_end = same[:, ::-1] if side == "end" else same
    runs = np.where(from_end.all(1), same.shape[1], from_end.argmin(1))
    lengths = same.shape[1] - runs
    filled = PaddedRows(side, float(value[0]), lengths, same.shape[1], bool((value == value[0]).all()))
    inside = same.sum() - runs.sum()
    at_the_ends = _AT_THE_ENDS if not value.any() else _OTHER_AT_THE_ENDS
    if filled.share < _LEAST_SHARE or len(np.unique(lengths)) < 3 or runs.sum() < at_the_ends * (runs.sum() + inside):
        return None
    return filled


def _runs(lengths: np.ndarray, steps: int, side: str) -> np.ndarray:
    places = np.arange(steps)[None]
    return places < lengths[:, None] if side == "end" else places >= steps - lengths[:, None]
