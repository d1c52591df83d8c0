"""What is known of the data: inputs, labels, repeated rows, and how `fit` will walk over them."""

from dataclasses import dataclass

from keras_stable.diagnosis.vocabulary import LabelKind


@dataclass(frozen=True)
class Plan:
    """How `fit` is meant to run.

    Attributes:
        kind: "arrays", "dataset" (tf.data) or "pydataset".
        samples: int, samples in an epoch; None where the source does not tell.
        batch_size: int, samples in a batch.
        steps_per_epoch: int, or None where the source does not tell.
        epochs: int, or None when nobody said.
        initial_epoch: int, how many of them are passed over.
        shuffle: bool, whether `fit` shuffles; None where the source may have been shuffled by its maker.
        class_weight: bool, whether class or sample weights are given.
        trained: bool, whether the optimizer has taken steps with these weights, or a history was given.
        taken: int, steps that the optimizer has taken with these weights; None where that is not known.
        single_class_batches: float, share of the batches, taken in order, that hold one class only;
            None when it does not apply (regression, batches of one sample).
    """

    kind: str = "arrays"
    samples: int | None = 1000
    batch_size: int = 32
    steps_per_epoch: int | None = 32
    epochs: int | None = None
    initial_epoch: int = 0
    shuffle: bool | None = True
    class_weight: bool = False
    trained: bool = False
    taken: int | None = None
    single_class_batches: float | None = None

    @property
    def steps(self) -> int | None:
        """Returns how many steps the whole of `fit` takes, where that is known."""
        if self.steps_per_epoch is None or self.epochs is None:
            return None
        return self.steps_per_epoch * max(self.epochs - self.initial_epoch, 0)


@dataclass(frozen=True)
class Input:
    """One input of the model, over the rows that were examined.

    Attributes:
        name: str, as Keras names it.
        shape: tuple, of one sample; None for a length that varies.
        dtype: str.
        samples: int, rows examined.
        minimum, maximum, mean, std: float, over all finite values; NaN when there is none.
        nonfinite: int, NaN and infinite values.
        nonfinite_rows: tuple of int, the first ten rows that hold one.
        features: int, values in one sample; 0 where the length varies.
        constant_features: int, how many of them never vary.
        feature_std: (smallest, median, largest) standard deviation of the features that vary.
        feature_mean: float, the largest absolute mean of a feature.
        consumer: str, class of the first layer that learns from it, such as "Dense" or "Embedding"; "" if none.
        normalized_by: str, path of a layer before the first learnt one that brings any input to unit scale
            (Normalization, BatchNormalization, LayerNormalization and their like); "" if none.
        entering_mean, entering_std, entering_max: float, the mean, standard deviation and largest absolute
            value of what enters the first learnt layer (after a Rescaling, say); NaN where not measured.
    """

    name: str = "input"
    shape: tuple[int | None, ...] = (20,)
    dtype: str = "float32"
    samples: int = 1000
    minimum: float = -3.0
    maximum: float = 3.0
    mean: float = 0.0
    std: float = 1.0
    nonfinite: int = 0
    nonfinite_rows: tuple[int, ...] = ()
    features: int = 20
    constant_features: int = 0
    feature_std: tuple[float, float, float] = (1.0, 1.0, 1.0)
    feature_mean: float = 0.0
    consumer: str = "Dense"
    normalized_by: str = ""
    entering_mean: float = 0.0
    entering_std: float = 1.0
    entering_max: float = 3.0


@dataclass(frozen=True)
class Labels:
    """The labels of one output, over the rows that were examined.

    Attributes:
        output: str, name of the output.
        shape: tuple, of one sample's labels; () for a number.
        dtype: str.
        kind: what the loss takes them for, and else what they look like: "class_ids" (integers from 0 on), "one_hot",
            "binary" (0 and 1), "multi_hot" (0 and 1, any number), "distribution" (rows that sum to 1) or "real".
        samples: int, rows examined.
        complete: bool, whether these are all rows of the training data; of a long stream only the first are.
        minimum, maximum, mean, std: float, over finite values.
        nonfinite: int; nonfinite_rows: the first ten rows.
        class_counts: tuple of (class id, samples), by id; () for "real" and "multi_hot", and for a "distribution" of
            which most rows give no class more than half.
        distinct: int, different values (rows, where labels are vectors).
        whole: bool, whether all finite values are whole numbers.
    """

    output: str = "output"
    shape: tuple[int | None, ...] = ()
    dtype: str = "int64"
    kind: LabelKind = "class_ids"
    samples: int = 1000
    complete: bool = True
    minimum: float = 0.0
    maximum: float = 9.0
    mean: float = 4.5
    std: float = 2.9
    nonfinite: int = 0
    nonfinite_rows: tuple[int, ...] = ()
    class_counts: tuple[tuple[int, int], ...] = tuple((k, 100) for k in range(10))
    distinct: int = 10
    whole: bool = True


@dataclass(frozen=True)
class Duplicates:
    """Rows that occur more than once, by a hash of their inputs.

    Attributes:
        samples: int, training rows examined.
        repeated: int, rows whose inputs occurred before.
        conflicting: int, rows whose inputs occurred before with another label.
        conflicting_rows: tuple of (row, earlier row), the first ten.
        validation_samples: int, validation rows examined; 0 without validation data.
        leaked: int, validation rows whose inputs are also training rows.
        leaked_rows: tuple of int, the first ten such validation rows.
        validation_changes: bool, whether validation had other rows when it was read once more; looked at where some
            are leaked.
        by_class: tuple of (rows, repeated rows), of each label where there are at most 100 different ones; else ().
        measured: bool, whether some number of a row is hardly ever the same in two different rows, as measurements are:
            rows that are equal are then copies.
    """

    samples: int = 1000
    repeated: int = 0
    conflicting: int = 0
    conflicting_rows: tuple[tuple[int, int], ...] = ()
    validation_samples: int = 0
    leaked: int = 0
    leaked_rows: tuple[int, ...] = ()
    validation_changes: bool = False
    by_class: tuple[tuple[int, int], ...] = ()
    measured: bool = False
