"""KS113."""

from collections.abc import Iterator, Sequence

from keras_stable.diagnosis.facts import Learning, MissingCode
from keras_stable.diagnosis.rule import Found, Threshold, rule

FAR = Threshold(
    3.0, "Ranges of all other values between the number and the nearest of them. Measured values leave no such gap."
)


@rule(
    "KS113",
    "missing-codes",
    remedy="Turn the number into NaN when the data is read, fill it with the column's mean, and only then scale: "
    "`x = np.where(x == code, np.nan, x); x = np.where(np.isnan(x), np.nanmean(x, axis=0), x)`. One more column that "
    "says where it was missing keeps what that tells.",
    explains=(
        "unscaled-inputs",
        "misaligned-labels",
        "input-independent-loss",
        "exploding-gradients",
        "bad-initial-loss",
        "loss-not-decreasing",
        "slow-convergence",
        "oscillating-loss",
        "loss-spike",
        "cannot-overfit-batch",
        "identical-outputs",
        "feature-collapse",
        "dead-units",
        "saturated-activations",
        "prediction-collapse",
        "never-predicted-class",
        "learning-rate-too-low",
        "learning-rate-too-high",
        "noisy-gradient",
        "update-ratio",
        "overfitting",
    ),
    thresholds={"far": FAR},
    own=True,
)
def missing_codes(missing_codes: Sequence[MissingCode], learning: Learning) -> Iterator[Found]:
    """A number stands for missing values, such as -9999, and enters the model as if it were measured.

    ## What it does

    Looks in every column of tables and sequences for a smallest or largest number that comes again and again, in at
    most 60 % of the rows, and lies farther from all others than three times their range. It is a warning where the
    model does not learn, and advice where it does.

    ## Why is this bad

    The mean and the spread of the column are those of the number: once scaled, all measured values lie next to each
    other and tell nothing. Unscaled, its rows drown all others.

    ## Example

        x = table.fillna(-9999).to_numpy()
        x = (x - x.mean(0)) / x.std(0)

    ## Use instead

        x = table.fillna(table.mean()).to_numpy()
        x = (x - x.mean(0)) / x.std(0)
    """
    for code in missing_codes:
        more = f", and so do {code.columns - 1} other columns" if code.columns > 1 else ""
        yield Found(
            where=code.input,
            message=f"Column {code.column} of {code.input} has {code.value:.6g} in {code.share:.1%} of its rows, "
            f"{code.distance:.3g} times as far from all other values as these are apart{more}: it stands for something "
            "else, such as a missing value.",
            evidence={"column": code.column, "value": code.value, "share": code.share, "distance": code.distance},
            threshold=FAR.value,
            severity="warning" if learning.troubled else "advice",
            confidence=0.9,
        )
