"""KS111."""

import math
from collections.abc import Iterator, Sequence

from keras_stable.diagnosis.facts import Labels, Learning, Output, Plan
from keras_stable.diagnosis.rule import Found, Threshold, rule
from keras_stable.diagnosis.rules.data._tasks import classifies, counts, only_first_seen, paired
from keras_stable.diagnosis.vocabulary import CUSTOM

BITS = Threshold(0.05, "One sample in 180 of another class; half a bit, where other tools stop, is 1 in 9 and common.")

ROUNDING = 1e-7  # of the mean: float32 cannot tell such targets apart


@rule(
    "KS111",
    "constant-labels",
    severity="error",
    remedy="Look at how the labels are read: `np.unique(y, return_counts=True)` should show every class.",
    explains=(
        "class-imbalance",
        "zero-gradients",
        "vanishing-gradients",
        "identical-outputs",
        "feature-collapse",
        "bad-initial-loss",
        "prediction-collapse",
        "never-predicted-class",
        "loss-not-decreasing",
        "input-independent-loss",
    ),
    thresholds={"bits": BITS},
)
def constant_labels(
    labels: Sequence[Labels], outputs: Sequence[Output], plan: Plan, learning: Learning
) -> Iterator[Found]:
    """All labels are the same, or so nearly that they tell nothing.

    ## What it does

    Looks for a single label over all rows, or over as many as were read, and takes the entropy of the class shares:
    under 0.05 bits is a warning where the model does not learn and no weights are set. A loss of one's own may take
    dummy labels and is left alone.

    ## Why is this bad

    There is nothing to learn: the last bias alone solves the task, the loss falls to 0, the accuracy is 100 %,
    and the inputs are never looked at. It is most often a slip in reading, such as a wrong column, or sorted
    data of which only the head was taken.

    ## Example

        x, y = x[:1000], y[:1000]  # sorted by class: all of class 0

    ## Use instead

        order = np.random.default_rng(0).permutation(len(x))[:1000]
        x, y = x[order], y[order]
    """
    for output, label in paired(outputs, labels):
        if output.loss == CUSTOM or label.samples < 2:
            continue
        if label.distinct == 1 or _flat(label):
            yield _constant(output.name, label, plan, several=len(outputs) > 1)
        elif classifies(output, label) and 0 <= (bits := _entropy(counts(label))) < BITS.value:
            weighted = plan.class_weight or output.weighted
            yield Found(
                where=output.name,
                message=f"The labels of {output.name} carry {bits:.2g} bits a sample: nearly all are the same.",
                evidence={"bits": bits, "samples": label.samples},
                threshold=BITS.value,
                severity="warning" if learning.troubled and not weighted else "advice",
                confidence=0.7,
            )


def _constant(where: str, label: Labels, plan: Plan, several: bool) -> Found:
    evidence = {"distinct": label.distinct, "samples": label.samples}
    if only_first_seen(label, plan):
        return Found(
            where=where,
            message=f"The first {label.samples} labels of {where} are the same, and the later ones were not read. "
            "Either all labels are the same, or the data is sorted by class.",
            evidence=evidence,
            threshold=1,
            severity="warning",
            remedy="Look at labels from all over the data; sorted data needs `dataset.shuffle(...)` before `batch`.",
            confidence=0.6,
        )
    seen = "All" if label.complete else "All that were looked at,"
    return Found(
        where=where,
        message=f"{seen} {label.samples} labels of {where} are the same.",
        evidence=evidence,
        threshold=1,
        severity="warning" if several or not label.complete else None,
        confidence=0.98 if label.complete else 0.9,
    )


def _flat(label: Labels) -> bool:
    """Returns whether labels of one number each never vary."""
    return label.kind == "real" and label.distinct <= 2 and label.std <= ROUNDING * abs(label.mean)


def _entropy(sizes: Sequence[int]) -> float:
    """Returns the entropy of the classes' shares in bits; NaN without any."""
    total = sum(sizes)
    return -sum(size / total * math.log2(size / total) for size in sizes) if total else math.nan
