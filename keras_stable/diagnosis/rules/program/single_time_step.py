"""KS711."""

import math
from collections.abc import Iterator, Sequence

from keras_stable.diagnosis.edit import Edit
from keras_stable.diagnosis.facts import Axes, Input, TimeLayer
from keras_stable.diagnosis.rule import Found, Skip, Threshold, rule

SMOOTH = Threshold(0.8, "Correlation of neighbouring features that only the steps of a series have.")
ROUGH = Threshold(0.3, "Correlation of neighbouring steps below which they do not follow each other in time.")

_RECURRENT = ("recurrent", "backwards", "bidirectional")
_EXCHANGED = "x.transpose(0, 2, 1)"
_AT_ONCE = 4  # features that have neighbours enough to tell how they run


@rule(
    "KS711",
    "single-time-step",
    remedy="Give the layer [samples, steps, features]: `x.reshape(len(x), steps, features)`.",
    explains=(
        # A step alone says little of labels that its window would tell.
        "misaligned-labels",
        "disconnected-variables",
        "zero-gradients",
        "identical-outputs",
        "feature-collapse",
        "unnormalized-features",
        "loss-not-decreasing",
        "slow-convergence",
        "overfitting",
        "prediction-collapse",
        "never-predicted-class",
        "cannot-overfit-batch",
    ),
    thresholds={"smooth": SMOOTH, "rough": ROUGH},
    own=True,
)
def single_time_step(
    time_layers: Sequence[TimeLayer], axes: Sequence[Axes] = (), inputs: Sequence[Input] = ()
) -> Iterator[Found]:
    """A recurrent layer, a convolution over time or an attention gets a single step, or steps and features exchanged.

    ## What it does

    Reads the shape of what enters the layers that mix steps. With one step there is nothing to mix; a layer that
    carries its state from batch to batch, or is given one, is left alone. Of inputs with several steps it looks at
    which axis time runs along: neighbours in time are alike, and a window is the window before moved by one.

    ## Why is this bad

    Over one step a recurrent layer is a dense layer with gates: its recurrent weights never act, and the window that
    stands in the features is no sequence to it. With steps and features exchanged it reads one sensor after the
    other, and the time as if it were features.

    ## Example

        x = x.reshape(len(x), 1, window)
        model.add(keras.layers.LSTM(32))

    ## Use instead

        x = x.reshape(len(x), window, 1)
        model.add(keras.layers.LSTM(32))
    """
    if not time_layers:
        raise Skip("no layer mixes the steps of a sequence")
    names = {data.name for data in inputs}
    named = {layer.source for layer in time_layers if _is_single(layer)}
    for source in sorted(named):
        layer = next(layer for layer in time_layers if layer.source == source and _is_single(layer))
        steps = f"x.reshape(len(x), {layer.features}, 1)"
        yield Found(
            where=layer.path,
            message=f"{layer.path} ({layer.kind}) gets 1 time step of {layer.features} features: there is nothing to "
            "go through in time.",
            evidence={"steps": layer.steps, "features": layer.features},
            threshold=1,
            remedy=f"If the {layer.features} values are a window in time, give them as steps: `{steps}`; else take a "
            "`Dense` layer.",
            confidence=0.95,
            edits=(Edit("transform_data", f"data:{source}", "x", steps),) if layer.source in names else (),
        )
    for seen in axes:
        first = next((layer for layer in time_layers if layer.source == seen.name and layer.mixing != "average"), None)
        if first is None or seen.name in named or not _exchanged(seen):
            continue
        mixed = not seen.windows and not seen.along_features > SMOOTH.value
        cure = f"x.reshape(len(x), {seen.features}, {seen.steps})" if mixed else _EXCHANGED
        yield Found(
            where=first.path,
            message=f"{first.path} ({first.kind}) gets {seen.steps} steps of {seen.features} features, but time runs "
            f"along the features: {_why(seen)}.",
            evidence={
                "steps": seen.steps,
                "features": seen.features,
                "along_steps": seen.along_steps,
                "along_features": seen.along_features,
            },
            threshold=SMOOTH.value,
            remedy=f"Exchange the two axes: `x = {cure}` (`reshape` would mix the values)."
            if cure == _EXCHANGED
            else f"Take the `reshape` back, `x = {cure}`: it mixed the values. Axes are exchanged by `{_EXCHANGED}`.",
            edits=(Edit("transform_data", f"data:{seen.name}", "x", cure),),
            confidence=0.95 if seen.windows else 0.8,
        )


def _is_single(layer: TimeLayer) -> bool:
    """Returns whether a layer has but one step where it needs several."""
    if layer.steps != 1 or layer.stateful or layer.begun or layer.features < 2:
        return False
    return layer.mixing in _RECURRENT or layer.mixing == "attention" or layer.kernel > 1


def _exchanged(seen: Axes) -> bool:
    if seen.windows:
        return seen.windows == "features"
    if seen.features < _AT_ONCE or seen.features <= seen.steps:
        return False
    rough = math.isnan(seen.along_steps) or seen.along_steps < ROUGH.value
    mixed = seen.steps > 1 and seen.interleaved > SMOOTH.value and seen.along_features < ROUGH.value
    return rough and (mixed or seen.along_features > SMOOTH.value)


def _why(seen: Axes) -> str:
    if seen.windows:
        return "each row is the row before, moved by one feature"
    if not seen.along_features > SMOOTH.value:
        return f"values {seen.steps} features apart have a correlation of {seen.interleaved:.2f}, as after a reshape"
    return f"neighbouring features have a correlation of {seen.along_features:.2f}, steps of {seen.along_steps:.2f}"
