"""The weights of samples and classes."""

from dataclasses import dataclass


@dataclass(frozen=True)
class OutputWeights:
    """The weights of the labels of one output, over the rows that were examined.

    Attributes:
        output: str, name of the output.
        samples: int, weights examined: one a row, or one a position.
        positions: bool, whether every row has several, as masks and sequences do.
        zero, negative, nonfinite: int, how many are 0, below 0, or NaN or infinite.
        total: float, sum of the finite ones; effective: float, (sum)^2 / sum of squares, how many samples count.
        classes: tuple of (class id, samples, sum of weights), by id; () where labels are no classes.
        strangers: tuple of int, keys of `class_weight` that no label can have.
        unnamed: tuple of int, classes of the labels that `class_weight` leaves out.
    """

    output: str = "output"
    samples: int = 1000
    positions: bool = False
    zero: int = 0
    negative: int = 0
    nonfinite: int = 0
    total: float = 1000.0
    effective: float = 1000.0
    classes: tuple[tuple[int, int, float], ...] = tuple((k, 100, 100.0) for k in range(10))
    strangers: tuple[int, ...] = ()
    unnamed: tuple[int, ...] = ()


@dataclass(frozen=True)
class Weights:
    """What `fit` is given to weigh samples by.

    Attributes:
        source: str, "class_weight" or "sample_weight".
        outputs: tuple of `OutputWeights`.
        dropped: bool, whether a training step of the user's own was seen to do the same with other weights.
        error: str, what `fit` raises on their account; "".
    """

    source: str = "class_weight"
    outputs: tuple[OutputWeights, ...] = (OutputWeights(),)
    dropped: bool = False
    error: str = ""
