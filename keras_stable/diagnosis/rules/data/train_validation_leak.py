"""KS109."""

from collections.abc import Iterator, Sequence

from keras_stable.diagnosis.edit import Edit
from keras_stable.diagnosis.facts import Duplicates, Input, Plan
from keras_stable.diagnosis.rule import Found, Threshold, rule

SHARE = Threshold(0.01, "Copies within well-kept data sets, such as CIFAR, stay below.")
NATURAL = Threshold(
    2.5, "Of rows drawn at random, at most about twice as many are in the training set as repeat in it."
)
COPIED = Threshold(0.2, "Share of the rows of one class that are repeated, where another has none: it was oversampled.")
TWINS = Threshold(0.05, "Share of repeated rows of measurements up to which they may be true twins.")
UNREPEATED = Threshold(0.01, "The same of that other class. What repeats itself by nature does so in the common class.")
UNSEEN = Threshold(3, "Repeated rows that training may have and not show: none in n leaves up to 3 / n, 95 % sure.")

RESHUFFLED = (
    "Split before you shuffle: `dataset.take(n).shuffle(n)` and `dataset.skip(n)`; or shuffle once, "
    "`shuffle(rows, reshuffle_each_iteration=False)`. Validation has other rows whenever it is read."
)

OVERSAMPLED = (
    "Split first, and repeat the rare class in the training rows only: `train_test_split(x, y, stratify=y)` before "
    "`np.repeat`, `resample` or SMOTE; or leave the rows as they are and give `class_weight`."
)

_NAMED, _ROWS = 3, 50
LEFT = 0.5  # share of the validation rows that has to be left, where the copies are taken out of them
FRESH = (
    "tuple(part[~np.isin([row.tobytes() for row in validation_data[0]], [row.tobytes() for row in x])] "
    "for part in validation_data)"
)


@rule(
    "KS109",
    "train-validation-leak",
    remedy="Split once, before any copying: `train_test_split(x, y, test_size=0.2)`, and drop copies, with `np.unique` "
    "or by `np.isin` of the rows' bytes.",
    explains=(),
    thresholds={
        "share": SHARE,
        "natural": NATURAL,
        "unseen": UNSEEN,
        "copied": COPIED,
        "unrepeated": UNREPEATED,
        "twins": TWINS,
    },
    own=True,
)
def train_validation_leak(
    duplicates: Duplicates, plan: Plan | None = None, inputs: Sequence[Input] = ()
) -> Iterator[Found]:
    """Validation rows that are also training rows.

    ## What it does

    Looks for the inputs of the validation rows among those of the training rows, by a hash. A table that
    repeats itself has the same rows on both sides by nature: it is a warning only when far more are shared
    than its training rows may repeat each other, by the share that does and what so many rows leave open. So a few
    true twins are advice, and so is a truth table that is validated on itself, as there are no other rows. Rows of
    measurements do not repeat themselves, and neither do those of one class alone: these were copied.
    Validation that has other rows when it is read once more was split off after a shuffle that is repeated.

    ## Why is this bad

    The validation figures then say how well the model remembers, not how well it knows. Early stopping, the
    choice of the best epoch and every comparison rest on them.

    ## Example

        model.fit(x, y, validation_data=(x[:200], y[:200]))

    ## Use instead

        model.fit(x[200:], y[200:], validation_data=(x[:200], y[:200]))

    ## References

    Hanley and Lippman-Hand (1983), If nothing goes wrong, is everything all right?
    """
    if duplicates.validation_samples < 1 or duplicates.samples < 1:
        return
    share = duplicates.leaked / duplicates.validation_samples
    if share <= SHARE.value:
        return
    repeated = duplicates.repeated / duplicates.samples
    oversampled = _is_oversampled(duplicates)
    copied = oversampled or (duplicates.measured and repeated > TWINS.value)
    natural = not copied and share <= NATURAL.value * (duplicates.repeated + UNSEEN.value) / duplicates.samples
    rows = ", ".join(map(str, duplicates.leaked_rows[:_NAMED]))
    yield Found(
        where="data",
        message=f"{duplicates.leaked} of {duplicates.validation_samples} validation rows are also training rows"
        + (f", such as rows {rows}" if rows else "")
        + ("; training repeats the rows of one class only." if oversampled else "."),
        evidence={"leaked": duplicates.leaked, "share": share, "repeated_share": repeated},
        threshold=SHARE.value,
        remedy=RESHUFFLED if duplicates.validation_changes else OVERSAMPLED if copied else None,
        severity="advice" if natural else None,
        confidence=0.95 if duplicates.validation_changes else 0.9,
        edits=_fresh(share) if plan is not None and plan.kind == "arrays" and len(inputs) == 1 else (),
    )


def _fresh(share: float) -> tuple[Edit, ...]:
    """Returns the edit that takes the copies out of the validation rows; nothing where too few would be left."""
    return (Edit("transform_data", "data", "validation_data", FRESH),) if share <= 1 - LEFT else ()


def _is_oversampled(duplicates: Duplicates) -> bool:
    """Returns whether the rows of one class were repeated, and those of another that is as large were not."""
    shares = [repeated / rows for rows, repeated in duplicates.by_class if rows >= _ROWS]
    return len(shares) > 1 and max(shares) > COPIED.value and min(shares) <= UNREPEATED.value
