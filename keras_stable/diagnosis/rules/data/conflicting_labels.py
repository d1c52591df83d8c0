"""KS108."""

from collections.abc import Iterator, Sequence

from keras_stable.diagnosis.facts import Duplicates, Labels, Learning, Output
from keras_stable.diagnosis.rule import Found, Threshold, rule
from keras_stable.diagnosis.rules.data._tasks import classifies, paired

SHARE = Threshold(
    0.05, "Tables of few integer columns repeat themselves; below, it does not keep a model from learning."
)
LOST = Threshold(0.5, "Share of rows that repeat an earlier one, above which the inputs lost what told rows apart.")
CERTAIN = Threshold(0.3, "Above, a third of the answers is out of reach, whatever the model.")


_REMEDY_LOST = (
    "Look at a few rows of x: what told them apart is lost, as by whole numbers after a division (`x / 255` kept as "
    "uint8), a short vocabulary, or clipping. If they are as they should be, x and y were shuffled apart."
)


@rule(
    "KS108",
    "conflicting-labels",
    severity="advice",
    remedy="Look at these rows: were x and y shuffled together, with `order = rng.permutation(len(x))` used for both?",
    explains=(
        "prediction-collapse",
        "never-predicted-class",
        "loss-not-decreasing",
        "slow-convergence",
        "cannot-overfit-batch",
        "overfitting",
        "input-independent-loss",
        "identical-outputs",
        "train-validation-leak",
        "learning-rate-too-low",
    ),
    thresholds={"share": SHARE, "certain": CERTAIN, "lost": LOST},
)
def conflicting_labels(
    duplicates: Duplicates, labels: Sequence[Labels], outputs: Sequence[Output], learning: Learning
) -> Iterator[Found]:
    """The same input occurs with different labels.

    ## What it does

    Compares a hash of every row's inputs with those of the rows before, and counts those with another label.
    It is a warning when more than 5 % conflict and the model does not learn. In a regression, where repeated
    measurements differ by nature, and where the model learns, it is advice. Where most rows repeat an earlier one, the
    inputs are what to look at: a cast to integers or a short vocabulary makes different rows the same.

    ## Why is this bad

    No model can give two answers to one input: the conflicts bound the accuracy. Many of them mean that the
    labels belong to other rows, for instance because x was shuffled and y was not.

    ## Example

        rng.shuffle(x)  # y keeps its order
        model.fit(x, y)

    ## Use instead

        order = rng.permutation(len(x))
        model.fit(x[order], y[order])
    """
    if duplicates.samples < 1 or duplicates.conflicting < 1:
        return
    share = duplicates.conflicting / duplicates.samples
    classes = any(classifies(output, label) for output, label in paired(outputs, labels))
    lost = classes and duplicates.repeated > LOST.value * duplicates.samples
    different = f" Only {duplicates.samples - duplicates.repeated} inputs are different." if lost else ""
    pairs = ", ".join(f"{row} and {earlier}" for row, earlier in duplicates.conflicting_rows[:3])
    yield Found(
        where="data",
        message=f"{duplicates.conflicting} of {duplicates.samples} rows repeat an earlier input with another label"
        + (f", such as rows {pairs}." if pairs else ".")
        + different,
        evidence={"conflicting": duplicates.conflicting, "repeated": duplicates.repeated, "share": share},
        threshold=SHARE.value,
        remedy=_REMEDY_LOST if lost else None,
        severity="warning" if classes and learning.troubled and share > SHARE.value else None,
        confidence=0.85 if share > CERTAIN.value else 0.6,
    )
