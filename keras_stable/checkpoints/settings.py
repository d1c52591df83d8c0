"""What the user of a `Checkpoint` chooses."""

from dataclasses import dataclass

from keras_stable.frequency import Frequency

_LARGER_IS_BETTER = ("acc", "accuracy", "auc", "precision", "recall", "f1_score", "iou", "classes", "r2_score")


@dataclass(frozen=True)
class Settings:
    """How checkpoints are written.

    Attributes:
        every: how often.
        keep: int >= 1, how many of the last are kept.
        monitor: str, the key of `logs` that says which is best.
        larger_is_better: bool, of that value.
        background: bool, whether they are written beside the training.
        signals: bool, whether SIGTERM and SIGINT write one and end the training.
    """

    every: Frequency
    keep: int
    monitor: str
    larger_is_better: bool
    background: bool
    signals: bool


def is_larger_better(monitor: str, mode: str) -> bool:
    """Returns whether a larger value of a key of `logs` is a better one.

    >>> is_larger_better("val_accuracy", "auto"), is_larger_better("val_loss", "auto"), is_larger_better("x", "max")
    (True, False, True)
    """
    return mode == "max" or (mode == "auto" and monitor.endswith(_LARGER_IS_BETTER))
