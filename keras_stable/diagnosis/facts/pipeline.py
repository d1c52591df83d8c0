"""What a pipeline brings over time: which rows, in which order, and whether a later epoch is like the first."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Delivery:
    """What one epoch brought, as far as it was read.

    Attributes:
        batches, rows: int, that were read.
        complete: bool, whether the epoch was read to its end.
        blank: int, batches in which all rows of an input hold one value only, or NaN, though the first batch does not.
        blank_from: int, the first such batch; -1 without one.
        mean, std: tuple of float, of all values of each input; NaN for text.
        spread: tuple of float, standard deviation of the means of batches, for each input.
    """

    batches: int = 32
    rows: int = 1000
    complete: bool = True
    blank: int = 0
    blank_from: int = -1
    mean: tuple[float, ...] = (0.0,)
    std: tuple[float, ...] = (1.0,)
    spread: tuple[float, ...] = (0.2,)


@dataclass(frozen=True)
class Repetition:
    """How often the same rows come, by a hash of their inputs.

    Attributes:
        rows: int, that were read, of all epochs together where they follow each other without a restart.
        distinct: int, different rows among them.
        batches, distinct_batches: int, the same of batches; two are equal when they hold the same rows in any order.
        batch_size: int, rows of the largest batch.
        overlap: float, mean share of the rows of a batch that the batch before it has too.
        expected_overlap: float, what this would be if the distinct rows came in random order.
        whole: bool, whether these are known to be all rows that there are.
        held: int, rows of the arrays that the source was seen to hold; 0 where none were seen.
    """

    rows: int = 1000
    distinct: int = 1000
    batches: int = 32
    distinct_batches: int = 32
    batch_size: int = 32
    overlap: float = 0.0
    expected_overlap: float = 0.032
    whole: bool = False
    held: int = 0


@dataclass(frozen=True)
class Order:
    """How the labels of one output are spread over the batches, against random batches of the same labels.

    Attributes:
        output: str.
        kind: "classes" or "numbers".
        batches: int, that were examined.
        seen, expected: float, the mean number of classes in a batch; of numbers the share of their variance that lies
            within batches.
        concentration: float, 0 for random batches, 1 where each holds one class or one value; of classes by how often
            two rows of a batch have the same one.
        deviations: float, by how many standard deviations of random batches they are more concentrated than these.
        trend: float in [-1, 1], rank correlation of the numbers with their place; 0 for classes.
    """

    output: str = "output"
    kind: Literal["classes", "numbers"] = "classes"
    batches: int = 32
    seen: float = 9.7
    expected: float = 9.7
    concentration: float = 0.0
    deviations: float = 0.0
    trend: float = 0.0


@dataclass(frozen=True)
class CachedDraws:
    """What a `cache` of a dataset keeps of random changes that stand before it.

    Attributes:
        operations: tuple of str, TensorFlow's random operations in the functions before the last `cache`, by type; ()
            where none was seen.
        rows: int, that were read twice from what stands before that `cache`; 0 where they were not.
        changed: float, share of these whose inputs were others the second time.
        same_labels: bool, whether the labels were the same both times.
        behind: tuple of str, random operations in the functions behind the `cache`.
        drawn_rows: bool, whether all rows come from a counter, and not from tensors or files, so that random numbers
            make them and do not change them.
    """

    operations: tuple[str, ...] = ()
    rows: int = 0
    changed: float = 0.0
    same_labels: bool = True
    behind: tuple[str, ...] = ()
    drawn_rows: bool = False


@dataclass(frozen=True)
class Pipeline:
    """What the source of the data brings over time.

    Attributes:
        kind: "arrays", "dataset", "pydataset", "generator" or "loader".
        first, later: `Delivery` of the first epoch and the second; None for arrays, and where it was not read.
        late: `Delivery` of the last epoch that is planned, of a `PyDataset` that can be copied; else None.
        repetition: `Repetition`, or None for arrays.
        orders: tuple of `Order`, of each output to which it applies.
        windows: bool, whether the inputs are windows that move on by a step from row to row.
        met_again: int, rows whose inputs came once in the first and once in the later epoch, or in the last one where
            their labels changed more.
        relabelled: float, how far their labels changed: 0 not at all, 1 as far as by chance; NaN without such rows.
        seconds_a_batch: float, how long a batch takes to be read, the first ones left out; NaN where not measured.
        timed_batches: int, of which that is the median.
        cached: `CachedDraws` of a dataset with a `cache`; None for others.
    """

    kind: str = "arrays"
    first: Delivery | None = None
    later: Delivery | None = None
    repetition: Repetition | None = None
    orders: tuple[Order, ...] = ()
    windows: bool = False
    met_again: int = 0
    relabelled: float = float("nan")
    seconds_a_batch: float = float("nan")
    timed_batches: int = 0
    cached: CachedDraws | None = None
    late: Delivery | None = None
