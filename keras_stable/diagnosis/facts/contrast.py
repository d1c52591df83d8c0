"""How validation data differs from training data."""

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class FeatureContrast:
    """The feature or channel of an input that differs most.

    Attributes:
        index: int; -1 for all values together.
        mean, std, validation_mean, validation_std: float.
        shift: float, difference of the means in standard deviations of training.
        scale: float, standard deviation of validation over that of training.
    """

    index: int = -1
    mean: float = 0.0
    std: float = 1.0
    validation_mean: float = 0.0
    validation_std: float = 1.0
    shift: float = 0.0
    scale: float = 1.0


@dataclass(frozen=True)
class WordContrast:
    """The token ids or words of an input.

    Attributes:
        unknown: float, share of the words of validation that half of the training rows do not have.
        usual_unknown: float, the same of the other half of the training rows.
        distance: float in [0, 1], total variation between the words of validation and those of half of training.
        usual_distance: float, the same between both halves of training.
        commonest: str, the word that validation has more often than training by the largest share.
        commonest_share, usual_share: float, its share in validation and in training.
        starts, validation_starts: float, share of the rows that begin with padding.
        ends, validation_ends: float, share of the rows that end with it.
        meaning: float, how much of what ids say of the labels in training they say in validation: 1 where they mean the
            same, 0 where they have nothing in common; NaN where they say nothing. meaning_error: its standard error.
        company, company_error: float, the same of which ids come together in a row.
    """

    unknown: float = 0.02
    usual_unknown: float = 0.02
    distance: float = 0.1
    usual_distance: float = 0.1
    commonest: str = ""
    commonest_share: float = 0.05
    usual_share: float = 0.05
    starts: float = 0.0
    validation_starts: float = 0.0
    ends: float = 0.5
    validation_ends: float = 0.5
    meaning: float = 1.0
    meaning_error: float = 0.1
    company: float = 1.0
    company_error: float = 0.1


@dataclass(frozen=True)
class InputContrast:
    """One input in training and validation.

    Attributes:
        name: str.
        dtype, validation_dtype: str.
        features: int, features or channels that were judged; 0 for words.
        differing: int, how many of them are shifted or scaled beyond doubt, and more than parts of training are among
            themselves.
        worst: `FeatureContrast` of the one that differs most, or None.
        channels: tuple of int, the order in which the channels of validation fit those of training; () for their own.
        words: `WordContrast`, or None.
    """

    name: str = "input"
    dtype: str = "float32"
    validation_dtype: str = "float32"
    features: int = 20
    differing: int = 0
    worst: FeatureContrast | None = None
    channels: tuple[int, ...] = ()
    words: WordContrast | None = None


@dataclass(frozen=True)
class ClassContrast:
    """The classes of one output in training and validation.

    Attributes:
        output: str.
        classes, validation_classes: int, different ones in training and in validation.
        unseen: tuple of (class id, validation rows), of those that training never shows.
        validation_samples: int; validation_counts: tuple of (class id, validation rows), by id.
        chance: float, how likely a random split leaves training without all of them.
        moved: int, by how much the ids of validation are larger than those of training, where that explains all that
            are unseen; else 0.
        ordered: bool, whether the labels of training stand in order.
    """

    output: str = "output"
    classes: int = 10
    validation_classes: int = 10
    unseen: tuple[tuple[int, int], ...] = ()
    validation_samples: int = 200
    chance: float = 1.0
    moved: int = 0
    ordered: bool = False
    validation_counts: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True)
class TargetContrast:
    """The numbers that one output is to give, in training and in validation.

    Attributes:
        output: str.
        mean, std, validation_mean, validation_std: float.
        shift: float, difference of the means in standard deviations of training.
        scale: float, standard deviation of validation over that of training.
        usual_shift: float, the largest such shift among quarters of training, in their order.
        usual_scale: float, the largest ratio of their standard deviations to that of training, to either side.
        error: float, standard error of `shift`.
        scale_error: float, standard error of the logarithm of `scale`.
        exchanged_with: str, the other output whose numbers these are; "" where they are none's.
    """

    output: str = "output"
    mean: float = 0.0
    std: float = 1.0
    validation_mean: float = 0.0
    validation_std: float = 1.0
    shift: float = 0.0
    scale: float = 1.0
    usual_shift: float = 0.1
    usual_scale: float = 1.1
    error: float = 0.05
    scale_error: float = 0.05
    exchanged_with: str = ""


@dataclass(frozen=True)
class Transfer:
    """What a simple predictor that was made from some training rows makes of other rows.

    Attributes:
        kept_back: float, its score on training rows that it was not made from: accuracy, or R squared.
        validation: float, the same on validation rows.
        chance: float, the score of a constant answer on validation rows.
        uncertainty: float, standard error of the score on validation rows.
        renamed: float, accuracy on validation rows after their classes are renamed as `names` says; NaN for numbers.
        names: tuple of (class in validation, class in training) that differ.
        samples: int, validation rows.
    """

    kept_back: float = 0.8
    validation: float = 0.8
    chance: float = 0.1
    uncertainty: float = 0.02
    renamed: float = 0.8
    names: tuple[tuple[int, int], ...] = ()
    samples: int = 200

    @property
    def is_renamed(self) -> bool:
        """Returns whether other names of the classes make validation nearly what training rows kept back are."""
        return bool(self.names) and self.renamed > 0.7 * self.kept_back and self.kept_back > self.chance


@dataclass(frozen=True)
class Contrast:
    """Training against validation.

    Attributes:
        samples, validation_samples: int, rows that were compared.
        inputs: tuple of `InputContrast`.
        classes: tuple of `ClassContrast`, of each output that has classes.
        targets: tuple of `TargetContrast`, of each output that has numbers.
        transfer: `Transfer`, or None where there are too few rows, several outputs, or labels that it cannot take.
        split: bool, whether `validation_split` cut the validation rows off the end.
        copied, validation_copied: float, share of the rows whose target is an input itself; NaN where their shapes
            differ, and for several outputs.
    """

    samples: int = 1000
    validation_samples: int = 200
    inputs: tuple[InputContrast, ...] = (InputContrast(),)
    classes: tuple[ClassContrast, ...] = (ClassContrast(),)
    targets: tuple[TargetContrast, ...] = ()
    transfer: Transfer | None = None
    split: bool = False
    copied: float = math.nan
    validation_copied: float = math.nan
