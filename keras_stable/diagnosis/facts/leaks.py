"""Where targets can be read off the inputs, and what was made for other inputs."""

from dataclasses import dataclass


@dataclass(frozen=True)
class TargetCopy:
    """A value of the input that is the target.

    Attributes:
        input: str; output: str, their names.
        target: str, which of an output's targets, such as "[0]"; "" for the only one.
        place: tuple of int, where it stands in a sample of the input: (step, feature) of a sequence, (column,) of a
            table; a step of -1 is the last one, of "each" step where the copy holds step by step.
        each_step: bool, whether every step of the target is the same step's value of that feature.
        share: float, of the rows in which the two are equal.
        factor, offset: float: target = factor * value + offset.
        samples: int, rows examined.
        steps: int, of the input; 0 for a table.
        copied, targets: int, how many of the output's targets are such copies, and how many there are.
        classes: bool, whether the targets are ids of classes.
        used: bool, whether the answers of the model change with that value; None where it was not measured.
    """

    input: str = "input"
    output: str = "output"
    target: str = ""
    place: tuple[int, ...] = (-1, 0)
    each_step: bool = False
    share: float = 1.0
    factor: float = 1.0
    offset: float = 0.0
    samples: int = 1000
    steps: int = 24
    copied: int = 1
    targets: int = 1
    classes: bool = False
    used: bool | None = None


@dataclass(frozen=True)
class FutureReach:
    """An output for each step, whose target is a later step of the input, and what later inputs do to it.

    Attributes:
        input: str; output: str, their names.
        shift: int: the target of step t is the input of step t + shift.
        feature: int, which feature of the input; 0 for ids.
        share: float, of the steps for which that holds.
        steps: int.
        reached: int, of the steps examined, those whose answer changes when later inputs do.
        own: int, of the steps examined, those whose answer changes with the input that is their own target.
        examined: int.
        change: float, how far these answers move, in standard deviations of the answers.
        furthest: int, from how many steps ahead an answer is reached.
        layers: tuple of str, the layers on the way that look ahead, as far as their settings tell.
    """

    input: str = "input"
    output: str = "output"
    shift: int = 1
    feature: int = 0
    share: float = 1.0
    steps: int = 20
    reached: int = 0
    own: int = 0
    examined: int = 6
    change: float = 0.0
    furthest: int = 0
    layers: tuple[str, ...] = ()


@dataclass(frozen=True)
class FrozenStatistics:
    """What enters a frozen batch normalization, against the data that its statistics were taken from.

    Attributes:
        layer: str, its path.
        shift: float, median over channels of |mean - moving mean|, in moving standard deviations.
        spread: float, median over channels of the standard deviation divided by the moving one.
        channels: int.
        first: bool, whether no other such layer comes before it.
    """

    layer: str = "batch_normalization"
    shift: float = 0.2
    spread: float = 1.0
    channels: int = 32
    first: bool = True
