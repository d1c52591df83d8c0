"""KS107."""

from collections.abc import Iterator, Sequence
from statistics import median

from keras_stable.diagnosis.facts import History, Labels, Learning, Output, Plan
from keras_stable.diagnosis.progress import gained, noise_of
from keras_stable.diagnosis.rule import Found, Threshold, rule
from keras_stable.diagnosis.rules.data._tasks import classifies, counts, only_first_seen, paired

FEW = Threshold(20.0, "The case this project began with, 50 classes of 10, could be memorised and not generalised.")
VERY_FEW = Threshold(5.0, "Below, hardly any split leaves a class both training and validation samples.")

MANY_CLASSES = 5  # with fewer, a toy set that holds every possible input is common
TRUTH_TABLE = 16  # samples up to which such a set may be all there is
GAP = 0.2  # accuracy that validation falls behind training
WORSE = 1.0  # rise from training to validation, over what training left to gain, where accuracy was not logged


@rule(
    "KS107",
    "few-samples-per-class",
    severity="advice",
    remedy="Collect more samples, add augmentation layers such as `keras.layers.RandomRotation(0.05)`, or start from "
    "a pretrained encoder.",
    explains=("noisy-gradient", "overfitting", "prediction-collapse", "never-predicted-class"),
    thresholds={"few": FEW, "very_few": VERY_FEW},
)
def few_samples_per_class(
    labels: Sequence[Labels],
    outputs: Sequence[Output],
    plan: Plan,
    learning: Learning,
    history: History | None = None,
) -> Iterator[Found]:
    """A typical class has too few samples to learn it from.

    ## What it does

    Takes the median over the classes of their samples. It is a warning when the model does not learn, or when
    validation is far worse than training, and there are at least five classes; else it is advice. A few
    samples that may be all the possible ones, such as a truth table, are left alone, and so is a stream of
    unknown length that was not read to its end.

    ## Why is this bad

    A model with more weights than samples memorises a handful of them, and has seen too little of a class to
    know it again. The gradient of a batch then depends on which few samples are in it.

    ## Example

        model.fit(x, y, validation_split=0.2)  # 50 classes, 10 samples of each

    ## Use instead

        model = keras.Sequential([keras.layers.RandomRotation(0.05), keras.layers.RandomTranslation(0.1, 0.1), model])
        model.compile(optimizer, loss)
        model.fit(x, y, validation_split=0.2)
    """
    apart = history is not None and _apart(history)
    for output, label in paired(outputs, labels):
        sizes = counts(label)
        unknown = only_first_seen(label, plan) and plan.samples is None
        if not classifies(output, label) or len(sizes) < 2 or unknown:
            continue
        examined = plan.samples / label.samples if plan.samples and plan.samples > label.samples > 0 else 1.0
        typical = median(sizes) * examined
        few_classes = len(sizes) < MANY_CLASSES
        if typical >= FEW.value or (few_classes and label.samples <= TRUTH_TABLE and not apart):
            continue
        harmful = apart or (not few_classes and (learning.troubled or typical < VERY_FEW.value))
        yield Found(
            where=output.name,
            message=f"A typical one of {len(sizes)} classes has {typical:.0f} samples"
            + (", and validation is far worse than training." if apart else "."),
            evidence={"classes": len(sizes), "median_samples": typical, "smallest": sizes[0] * examined},
            threshold=VERY_FEW.value if typical < VERY_FEW.value else FEW.value,
            severity="warning" if harmful else None,
            confidence=0.75 if apart else 0.5,
        )


def _apart(history: History) -> bool:
    """Returns whether validation ended far behind training."""
    if history.accuracy and history.val_accuracy:
        return history.accuracy[-1] - history.val_accuracy[-1] > GAP
    if history.loss and history.val_loss:
        noise = noise_of(history.loss)
        return gained(history.loss[-1], history.val_loss[-1], history.floor, noise) < -WORSE
    return False
