"""KS703."""

import math
from collections.abc import Iterator, Sequence

from keras_stable.diagnosis.facts import Contrast, FeatureContrast, History, InputContrast, Transfer, WordContrast
from keras_stable.diagnosis.rule import Found, Skip, Threshold, rule
from keras_stable.diagnosis.rules._edits import matched, validation_inputs

MOST = Threshold(
    0.5,
    "Share of the features that are shifted by a standard deviation or scaled by 1.8: what is prepared otherwise is.",
)
EXTREME = Threshold(10.0, "Standard deviations, or ratio, from which on one feature alone is of another unit.")
UNKNOWN = Threshold(0.2, "Share of unknown words above that of training rows kept back. Other topics make less.")
DISTANCE = Threshold(0.5, "Total variation of the words. Two topics of the same language are 0.3 apart.")
PADDED = Threshold(0.3, "Share of the rows whose padding stands at the other end.")
LOST = Threshold(
    0.3,
    "Accuracy of a simple predictor on training rows kept back above that of guessing, all of which validation loses.",
)

KEPT = Threshold(
    0.5,
    "Share of what ids say of labels and of each other that is kept, by 3 standard errors. Other topics keep 0.9.",
)

_CERTAIN = 5.0  # standard errors
_SURE = 3.0  # standard errors of what is kept
_TIMES = 2.0  # that words differ more than between halves of training
_VOCABULARY = (
    "Make the vocabulary once, from the training texts, and use it for both: `vectorize.adapt(train_text)`, then "
    "`vectorize(val_text)`; no second `fit_on_texts`."
)


@rule(
    "KS703",
    "validation-inputs-differ",
    remedy="Prepare both by one function: `validation_data=(prepare(x_val), y_val)` with the `prepare` that made the "
    "training inputs; better, put `Rescaling`, `Normalization` or `TextVectorization` into the model.",
    explains=(
        "overfitting",
        "oscillating-loss",
        "loss-spike",
        "train-inference-mismatch",
        "lagging-statistics",
    ),
    thresholds={
        "most": MOST,
        "extreme": EXTREME,
        "unknown": UNKNOWN,
        "distance": DISTANCE,
        "padded": PADDED,
        "lost": LOST,
        "kept": KEPT,
    },
    own=True,
)
def validation_inputs_differ(contrast: Contrast, history: History | None = None) -> Iterator[Found]:
    """The inputs of validation are prepared otherwise than those of training.

    ## What it does

    Compares the mean and the spread of each feature, or channel, by standard errors in which a row counts as one
    observation, after the training rows are weighted to the classes of validation. A feature differs where it moved
    by a standard deviation or swelled by 1.8, beyond doubt, and twice as much as parts of training differ from the
    whole, so that drifting series do not count. Half of the features must differ, or one by ten times. It also looks
    whether the channels fit in another order, at words that training does not know, at ids that say other things of
    the labels and of each other than they do in training, at the side of the padding, and whether what tells the
    classes of training rows that were kept back tells those of validation rows by chance only.

    ## Why is this bad

    The model is asked about inputs that it never saw. Training looks fine, the validation loss is many times as
    high, and early stopping and the choice of the best epoch go by a figure that says nothing about the model.

    ## Example

        model.fit(x_train / 255, y_train, validation_data=(x_val, y_val))

    ## Use instead

        model.fit(x_train / 255, y_train, validation_data=(x_val / 255, y_val))

    ## References

    Rabanser, Guennemann and Lipton (2019), Failing Loudly: An Empirical Study of Methods for Detecting Dataset Shift.
    """
    found = [item for data in contrast.inputs if (item := _input(data, len(contrast.inputs) == 1)) is not None]
    yield from found
    if not found and not any(output.unseen for output in contrast.classes):
        yield from _lost(contrast.transfer, history)
    if not contrast.inputs:
        raise Skip("no inputs could be compared")


def _input(data: InputContrast, alone: bool) -> Found | None:
    if data.words is not None:
        return _words(data.name, data.words)
    if data.channels:
        order = ", ".join(map(str, data.channels))
        return Found(
            where=data.name,
            message=f"The channels of validation fit those of training in another order: {order}.",
            evidence={"channels": len(data.channels)},
            remedy="Read both as RGB: OpenCV gives BGR, so `cv2.cvtColor(image, cv2.COLOR_BGR2RGB)` for all of them.",
            confidence=0.85,
            edits=validation_inputs(f"validation_data[0][..., {[*data.channels]}]") if alone else (),
        )
    worst = data.worst
    if worst is None or not data.features:
        return None
    share = data.differing / data.features
    extreme = abs(worst.shift) > EXTREME.value or worst.scale > EXTREME.value
    if share < MOST.value and not extreme:
        return None
    return Found(
        where=data.name,
        message=_scales(data, worst),
        evidence={
            "mean": worst.mean,
            "std": worst.std,
            "validation_mean": worst.validation_mean,
            "validation_std": worst.validation_std,
            "shift": worst.shift,
            "scale": worst.scale,
            "differing": data.differing,
            "features": data.features,
        },
        threshold=MOST.value,
        confidence=0.95 if extreme else 0.85,
        edits=validation_inputs(matched("validation_data[0]", "x")) if alone else (),
    )


