"""KS721."""

import math
from collections.abc import Iterator

from keras_stable.diagnosis.edit import Edit
from keras_stable.diagnosis.facts import Contrast, TargetContrast
from keras_stable.diagnosis.rule import Found, Skip, Threshold, rule

SHIFT = Threshold(1.0, "Difference of the means in standard deviations. Means of 20 random rows differ by 0.7.")
SCALE = Threshold(2.0, "Ratio of the standard deviations, to either side. Those of 20 random rows differ by 1.8.")
COPIED = Threshold(0.95, "Share of the rows whose target is the input itself, in one of the two; in the other none is.")
USUAL = Threshold(
    2.0, "Times that parts of training, in their order, differ from the whole: a series that drifts does."
)

_MATCHED = (
    "(validation_data[0], (validation_data[1] - validation_data[1].mean(0)) "
    "* (y.std(0) / validation_data[1].std(0)) + y.mean(0), *validation_data[2:])"
)
_CERTAIN = 5.0  # standard errors


@rule(
    "KS721",
    "validation-targets-differ",
    remedy="Prepare both by one function, with the figures of the training targets: "
    "`validation_data=(x_val, (y_val - y_train.mean()) / y_train.std())`.",
    explains=("overfitting", "oscillating-loss", "loss-spike"),
    thresholds={"shift": SHIFT, "scale": SCALE, "usual": USUAL, "copied": COPIED},
    own=True,
)
def validation_targets_differ(contrast: Contrast) -> Iterator[Found]:
    """The targets of validation are on another scale than those of training, or belong to another output.

    ## What it does

    Compares the mean and the standard deviation of the numbers that each output is to give. They differ where the mean
    moved by a standard deviation beyond doubt, or the spread doubled, and both by twice as much as quarters of the
    training rows differ from the whole. Of several outputs it looks whether each has the numbers of another one, and of
    targets of the shape of an input whether they are that input in training alone.

    ## Why is this bad

    Training goes well, and the validation loss says that nothing was learnt, or is a hundred times as high. Early
    stopping, the choice of the best epoch and a falling rate go by it.

    ## Example

        model.fit(x, (y - y.mean()) / y.std(), validation_data=(x_val, y_val))

    ## Use instead

        mean, std = y.mean(), y.std()
        model.fit(x, (y - mean) / std, validation_data=(x_val, (y_val - mean) / std))
    """
    if contrast.copied > COPIED.value and contrast.validation_copied < 1 - COPIED.value:
        yield _copied(contrast)
        return
    if not contrast.targets:
        raise Skip("no output has numbers to compare")
    for targets in contrast.targets:
        if targets.exchanged_with:
            yield _other_output(targets)
        elif _differs(targets):
            yield _other_scale(targets, len(contrast.targets) == 1)


def _copied(contrast: Contrast) -> Found:
    return Found(
        where="data",
        message=f"In training {contrast.copied:.0%} of the targets are the input itself, in validation "
        f"{contrast.validation_copied:.0%}: the model learns to give back what it gets.",
        evidence={"copied": contrast.copied, "validation_copied": contrast.validation_copied},
        threshold=COPIED.value,
        remedy="Keep the clean array before noise is added or anything is masked, and give it as the target in "
        "training as in validation: `model.fit(noisy, clean, validation_data=(noisy_val, clean_val))`.",
        confidence=0.95,
    )


def _differs(targets: TargetContrast) -> bool:
    shift = abs(targets.shift)
    moved = shift > max(SHIFT.value, USUAL.value * targets.usual_shift) and shift > _CERTAIN * targets.error
    if moved or not targets.scale > 0:
        return moved
    ratio = max(targets.scale, 1 / targets.scale)
    certain = math.log(ratio) > _CERTAIN * targets.scale_error
    return certain and ratio > max(SCALE.value, USUAL.value * targets.usual_scale)


def _other_scale(targets: TargetContrast, alone: bool) -> Found:
    return Found(
        where="validation_data",
        message=f"The targets of {targets.output} have a mean of {targets.mean:.3g} and a standard deviation of "
        f"{targets.std:.3g} in training, but of {targets.validation_mean:.3g} and {targets.validation_std:.3g} in "
        "validation.",
        evidence=_figures(targets),
        threshold=SHIFT.value,
        confidence=0.9,
        edits=(Edit("transform_data", "data", "validation_data", _MATCHED),) if alone else (),
    )


def _other_output(targets: TargetContrast) -> Found:
    return Found(
        where="validation_data",
        message=f"The validation targets of {targets.output} are those of {targets.exchanged_with}: their mean is "
        f"{targets.validation_mean:.3g}, where that of {targets.output} is {targets.mean:.3g} in training.",
        evidence=_figures(targets),
        threshold=SHIFT.value,
        remedy="Give the targets by name, so that no order matters: "
        f'`validation_data=(x_val, {{"{targets.output}": ..., "{targets.exchanged_with}": ...}})`.',
        confidence=0.95,
    )


def _figures(targets: TargetContrast) -> dict[str, float]:
    return {
        "mean": targets.mean,
        "std": targets.std,
        "validation_mean": targets.validation_mean,
        "validation_std": targets.validation_std,
        "shift": targets.shift,
        "scale": targets.scale,
    }
