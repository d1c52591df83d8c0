"""Whether inputs say anything about their labels."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Realignment:
    """Another order of the labels, or another reading of an array, in which inputs do say something.

    Attributes:
        kind: "shifted" (each label belongs to the input some rows further on), "reversed", "listed" (one side is
            sorted as numbers, the other as text: 1, 10, 100, 2), "inputs_reshaped" or "labels_reshaped" (an array
            whose rows stood in its last axis was reshaped where it should have been transposed).
        rows: int, of a shift; of "listed", 1 where names are numbered from 0 and 2 from 1, negative where it is the
            labels that are sorted as text; 0 for the others.
        explained: float, as in `Dependence`.
    """

    kind: Literal["shifted", "reversed", "listed", "inputs_reshaped", "labels_reshaped"] = "shifted"
    rows: int = 1
    explained: float = 0.8


@dataclass(frozen=True)
class Dependence:
    """What quick predictors make of inputs and labels, against labels that are dealt out at random.

    Attributes:
        samples: int, rows that were looked at.
        kind: "prediction" (labels of rows that are left out are predicted) or "patterns" (labels that are as large as
            their pictures are laid over them).
        explained: float, share of the variance that is explained, or mean correlation of the patterns.
        by_chance: float, the mean of the same over labels that are dealt out at random.
        deviations: float, by how many of their standard deviations it is more.
        realigned: `Realignment`, or None where none was found.
        elsewhere: int, rows whose labels fit another row far better than their own; patterns only.
        labels_in_order: bool, whether the labels stand in order; the inputs cannot where they say nothing of them.
    """

    samples: int = 500
    kind: Literal["prediction", "patterns"] = "prediction"
    explained: float = 0.6
    by_chance: float = 0.0
    deviations: float = 40.0
    realigned: Realignment | None = None
    elsewhere: int = 0
    labels_in_order: bool = False


@dataclass(frozen=True)
class Pairing:
    """The loss of the model's answers to rows that it was not trained on, for their labels and for those of others.

    Attributes:
        samples: int, rows.
        steps: int, that a copy was trained for; 0 for the model as it is after its training.
        loss: float, of the answers and their own labels.
        dealt_loss: float, the mean where the labels are dealt out at random.
        deviations: float, by how many standard deviations of the latter the loss is lower.
    """

    samples: int = 128
    steps: int = 100
    loss: float = 0.5
    dealt_loss: float = 2.5
    deviations: float = 30.0
