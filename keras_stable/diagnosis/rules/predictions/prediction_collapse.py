"""KS501."""

import math
from collections.abc import Iterator, Sequence

from keras_stable.diagnosis.facts import Evaluation, Learning, Plan, Probe
from keras_stable.diagnosis.rule import Found, Severity, Threshold, rule
from keras_stable.diagnosis.rules.predictions._after import after_training

SHARE = Threshold(0.5, "Effective predicted classes over the labels' own. Sound classifiers stay above 0.8.")
FEW = Threshold(0.25, "The same for a model that learns. One of many classes is at first learnt before the others.")
BALANCED = Threshold(0.8, "Labels' effective classes over their number. Rare classes are rightly predicted less.")


@rule(
    "KS501",
    "prediction-collapse",
    remedy="Look for what keeps the model from telling samples apart: the scale of the inputs, the learning rate, "
    "the pair of loss and last activation, dead units. `keras_stable.metrics.PredictionDiversity` shows it in `fit`.",
    explains=("never-predicted-class",),
    thresholds={"share": SHARE, "few": FEW, "balanced": BALANCED},
    own=True,
)
def prediction_collapse(
    plan: Plan, learning: Learning, evaluation: Evaluation | None = None, probe: Probe | None = None
) -> Iterator[Found]:
    """The model answers with few of the classes, whatever it is shown.

    ## What it does

    Counts the classes that are predicted for the samples. Effective classes are exp(entropy) of their shares: 10
    for ten classes in equal shares, 1 for one class always. A trained model is judged as it is, one before
    training after a short training, and only if it does not learn.

    ## Why is this bad

    The loss may fall and the accuracy still stay at the share of the commonest class. What is predicted shows
    earlier than the accuracy that the features of different samples have become the same.

    ## Example

        model.predict(x).argmax(-1)  # 7, 7, 7, 3, 7, 7, ...

    ## Use instead

        diversity = keras_stable.metrics.PredictionDiversity(num_classes)
        model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy", diversity])
    """
    for output in after_training(plan, learning, probe, evaluation).outputs:
        predicted, labels = effective(output.predicted_counts), effective(output.label_counts)
        classes = sum(count > 0 for _, count in output.label_counts)
        if not predicted <= SHARE.value * labels + 0.05 or classes < 2:
            continue
        samples = sum(count for _, count in output.predicted_counts)
        distinct = sum(count > 0 for _, count in output.predicted_counts)
        top = max(count for _, count in output.predicted_counts) / samples
        yield Found(
            output.name,
            f"{distinct} of {classes} classes are predicted for {samples} samples, {top:.0%} of them the same one.",
            {
                "classes_predicted": distinct,
                "classes": classes,
                "effective_classes": predicted,
                "effective_classes_of_labels": labels,
                "top_class_share": top,
            },
            SHARE.value * labels,
            severity=_severity(learning, predicted / labels, labels / classes),
            confidence=0.45,
        )


def effective(counts: Sequence[tuple[int, int]]) -> float:
    """Returns exp(entropy) of shares; NaN where nothing was counted.

    >>> round(effective([(0, 50), (1, 50), (2, 0)]), 6)
    2.0
    """
    total = sum(count for _, count in counts)
    if total == 0:
        return math.nan
    shares = [count / total for _, count in counts if count > 0]
    return math.exp(-sum(share * math.log(share) for share in shares))


def _severity(learning: Learning, share: float, balance: float) -> Severity:
    if not learning.healthy:
        return "warning"
    return "warning" if share <= FEW.value and balance >= BALANCED.value else "advice"
