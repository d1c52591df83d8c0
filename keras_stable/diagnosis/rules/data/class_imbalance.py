"""KS106."""

from collections.abc import Iterator, Sequence

from keras_stable.diagnosis.facts import Evaluation, Labels, Learning, Output, Plan, Probe
from keras_stable.diagnosis.rule import Found, Threshold, rule
from keras_stable.diagnosis.rules._edits import class_weights
from keras_stable.diagnosis.rules.data._tasks import classifies, counts, has_positions, only_first_seen, paired

RATIO = Threshold(10.0, "Below, plain training still learns the rare classes of the data sets that we tried.")
STRONG = Threshold(100.0, "Above, a batch of 32 seldom holds a sample of the smallest class.")

MISSED = 0.1  # recall under which a class counts as not learnt
VOCABULARY = 1000  # words and the like are uneven by nature


@rule(
    "KS106",
    "class-imbalance",
    severity="advice",
    remedy="Weigh the classes: `model.fit(..., class_weight={k: samples / (classes * count[k]) for k in count})`.",
    explains=(
        "prediction-collapse",
        "never-predicted-class",
        "identical-outputs",
        "loss-not-decreasing",
        "slow-convergence",
        "cannot-overfit-batch",
    ),
    thresholds={"ratio": RATIO, "strong": STRONG},
)
def class_imbalance(
    labels: Sequence[Labels],
    outputs: Sequence[Output],
    plan: Plan,
    learning: Learning,
    evaluation: Evaluation | None = None,
    probe: Probe | None = None,
) -> Iterator[Found]:
    """One class has many times the samples of another.

    ## What it does

    Divides the samples of the largest class by those of the smallest. It is a warning when the model does not
    learn, or when a trained model misses the rare classes, and no weights are set. Else it is advice, as it is for
    a stream of which only the beginning was read.

    ## Why is this bad

    Every sample weighs the same in the loss, so always answering the commonest class is a good answer: with
    99 samples to 1 it is right in 99 % of the cases, and says nothing.

    ## Example

        model.fit(x, y)  # 990 samples of class 0, 10 of class 1

    ## Use instead

        model.fit(x, y, class_weight={0: 1000 / (2 * 990), 1: 1000 / (2 * 10)})
    """
    seen = evaluation if plan.trained else None if probe is None else probe.after
    for output, label in paired(outputs, labels):
        sizes = counts(label)
        if not classifies(output, label) or len(sizes) < 2 or sizes[-1] <= RATIO.value * sizes[0]:
            continue
        ratio = sizes[-1] / sizes[0]
        missed = _missed(label, output.name, seen)
        weighted = plan.class_weight or output.weighted or len(sizes) >= VOCABULARY
        first = only_first_seen(label, plan)
        harmful = (learning.troubled or (plan.trained and missed > 0)) and not weighted and not first
        subject = f"Of the first {label.samples} labels, the" if first else "The"
        yield Found(
            where=output.name,
            message=f"{subject} largest class has {sizes[-1]} samples and the smallest {sizes[0]}, {ratio:.3g} times "
            "fewer" + (f"; {missed} rare classes are not recognised." if missed else "."),
            evidence={"ratio": ratio, "largest": sizes[-1], "smallest": sizes[0], "missed": missed},
            threshold=RATIO.value,
            remedy=_remedy(plan, label),
            severity="warning" if harmful else None,
            confidence=0.3 if first else 0.7 if ratio > STRONG.value or missed else 0.5,
            edits=() if weighted or has_positions(label) or len(outputs) > 1 else class_weights(label.class_counts),
        )


def _remedy(plan: Plan, label: Labels) -> str | None:
    """Returns what to change; None for the rule's own, which is for labels of one class a row without weights."""
    if plan.class_weight:
        return "Weights are given already; look whether they make up for it, or gather more of the rare classes."
    if has_positions(label):
        return (
            "Weigh the positions: `model.fit(..., sample_weight=np.take(weights, y))`, with a weight for each class. "
            "Keras takes `class_weight` only where a row has one class."
        )
    return None


def _missed(label: Labels, name: str, seen: Evaluation | None) -> int:
    """Returns how many rare classes a model that recognises the commonest one does not."""
    largest = max(count for _, count in label.class_counts)
    sizes = dict(label.class_counts)
    for output in seen.outputs if seen else ():
        if output.name != name or output.task not in ("classes", "binary"):
            continue
        return sum(recall < MISSED and 0 < RATIO.value * sizes.get(k, largest) < largest for k, recall in output.recall)
    return 0
