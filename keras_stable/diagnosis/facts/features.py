"""What enters the readout."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Features:
    """The features [samples, width] that enter the last learnt layer, in inference mode.

    Attributes:
        layer: str, path of the readout.
        source: str, path of the layer that makes them.
        samples: int.
        width: int, features; positions are pooled away where the readout works on sequences or images.
        std: (smallest, median, largest) standard deviation of a feature over the samples.
        maximum: float, largest absolute value.
        mean: float, largest absolute mean of a feature.
        constant: int, features that do not vary.
        effective_rank: float, exp of the entropy of the singular values of the centred features
            (Roy and Vetterli 2007).
        distance: float, median distance of two samples, divided by the root mean square norm of a sample.
        distance_to_input: float, the same of the raw inputs; NaN where they are not numbers.
        normalized: bool, whether a normalization layer directly makes them.
        classes: int, labels' classes in the sample; 0 for regression.
    """

    layer: str = "readout"
    source: str = "dense"
    samples: int = 500
    width: int = 64
    std: tuple[float, float, float] = (0.5, 1.0, 1.5)
    maximum: float = 5.0
    mean: float = 0.5
    constant: int = 0
    effective_rank: float = 30.0
    distance: float = 1.0
    distance_to_input: float = 1.0
    normalized: bool = False
    classes: int = 10
