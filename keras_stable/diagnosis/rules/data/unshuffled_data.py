"""KS112."""

from collections.abc import Iterator, Sequence

from keras_stable.diagnosis.facts import Labels, Learning, Output, Plan
from keras_stable.diagnosis.rule import Found, Threshold, rule
from keras_stable.diagnosis.rules.data._tasks import classifies, counts, paired

SHARE = Threshold(0.5, "Sorted data comes near 1, with a mixed batch wherever a class ends.")
EXCESS = Threshold(0.3, "Above what shuffled batches of this size and these classes would show.")


@rule(
    "KS112",
    "unshuffled-data",
    remedy="Leave `shuffle=True` in `fit`, or call `dataset.shuffle(samples)` before `batch`.",
    explains=(
        "noisy-gradient",
        "prediction-collapse",
        "never-predicted-class",
        "train-inference-mismatch",
        "loss-not-decreasing",
        "diverging-loss",
        "oscillating-loss",
        "loss-spike",
        "slow-convergence",
        "overfitting",
    ),
    thresholds={"share": SHARE, "excess": EXCESS},
    own=True,
)
def unshuffled_data(
    plan: Plan, labels: Sequence[Labels], outputs: Sequence[Output], learning: Learning
) -> Iterator[Found]:
    """Batches hold one class each, and nothing shuffles them.

    ## What it does

    Takes the share of the batches, in the order of the data, that hold a single class, and what this share
    would be after shuffling, which is large for tiny batches or one dominant class. It says nothing when `fit`
    shuffles. Where the model learns all the same it is advice.

    ## Why is this bad

    Each batch then pulls the model towards its own class, and away from all that it learnt before. The loss
    falls within a class and jumps at the next, batch statistics are those of one class, and the class that
    comes last wins.

    ## Example

        model.fit(dataset.batch(32))  # files listed folder by folder

    ## Use instead

        model.fit(dataset.shuffle(10_000).batch(32))
    """
    if plan.shuffle or plan.single_class_batches is None or plan.batch_size < 2:
        return
    sizes = [counts(label) for output, label in paired(outputs, labels) if classifies(output, label)]
    if not sizes or len(sizes[0]) < 2 or (plan.steps_per_epoch or 2) < 2:
        return
    total = sum(sizes[0])
    expected = sum((size / total) ** plan.batch_size for size in sizes[0])
    share = plan.single_class_batches
    if not share >= SHARE.value or not share - expected > EXCESS.value:
        return
    yield Found(
        where="data",
        message=f"{share:.0%} of the batches hold one class only; shuffled, it would be {expected:.0%}.",
        evidence={"single_class_batches": share, "expected": expected, "batch_size": plan.batch_size},
        threshold=SHARE.value,
        # A short training sees the first classes only, and learns these well.
        severity="advice" if learning.healthy and plan.shuffle is None else "warning",
        confidence=0.85,
    )
