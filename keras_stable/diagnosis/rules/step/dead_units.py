"""KS405."""

import math
from collections.abc import Iterator, Mapping, Sequence

from keras_stable.diagnosis.edit import Edit
from keras_stable.diagnosis.facts import LayerOutput, Learning, Probe
from keras_stable.diagnosis.rule import Found, Severity, Threshold, rule
from keras_stable.diagnosis.rules._edits import layer_argument, quoted

SHARE = Threshold(0.5, "On scaled inputs, fresh relu layers have up to an eighth, trained ones up to a third.")
ALL = Threshold(0.99, "Next to nothing passes through a layer of which all units are dead.")

_LEAKY = quoted("leaky_relu")


@rule(
    "KS405",
    "dead-units",
    remedy="Lower `learning_rate`, scale the inputs, and initialize with "
    '`kernel_initializer="he_normal"` and a bias of 0; '
    f"`activation={_LEAKY}` keeps a gradient for dead units.",
    explains=(
        "zero-gradients",
        "vanishing-gradients",
        "feature-collapse",
        "identical-outputs",
        "update-ratio",
        "prediction-collapse",
        "never-predicted-class",
        "loss-not-decreasing",
        "slow-convergence",
        "cannot-overfit-batch",
        "input-independent-loss",
    ),
    thresholds={"share": SHARE, "all": ALL},
)
def dead_units(activations: Sequence[LayerOutput], learning: Learning, probe: Probe | None = None) -> Iterator[Found]:
    """Units of a relu layer that are zero for every sample.

    ## What it does

    Counts the units whose output is zero for every sample, in each layer with relu or its like, at the audited
    weights and after a short training. It names the layer with the largest share, and is advice where the model
    learns all the same.

    ## Why is this bad

    A unit that never fires gets no gradient, so it never comes back. A layer of dead units passes on a constant,
    and everything before it stops learning.

    ## Example

        model.compile(keras.optimizers.SGD(learning_rate=10.0), loss)  # one step throws every unit below zero

    ## Use instead

        model.compile(keras.optimizers.SGD(learning_rate=0.01), loss)

    ## References

    Lu, Shin, Su and Karniadakis (2020), Dying ReLU and Initialization: Theory and Numerical Examples.
    """
    after: Mapping[str, float] = {} if probe is None else probe.dead_after
    shares = [(_share(layer, after), layer) for layer in activations]
    hit = [(share, layer) for share, layer in shares if share > SHARE.value]
    if not hit:
        return
    share, worst = max(hit, key=lambda pair: pair[0])
    counted = sum(not math.isnan(share) for share, _ in shares)
    trained = after.get(worst.path, math.nan)
    yield Found(
        where=worst.path,
        message=f"{share:.0%} of the {worst.units} units are 0 for every sample"
        + (f" ({worst.dead:.0%} before a short training)" if trained > worst.dead else "")
        + f"; {len(hit)} of {counted} relu layers are more than half dead.",
        evidence={"dead": worst.dead, "dead_after_probe": trained, "units": worst.units, "layers": len(hit)},
        threshold=SHARE.value,
        severity=_severity(share, learning),
        confidence=0.85 if share > ALL.value else 0.7,
        edits=_edits(worst),
    )


def _edits(layer: LayerOutput) -> tuple[Edit, ...]:
    """Returns the edit that keeps a gradient for dead units."""
    if layer.role == "activation" and layer.kind != "Activation":
        return (Edit("replace", f"layer:{layer.path}", value=f"keras.layers.Activation({_LEAKY})"),)
    return layer_argument(layer.path, "activation", _LEAKY)


def _share(layer: LayerOutput, after: Mapping[str, float]) -> float:
    """Returns the larger of the shares before and after the short training; NaN where neither is known."""
    shares = [share for share in (layer.dead, after.get(layer.path, math.nan)) if not math.isnan(share)]
    return max(shares, default=math.nan)


def _severity(share: float, learning: Learning) -> Severity:
    if learning.healthy:
        return "advice"
    if share > ALL.value:
        return "error" if learning.state in ("stuck", "diverging") else "warning"
    return "warning" if learning.troubled else "advice"
