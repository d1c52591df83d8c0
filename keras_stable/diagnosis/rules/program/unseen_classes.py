"""KS718."""

from collections.abc import Iterator, Sequence

from keras_stable.diagnosis.edit import Edit
from keras_stable.diagnosis.facts import ClassContrast, Contrast, Labels, Output, Transfer
from keras_stable.diagnosis.rule import Found, Skip, Threshold, rule
from keras_stable.diagnosis.rules.data._tasks import classifies, paired

CHANCE = Threshold(1e-4, "Probability that a random split puts all rows of these classes into validation.")
SHARE = Threshold(0.02, "Share of the validation rows. Below, rare classes cost the figures of validation nothing.")
FEW = Threshold(0.5, "Share of the classes of training that the end of sorted rows has; a random part has nearly all.")
RENAMED = Threshold(
    0.3, "Accuracy of a simple predictor on validation that renaming the classes gains. By chance it gains 0.1."
)

_ORDER = "np.random.default_rng(0).permutation(len(x))"
_SHUFFLE = (
    f"Shuffle before you split: `order = {_ORDER}`, then `x[order], y[order]`, or `train_test_split(x, y, "
    "test_size=0.2, stratify=y)`; `validation_split` takes the last rows as they stand."
)
_CERTAIN = 5.0  # standard errors


@rule(
    "KS718",
    "unseen-classes",
    remedy="Shuffle before you split: `train_test_split(x, y, test_size=0.2, stratify=y)`; `validation_split` takes "
    "the last rows as they stand.",
    explains=(
        "class-imbalance",
        "few-samples-per-class",
        "never-predicted-class",
        "prediction-collapse",
        "validation-inputs-differ",
        "overfitting",
        "oscillating-loss",
    ),
    thresholds={"chance": CHANCE, "share": SHARE, "few": FEW, "renamed": RENAMED},
    own=True,
)
def unseen_classes(
    contrast: Contrast, labels: Sequence[Labels], outputs: Sequence[Output], answered: Transfer | None = None
) -> Iterator[Found]:
    """Validation has classes that training never shows, or the classes have other numbers there.

    ## What it does

    Compares the classes of the labels in training and validation. A class that is missing counts where a random
    split would hardly have put all of its rows into validation. Ids that are all larger by one are told apart. And a
    simple predictor that was made from training rows is asked about validation rows, and after training the model
    itself: where it confuses the classes in a way that one renaming mends, judged on rows that the renaming was not
    made from, the numbers differ.

    ## Why is this bad

    No model can name a class that it never saw, nor one whose number means another. The validation accuracy stays
    near 0 while training goes well, whatever is changed in the model.

    ## Example

        model.fit(x, y, validation_split=0.2)  # rows sorted by class: the last classes are never trained on

    ## Use instead

        order = np.random.default_rng(0).permutation(len(x))
        model.fit(x[order], y[order], validation_split=0.2)
    """
    if not contrast.classes:
        raise Skip("no output has classes to compare")
    named = {output.name for output, label in paired(outputs, labels) if classifies(output, label)}
    seen = [item for item in contrast.classes if item.output in named or len(contrast.classes) == len(outputs) == 1]
    found = [item for output in seen if named and (item := _unseen(output, contrast.split)) is not None]
    yield from found
    if not found and named:
        simple = list(_other_names(contrast.transfer, "a simple predictor made from training rows"))
        yield from simple or _other_names(answered, "the trained model")


def _unseen(classes: ClassContrast, split: bool) -> Found | None:
    rows = sum(count for _, count in classes.unseen)
    if split and classes.ordered and classes.validation_classes < FEW.value * classes.classes and not rows:
        return Found(
            where="data",
            message="`validation_split` took the last rows, which are sorted: validation has "
            f"{classes.validation_classes} of the {classes.classes} classes of training.",
            evidence={"validation_classes": classes.validation_classes, "classes": classes.classes},
            threshold=FEW.value,
            remedy=_SHUFFLE,
            confidence=0.9,
            edits=_shuffled(),
        )
    if not classes.unseen or not classes.chance < CHANCE.value or rows < SHARE.value * classes.validation_samples:
        return None
    if classes.classes < 2 and not classes.ordered and not split:
        return None  # one class alone is trained on purpose, as for what is unlike it
    names = ", ".join(str(k) for k, _ in classes.unseen[:5]) + (", ..." if len(classes.unseen) > 5 else "")
    text = f"{rows} of {classes.validation_samples} validation rows are of classes that training never shows: {names}"
    remedy, edits = None, tuple[Edit, ...]()
    if classes.moved:
        larger = "larger" if classes.moved > 0 else "smaller"
        text += f". All ids of validation are {larger} by {abs(classes.moved)}"
        remedy = f"Number the classes alike: `y_val {'-' if classes.moved > 0 else '+'} {abs(classes.moved)}`, by one "
        remedy += "mapping that is made from the training labels and used for both."
        moved = f"(validation_data[0], validation_data[1] {'-' if classes.moved > 0 else '+'} {abs(classes.moved)})"
        edits = (Edit("transform_data", "data", "validation_data", moved),)
    elif split:
        remedy, edits = _SHUFFLE, _shuffled()
        text += "; `validation_split` took the last rows" + (", which are sorted" if classes.ordered else "")
    return Found(
        where="data",
        message=text + ".",
        evidence={"rows": rows, "unseen": len(classes.unseen), "classes": classes.classes, "chance": classes.chance},
        threshold=CHANCE.value,
        remedy=remedy,
        confidence=0.95,
        edits=edits,
    )


def _shuffled() -> tuple[Edit, ...]:
    """Returns the edits that bring all rows into one random order."""
    return tuple(Edit("transform_data", "data", name, f"{name}[{_ORDER}]") for name in ("x", "y"))


def _other_names(transfer: Transfer | None, who: str) -> Iterator[Found]:
    if transfer is None or not transfer.is_renamed:
        return
    gain = transfer.renamed - transfer.validation
    if gain <= RENAMED.value or gain <= _CERTAIN * transfer.uncertainty:
        return
    pairs = ", ".join(f"{one} is {other}" for one, other in transfer.names[:5])
    yield Found(
        where="data",
        message=f"The classes of validation have other numbers: {who} is right in "
        f"{transfer.validation:.0%} of them, and in {transfer.renamed:.0%} once they are renamed ({pairs}).",
        evidence={
            "validation": transfer.validation,
            "renamed": transfer.renamed,
            "kept_back": transfer.kept_back,
            "names": len(transfer.names),
        },
        threshold=RENAMED.value,
        remedy="Number the classes by one mapping: `names = sorted(set(train_labels))`, used for both; give "
        "`class_names=names` to `image_dataset_from_directory`.",
        confidence=0.9,
    )
