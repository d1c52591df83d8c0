"""KS208."""

import math
from collections.abc import Iterator, Sequence

from keras_stable.diagnosis.edit import Edit
from keras_stable.diagnosis.facts import Input, Layer, LayerOutput, Learning, Plan, Structure
from keras_stable.diagnosis.rule import Found, Threshold, rule

MEAN = Threshold(1.0, "Two samples of the same data differ by a tenth of it or less.")
SPREAD = Threshold(3.0, "Likewise; it is measured over the features that vary.")
FAR = Threshold(10.0, "Pixels from 0 to 255 against pixels from 0 to 1 are off by 255, whatever the model does.")


@rule(
    "KS208",
    "unadapted-normalization",
    remedy="Call `layer.adapt(x_train)` on the inputs that `fit` gets, before the model is built and compiled.",
    explains=(
        "unscaled-inputs",
        "learning-rate-too-low",
        "exploding-gradients",
        "vanishing-gradients",
        "zero-gradients",
        "dead-units",
        "saturated-activations",
        "identical-outputs",
        "feature-collapse",
        "unnormalized-features",
        "bad-initial-loss",
        "update-ratio",
        "prediction-collapse",
        "loss-not-decreasing",
        "diverging-loss",
        "oscillating-loss",
        "slow-convergence",
        "cannot-overfit-batch",
    ),
    thresholds={"mean": MEAN, "spread": SPREAD, "far": FAR},
    own=True,
)
def unadapted_normalization(
    structure: Structure,
    inputs: Sequence[Input],
    learning: Learning,
    plan: Plan,
    activations: Sequence[LayerOutput] = (),
) -> Iterator[Found]:
    """A Normalization layer was never adapted, or was adapted to other data.

    ## What it does

    Asks every `Normalization` layer whether it knows a mean and a variance, and measures what leaves those
    that take an input: it should have mean 0 and standard deviation 1 over the features that vary. Statistics
    that were given by hand may be off on purpose, so a moderate difference is advice where the model learns.
    A layer that was never adapted is advice where its input has unit scale already and the model learns; so is
    a `FeatureNormalization` before training, which a callback adapts when that begins.

    ## Why is this bad

    Without `adapt` the layer subtracts 0 and divides by 1: it looks like normalization, and does nothing. With
    the statistics of other data, such as pixels before they were divided by 255, it makes all inputs equal.

    ## Example

        model = keras.Sequential([keras.layers.Normalization(), keras.layers.Dense(1)])
        model.fit(x, y)

    ## Use instead

        scale = keras.layers.Normalization()
        scale.adapt(x)
        model = keras.Sequential([scale, keras.layers.Dense(1)])
        model.fit(x, y)
    """
    measured = {layer.path: layer for layer in activations}
    sources = {data.name: data for data in inputs}
    for layer in structure.layers:
        if layer.adapted is False:
            later = layer.kind != "Normalization" and not plan.trained
            yield _never(layer, measured.get(layer.path), learning, later)
        elif layer.adapted and layer.kind == "Normalization" and layer.path in measured:
            source = next((sources[name] for name in layer.inputs if name in sources), None)
            if source is not None:
                yield from _other_data(layer, measured[layer.path], source, learning)


def _never(layer: Layer, output: LayerOutput | None, learning: Learning, later: bool) -> Found:
    size = math.nan if output is None else math.hypot(output.mean, output.std)
    unit = 1 / FAR.value <= size <= FAR.value
    return Found(
        where=layer.path,
        message=f"{layer.path} was never adapted: it hands its input on as it is.",
        evidence={"root_mean_square": size},
        severity="advice" if later or (unit and learning.healthy) else None,
        confidence=0.5 if unit else 0.95,
        edits=_edits(layer),
    )


def _edits(layer: Layer) -> tuple[Edit, ...]:
    return (Edit("call", f"layer:{layer.path}", "adapt", "x"),)


def _other_data(layer: Layer, output: LayerOutput, source: Input, learning: Learning) -> Iterator[Found]:
    varying = 1 - source.constant_features / source.features if source.features else 1.0
    if layer.config.get("invert") or varying <= 0:
        return
    std = output.std / math.sqrt(varying)
    ratio = max(std, 1 / std) if std > 0 else math.inf if std == 0 else math.nan
    if not (abs(output.mean) > MEAN.value or ratio > SPREAD.value):
        return
    far = ratio > FAR.value or abs(output.mean) > FAR.value
    yield Found(
        where=layer.path,
        message=f"What leaves {layer.path} has mean {output.mean:.3g} and standard deviation {std:.3g} on this data, "
        "instead of 0 and 1.",
        evidence={"mean": output.mean, "std": std},
        threshold=SPREAD.value if ratio > SPREAD.value else MEAN.value,
        severity="advice" if learning.healthy and not far else "warning",
        confidence=0.9 if far else 0.6,
        edits=_edits(layer),
    )
