"""KS701."""

from collections.abc import Iterator

from keras_stable.diagnosis.facts import Duplicates, Pipeline, Repetition
from keras_stable.diagnosis.rule import Found, Skip, Threshold, rule

FEW = Threshold(
    2.0, "Batches that all distinct rows would fill. An epoch over a set that fits into two needs no source of batches."
)
AGAIN = Threshold(4.0, "Times that a row comes on average. Below, an epoch goes over its rows now and then, as may be.")
OVERLAP = Threshold(
    0.5,
    "Rows of a batch that the one before has too, above what random order gives: windows over rows move too slowly.",
)
HELD = Threshold(
    0.5, "Share of the rows that the source holds. One that shows fewer again and again never gets to the rest."
)

_BATCHES = 4


@rule(
    "KS701",
    "repeated-batches",
    remedy="Keep the place between batches: in a generator set `start = 0` before `while True:`, not in it; in "
    "`__getitem__(self, index)` take the rows from `index * batch_size` on.",
    explains=(
        "class-imbalance",
        "few-samples-per-class",
        "conflicting-labels",
        "constant-labels",
        "constant-features",
        "unshuffled-data",
        "noisy-gradient",
        "prediction-collapse",
        "never-predicted-class",
        "bad-initial-loss",
        "unseen-classes",
        "validation-inputs-differ",
        "overfitting",
        "oscillating-loss",
    ),
    thresholds={"few": FEW, "again": AGAIN, "overlap": OVERLAP, "held": HELD},
    own=True,
)
def repeated_batches(pipeline: Pipeline, duplicates: Duplicates | None = None) -> Iterator[Found]:
    """The source of batches brings the same rows again and again.

    ## What it does

    Reads up to two epochs of a source that brings its own batches, and counts the different rows by a hash of their
    inputs. It finds a source whose different rows would fill two batches at most, one that shows a part of the
    rows that it holds over and over, and one whose next batch has mostly the rows of the one before. A dataset that
    repeats all rows of its tensors, rows that differ by augmentation, and copies of rare rows are no finding.

    ## Why is this bad

    The model sees a handful of rows, however long it trains: the training accuracy goes to 1, as it would for any
    rows, and nothing is learnt about the others.

    ## Example

        def batches():
            while True:
                start = 0
                yield x[start : start + 32], y[start : start + 32]
                start += 32

    ## Use instead

        def batches():
            start = 0
            while True:
                yield x[start : start + 32], y[start : start + 32]
                start = (start + 32) % len(x)
    """
    seen = pipeline.repetition
    if seen is None:
        raise Skip("arrays bring each row once in an epoch")
    if seen.batches < _BATCHES or seen.whole or seen.held == seen.distinct:
        return
    reason = _reason(seen)
    if not reason:
        return
    validation = duplicates.validation_samples if duplicates is not None else 0
    held = f" of the {seen.held:,} that it holds" if seen.held > seen.distinct else ""
    more = f"; validation has {validation:,}" if validation > seen.distinct and not held else ""
    yield Found(
        where="data",
        message=f"The {seen.batches:,} batches that were read bring {seen.rows:,} rows, but only {seen.distinct:,} "
        f"different ones{held}: {reason}{more}.",
        evidence={
            "rows": seen.rows,
            "distinct": seen.distinct,
            "batches": seen.batches,
            "distinct_batches": seen.distinct_batches,
            "overlap": seen.overlap,
            "held": seen.held,
        },
        threshold=AGAIN.value,
        confidence=0.95 if held or validation > seen.distinct else 0.85,
    )


def _reason(seen: Repetition) -> str:
    if seen.rows < AGAIN.value * seen.distinct:
        return ""
    if seen.distinct_batches == 1 and seen.distinct <= FEW.value * seen.batch_size:
        return "each batch holds the same rows"
    if seen.distinct <= FEW.value * seen.batch_size:
        return "a few batches come again and again"
    if seen.overlap - seen.expected_overlap > OVERLAP.value:
        return f"a batch has {seen.overlap:.0%} of the rows of the one before it"
    if 0 < seen.distinct < HELD.value * seen.held:
        return "it starts again before it gets to the others"
    return ""
