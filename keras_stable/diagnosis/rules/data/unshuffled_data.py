"""KS112."""

from collections.abc import Iterator, Sequence

from keras_stable.diagnosis.edit import Edit
from keras_stable.diagnosis.facts import Labels, Learning, Order, Output, Pipeline, Plan, Structure
from keras_stable.diagnosis.rule import Found, Skip, Threshold, rule
from keras_stable.diagnosis.rules.data._tasks import classifies, counts, paired

SHARE = Threshold(0.5, "Sorted data comes near 1, with a mixed batch wherever a class ends.")
EXCESS = Threshold(0.3, "Above what shuffled batches of this size and these classes would show.")
CONCENTRATED = Threshold(
    0.2, "0 for random batches, 1 for one class in each. Rows that stand together by chance or by length make 0.05."
)
STRONG = Threshold(0.35, "The same, where batches hold a third of the classes that they should, or fewer.")
CERTAIN = Threshold(8.0, "Standard deviations of random batches of the same labels, far more than chance makes.")
SORTED = Threshold(0.9, "Rank correlation of a target with its place, as rows that were sorted by it have.")
EXACT = Threshold(0.999, "The same of rows that were sorted by their target. What grows over time has noise.")


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
    thresholds={
        "share": SHARE,
        "excess": EXCESS,
        "concentrated": CONCENTRATED,
        "strong": STRONG,
        "certain": CERTAIN,
        "sorted": SORTED,
        "exact": EXACT,
    },
    own=True,
)
def unshuffled_data(
    plan: Plan,
    labels: Sequence[Labels],
    outputs: Sequence[Output],
    learning: Learning,
    structure: Structure | None = None,
    pipeline: Pipeline | None = None,
) -> Iterator[Found]:
    """Batches hold few of the classes, and nothing shuffles them, or too small a buffer does.

    ## What it does

    Compares the classes in each batch, in the order of the data, with random batches of the same labels: how many
    there are, and how often two rows of a batch have the same class, by a permutation test. It says nothing when
    `fit` shuffles, of stateful layers, which need the order, and of a regression unless its rows are sorted by their
    targets and are no windows over a series. Where batches are only somewhat uneven, or the order is not exact, and
    the model learns all the same, it is advice.

    ## Why is this bad

    Each batch then pulls the model towards its own classes, and away from all that it learnt before. The loss
    falls within a class and jumps at the next, batch statistics are those of few classes, and the class that
    comes last wins. `Dataset.shuffle(64)` mixes neighbours only: rows of a sorted set stay near their place.

    ## Example

        model.fit(dataset.shuffle(64).batch(32))  # files listed folder by folder

    ## Use instead

        model.fit(dataset.shuffle(10_000).batch(32))  # no fewer than there are rows, before `batch`
    """
    if plan.shuffle or plan.batch_size < 2:
        return
    if any(layer.config.get("stateful") is True for layer in (structure.layers if structure else ())):
        raise Skip("a stateful layer needs the rows in their order")
    found = None
    if pipeline is not None:
        classifying = {output.name for output, label in paired(outputs, labels) if classifies(output, label)}
        found = _in_order(pipeline, plan, learning, classifying, {output.name for output in outputs})
    found = found or _one_class(plan, labels, outputs, learning)
    if found is not None:
        yield found


def _one_class(plan: Plan, labels: Sequence[Labels], outputs: Sequence[Output], learning: Learning) -> Found | None:
    sizes = [counts(label) for output, label in paired(outputs, labels) if classifies(output, label)]
    share = plan.single_class_batches
    if share is None or not sizes or len(sizes[0]) < 2 or (plan.steps_per_epoch or 2) < 2:
        return None
    total = sum(sizes[0])
    expected = sum((size / total) ** plan.batch_size for size in sizes[0])
    if not share >= SHARE.value or not share - expected > EXCESS.value:
        return None
    return Found(
        where="data",
        message=f"{share:.0%} of the batches hold one class only; shuffled, it would be {expected:.0%}.",
        evidence={"single_class_batches": share, "expected": expected, "batch_size": plan.batch_size},
        threshold=SHARE.value,
        # A short training sees the first classes only, and learns these well.
        severity="advice" if learning.healthy and plan.shuffle is None else "warning",
        confidence=0.85,
        edits=_edits(plan),
    )


def _in_order(
    pipeline: Pipeline, plan: Plan, learning: Learning, classifying: set[str], outputs: set[str]
) -> Found | None:
    for order in pipeline.orders:
        far = order.deviations > CERTAIN.value
        classes = order.kind == "classes" and (order.output in classifying or order.output not in outputs)
        if classes and far and order.concentration > CONCENTRATED.value:
            return _few_classes(order, plan, learning)
        sorted_by = abs(order.trend) > SORTED.value and far and order.concentration > SHARE.value
        if order.kind == "numbers" and sorted_by and not pipeline.windows:
            return Found(
                where="data",
                message=f"The rows come sorted by their targets (rank correlation with the place {order.trend:.2f}): "
                f"within a batch lies {order.seen:.0%} of the variance of {order.output}.",
                evidence={"trend": order.trend, "concentration": order.concentration, "batches": order.batches},
                threshold=SORTED.value,
                severity="advice" if learning.healthy and abs(order.trend) < EXACT.value else "warning",
                confidence=0.8,
                edits=_edits(plan),
            )
    return None


def _edits(plan: Plan) -> tuple[Edit, ...]:
    """Returns the edit that shuffles all rows; nothing for a source that is code of the user's."""
    if plan.kind == "arrays":
        return (Edit("set_argument", "fit", "shuffle", "True"),)
    if plan.kind != "dataset" or not plan.samples:
        return ()
    return (Edit("transform_data", "data", "x", f"x.unbatch().shuffle({plan.samples}).batch({plan.batch_size})"),)


def _few_classes(order: Order, plan: Plan, learning: Learning) -> Found:
    buffer = plan.kind != "arrays"
    return Found(
        where="data",
        message=f"A batch holds {order.seen:.3g} classes on average; random batches of the same labels would hold "
        f"{order.expected:.3g}. The rows come in the order of their classes"
        + (", which a buffer of `shuffle` that is much smaller than the set leaves as it is." if buffer else "."),
        evidence={
            "classes_in_a_batch": order.seen,
            "expected": order.expected,
            "concentration": order.concentration,
            "deviations": order.deviations,
            "batches": order.batches,
        },
        threshold=CONCENTRATED.value,
        remedy="Shuffle over the whole set, before `batch`: `dataset.shuffle(number_of_rows).batch(size)`; of files, "
        "shuffle their list too."
        if buffer
        else None,
        severity="advice" if learning.healthy and order.concentration < STRONG.value else "warning",
        confidence=0.9,
        edits=_edits(plan),
    )
