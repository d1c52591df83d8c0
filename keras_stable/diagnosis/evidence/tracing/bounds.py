"""Where the slope of an activation is next to nothing. Imports no TensorFlow."""

import numpy as np

# Within 0.02 of a bound the slope of sigmoid is under 8 %, that of tanh under 4 % of its largest.
MARGIN = 0.02

_LOWER = {"sigmoid": 0.0, "hard_sigmoid": 0.0, "tanh": -1.0, "hard_tanh": -1.0}
_HARD = ("hard_sigmoid", "hard_tanh")


def saturates(activation: str) -> bool:
    """Returns whether an activation has bounds at which it passes no gradient on."""
    return activation in _LOWER or activation == "softmax"


def at_bound(activation: str, values: np.ndarray) -> np.ndarray | None:
    """Returns where values [..., units] are at a bound, as booleans of the same shape; None without bounds.

    All units of a softmax are at their bounds when one of them has next to everything. The bounds of the hard
    activations are reached or not: before, their slope is as large as anywhere.

    >>> at_bound("tanh", np.array([-0.99, 0.5])).tolist(), at_bound("softmax", np.array([0.001, 0.999])).tolist()
    ([True, False], [True, True])
    """
    if activation == "softmax":
        return np.broadcast_to(values.max(-1, keepdims=True) > 1 - MARGIN, values.shape)
    if activation not in _LOWER:
        return None
    margin = 1e-6 if activation in _HARD else MARGIN
    return (values < _LOWER[activation] + margin) | (values > 1 - margin)