def _scales(data: InputContrast, worst: FeatureContrast) -> str:
    several = (
        f"{data.differing} of {data.features} features of {data.name} are on another scale in validation: feature "
    )
    subject = f"{several}{worst.index} has" if data.features > 1 else f"The values of {data.name} have"
    dtype = f" ({data.dtype})" if data.dtype != data.validation_dtype else ""
    other = f" ({data.validation_dtype})" if dtype else ""
    return (
        f"{subject} a mean of {worst.mean:.3g} and a standard deviation of {worst.std:.3g} in training{dtype}, but of "
        f"{worst.validation_mean:.3g} and {worst.validation_std:.3g} in validation{other}."
    )


def _words(name: str, words: WordContrast) -> Found | None:
    figures = {
        "unknown": words.unknown,
        "usual_unknown": words.usual_unknown,
        "distance": words.distance,
        "usual_distance": words.usual_distance,
        "commonest_share": words.commonest_share,
        "usual_share": words.usual_share,
    }
    strange = words.unknown - words.usual_unknown > UNKNOWN.value and words.unknown > _TIMES * words.usual_unknown
    apart = words.distance > DISTANCE.value and words.distance > _TIMES * words.usual_distance
    if strange or apart:
        known = f"{words.unknown:.0%} of the words of validation are not among those of training rows, where it is "
        often = f"{words.commonest_share:.0%} of the words of validation are {words.commonest!r}, where it is "
        text = f"{known}{words.usual_unknown:.0%}" if strange else f"{often}{words.usual_share:.0%}"
        return Found(
            where=name,
            message=f"{text} between training rows: {name} has another vocabulary.",
            evidence=figures,
            threshold=UNKNOWN.value if strange else DISTANCE.value,
            remedy=_VOCABULARY,
            confidence=0.9,
        )
    if _means_other_words(words):
        return _other_meaning(name, words, figures)
    sides = (words.starts - words.validation_starts, words.ends - words.validation_ends)
    if min(map(abs, sides)) > PADDED.value and sides[0] * sides[1] < 0:
        ends = ("end", "beginning") if sides[1] > 0 else ("beginning", "end")
        return Found(
            where=name,
            message=f"Training rows are padded at the {ends[0]}, validation rows at the {ends[1]}.",
            evidence={
                "starts": words.starts,
                "validation_starts": words.validation_starts,
                "ends": words.ends,
                "validation_ends": words.validation_ends,
            },
            threshold=PADDED.value,
            remedy='Pad both on one side: `pad_sequences(..., padding="post")`; its default is "pre".',
            confidence=0.9,
        )
    return None


def _means_other_words(words: WordContrast) -> bool:
    """Returns whether ids say other things of labels and of each other; where only labels do, these are other ones."""
    pairs = ((words.meaning, words.meaning_error), (words.company, words.company_error))
    known = [kept + _SURE * error for kept, error in pairs if not math.isnan(kept)]
    return bool(known) and max(known) < KEPT.value


def _other_meaning(name: str, words: WordContrast, figures: dict[str, float]) -> Found:
    by_labels = math.isnan(words.company)
    kept, of_what = (words.meaning, "the labels") if by_labels else (words.company, "which ids come with them")
    return Found(
        where=name,
        message=f"The ids of {name} are as many in validation as in training, but mean other words: of what they say "
        f"about {of_what} in training, {max(0.0, kept):.0%} holds in validation.",
        evidence={**figures, "meaning": words.meaning, "company": words.company},
        threshold=KEPT.value,
        remedy=_VOCABULARY,
        confidence=0.95,
    )


def _lost(transfer: Transfer | None, history: History | None) -> Iterator[Found]:
    if transfer is None:
        return
    doubt = _CERTAIN * transfer.uncertainty
    learnt = transfer.kept_back - transfer.chance > LOST.value
    nothing = transfer.validation - transfer.chance < 0.1 * (transfer.kept_back - transfer.chance)
    if not learnt or not nothing or transfer.kept_back - transfer.validation < doubt + LOST.value:
        return
    if transfer.is_renamed and transfer.renamed - transfer.validation > LOST.value:
        return  # other names of the classes explain it
    best: Sequence[float] = history.val_accuracy if history is not None else ()
    if best and max(best) > transfer.chance + 0.5 * (transfer.kept_back - transfer.chance):
        return
    yield Found(
        where="validation_data",
        message=f"A simple predictor made from training rows is right in {transfer.kept_back:.0%} of other training "
        f"rows, but in {transfer.validation:.0%} of the validation rows, where guessing is in {transfer.chance:.0%}: "
        "inputs and labels do not go together there as they do in training.",
        evidence={
            "kept_back": transfer.kept_back,
            "validation": transfer.validation,
            "chance": transfer.chance,
            "samples": transfer.samples,
        },
        threshold=LOST.value,
        remedy="Look whether validation inputs stand in the order of their labels, with columns, axes and values that "
        "are those of training: `x_train[0]` beside `x_val[0]`.",
        confidence=0.75,
    )
