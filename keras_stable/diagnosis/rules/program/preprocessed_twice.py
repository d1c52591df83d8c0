"""KS717."""

import math
from collections.abc import Iterator, Sequence

from keras_stable.diagnosis.edit import Edit
from keras_stable.diagnosis.facts import FrozenStatistics, Input, Layer, Learning, Structure
from keras_stable.diagnosis.rule import Found, Skip, Threshold, rule

SQUEEZED = Threshold(20.0, "By how much a layer divides inputs that have unit scale already: 1 / 255 does by 255.")
SPREAD = Threshold(0.05, "Standard deviation of what is left; pictures in [0, 1] have 0.2 to 0.3.")
SHIFTED = Threshold(3.0, "Moving standard deviations off: other pictures of a kind differ by less than 1.")
TENTH = Threshold(0.1, "Ratio of a spread to that of the data of the statistics, or its inverse.")

UNIT = 3.0  # the largest value of inputs that were scaled before: 0 to 1, -1 to 1, or standardized pictures

_MOVE = frozenset({"RandomFlip", "RandomRotation", "RandomZoom", "RandomTranslation", "RandomCrop", "Resizing"})


@rule(
    "KS717",
    "preprocessed-twice",
    remedy="Scale once: give the model raw pixels where a `Rescaling` or `include_preprocessing` is inside, or take it "
    "out.",
    explains=(
        "unscaled-inputs",
        "unadapted-normalization",
        "initializer-mismatch",
        "identical-outputs",
        "feature-collapse",
        "unnormalized-features",
        "dead-units",
        "saturated-activations",
        "vanishing-gradients",
        "exploding-gradients",
        "zero-gradients",
        "update-ratio",
        "learning-rate-too-low",
        "learning-rate-too-high",
        "train-inference-mismatch",
        "bad-initial-loss",
        "prediction-collapse",
        "never-predicted-class",
        "loss-not-decreasing",
        "oscillating-loss",
        "slow-convergence",
        "overfitting",
        "cannot-overfit-batch",
        "input-independent-loss",
    ),
    thresholds={"squeezed": SQUEEZED, "spread": SPREAD, "shifted": SHIFTED, "tenth": TENTH},
    own=True,
)
def preprocessed_twice(
    inputs: Sequence[Input],
    structure: Structure,
    learning: Learning,
    frozen_statistics: Sequence[FrozenStatistics] = (),
) -> Iterator[Found]:
    """Inputs are scaled a second time inside the model, or otherwise than the network was trained on.

    ## What it does

    Compares the inputs with what enters the first layer that learns: values of unit scale that a `Rescaling` divides
    again hardly differ any more. Where a frozen network has batch normalizations, their moving statistics tell the
    data that it was trained on, and what arrives at the first of them is compared with it, channel by channel.

    ## Why is this bad

    After dividing by 255 twice all pictures are next to the same constant. A pretrained network computes its
    features from inputs of one range; from another it gives features that mean nothing, or the same for every
    picture, and nothing behind it can learn from that. Several networks of `keras.applications` scale inside.

    ## Example

        x = images / 255.0
        model = keras.Sequential([keras.layers.Rescaling(1 / 255), keras.layers.Conv2D(32, 3)])

    ## Use instead

        x = images
        model = keras.Sequential([keras.layers.Rescaling(1 / 255), keras.layers.Conv2D(32, 3)])

    ## References

    keras.io, `keras.applications`, note on `preprocess_input` of each network.
    """
    if not inputs:
        raise Skip("the model has no inputs")
    for data in inputs:
        way = _before_learnt(structure, data.name)
        if _scales(way) and _is_squeezed(data):
            yield _squeezed(data, next((layer for layer in way if layer.kind not in _MOVE), None))
            return
    first = next((layer for layer in frozen_statistics if layer.first), None)
    if first is None or not _is_foreign(first):
        return
    solved = learning.source != "probe" and learning.has_learnt
    yield Found(
        where=first.layer,
        message=f"What enters {first.layer}, the first frozen batch normalization, is {first.shift:.3g} standard "
        f"deviations off its moving means and has {first.spread:.3g} times their spread: the frozen network was "
        "trained on inputs of another scale.",
        evidence={"shift": first.shift, "spread": first.spread, "channels": first.channels},
        threshold=SHIFTED.value,
        remedy="Prepare the inputs as those that the frozen network was trained on, once: its own `preprocess_input`, "
        "or raw pixels where it scales them inside.",
        severity="advice" if solved else "warning",
        confidence=0.95,
    )


def _before_learnt(structure: Structure, name: str) -> list[Layer]:
    """Returns the layers that an input goes through, one after the other, before the first that learns."""
    way: list[Layer] = []
    while True:
        behind = structure.consumers(way[-1].path if way else name)
        if len(behind) != 1 or behind[0].role == "learnt" or behind[0] in way:
            return way
        way.append(behind[0])


def _scales(way: Sequence[Layer]) -> bool:
    """Returns whether a scaling is all that can have taken the spread: no mean over places, no adapted layer alone."""
    kinds = {layer.kind for layer in way}
    if any(layer.role in ("pooling", "merge") for layer in way):
        return False
    return "Normalization" not in kinds or "Rescaling" in kinds


def _is_squeezed(data: Input) -> bool:
    largest = max(abs(data.minimum), abs(data.maximum))
    if data.consumer in ("", "Embedding") or not largest <= UNIT or not data.std > SPREAD.value:
        return False
    return data.entering_std < SPREAD.value and data.std > SQUEEZED.value * data.entering_std


def _squeezed(data: Input, scaler: Layer | None) -> Found:
    what = f"{scaler.path} ({scaler.kind})" if scaler is not None else "the model"
    cure = f"Take out {scaler.path}" if scaler is not None else "Take the scaling out of the model"
    return Found(
        where=scaler.path if scaler is not None else data.name,
        message=f"{data.name} lies in {data.minimum:.3g} to {data.maximum:.3g} already, and {what} scales it again: "
        f"what enters the first learnt layer has a mean of {data.entering_mean:.3g} and a standard deviation of "
        f"{data.entering_std:.2g}.",
        evidence={
            "minimum": data.minimum,
            "maximum": data.maximum,
            "std": data.std,
            "entering_mean": data.entering_mean,
            "entering_std": data.entering_std,
        },
        threshold=SPREAD.value,
        remedy=f"{cure}, or give the model the raw values, without scaling them before.",
        confidence=0.97,
        edits=(Edit("remove", f"layer:{scaler.path}"),) if scaler is not None else (),
    )


def _is_foreign(layer: FrozenStatistics) -> bool:
    if math.isnan(layer.shift) or math.isnan(layer.spread):
        return False
    return layer.shift > SHIFTED.value or not TENTH.value < layer.spread < 1 / TENTH.value
