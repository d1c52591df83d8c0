"""Inputs that augmentation mirrors, and their targets."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Mirroring:
    """One input that comes mirrored, with one number of a target.

    What is explained are shares of the variance of targets of other rows, by quick predictors.

    Attributes:
        input, output: str.
        side: str, what changes places: "left and right" or "top and bottom".
        layer: str, path of the layer that mirrors; "" where the source of the data does.
        epoch: int, from 1, in which mirrored rows were seen; 0 for a layer.
        rows: int, rows that came mirrored and were seen the other way round as well; 0 for a layer.
        kept: float, share of these whose target stayed as it was.
        spatial: bool, whether the target is as large as the picture, so that it must be mirrored itself.
        column: int, of the target; -1 where it has one number, or is spatial.
        own: float, explained by the rows as they come.
        same: float, explained where mirrored rows are added with the target of the others.
        turned: float, the same with the target mirrored: on the other side of its mean.
        size: float, explained of the distance from the mean by the rows as they come.
    """

    input: str = "input"
    output: str = "output"
    side: str = "left and right"
    layer: str = ""
    epoch: int = 2
    rows: int = 100
    kept: float = 1.0
    spatial: bool = False
    column: int = -1
    own: float = 0.8
    same: float = 0.7
    turned: float = 0.1
    size: float = 0.2
