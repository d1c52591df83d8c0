"""KS203."""

import math
from collections.abc import Iterator, Sequence

from keras_stable.diagnosis.edit import Edit
from keras_stable.diagnosis.facts import Input, Layer, LayerOutput, Learning, Plan, Structure
from keras_stable.diagnosis.rule import Found, Skip, Threshold, rule
from keras_stable.diagnosis.rules._edits import layer_argument, quoted
from keras_stable.diagnosis.rules.model._flow import CONVOLUTIONS, DENSE

RATIO = Threshold(10.0, "Glorot's, He's and LeCun's schemes keep it between 0.2 and 3 for usual widths.")
FIXED_RATIO = Threshold(5.0, "For a fixed spread of weights: three layers of it make 125, and it grows with the width.")
TINY = Threshold(100.0, "Schemes that count their units shrink a single column by up to this, and are right to.")

# These spread weights by a fixed figure, however many units there are.
FIXED = frozenset({"RandomNormal", "TruncatedNormal", "RandomUniform"})
# These count the units, as the remedy asks for.
COUNTING = frozenset({"GlorotUniform", "GlorotNormal", "HeUniform", "HeNormal", "LecunUniform", "LecunNormal"})
_RESIZED = (
    "The initializer counts its inputs already: look at their scale, or put `BatchNormalization()` behind the layer."
)
BOUNDED = frozenset({"sigmoid", "hard_sigmoid", "tanh", "hard_tanh", "softsign", "softmax"})


@rule(
    "KS203",
    "initializer-mismatch",
    remedy='Let the initializer count the inputs: "glorot_uniform", or "he_normal" before relu, instead of '
    "`RandomNormal(stddev=1.0)` and the like.",
    explains=(
        "exploding-gradients",
        "vanishing-gradients",
        "zero-gradients",
        "dead-units",
        "saturated-activations",
        "nonfinite-activations",
        "nonfinite-loss",
        "identical-outputs",
        "unnormalized-features",
        "feature-collapse",
        "bad-initial-loss",
        "update-ratio",
        "prediction-collapse",
        "loss-not-decreasing",
        "diverging-loss",
        "oscillating-loss",
        "slow-convergence",
        "cannot-overfit-batch",
    ),
    thresholds={"ratio": RATIO, "fixed_ratio": FIXED_RATIO, "tiny": TINY},
)
def initializer_mismatch(
    structure: Structure,
    activations: Sequence[LayerOutput],
    inputs: Sequence[Input],
    plan: Plan,
    learning: Learning,
) -> Iterator[Found]:
    """A layer's initial weights make its output many times larger or smaller than its input.

    ## What it does

    Divides the root mean square of what leaves every `Dense` and convolution, doubled in square behind a relu,
    by that of what enters it, at weights that were not trained yet. For a layer with a bounded activation it
    takes the kernel's own standard deviation times the root of its inputs. It speaks up only where the model
    does not learn.

    ## Why is this bad

    The factors multiply over the layers: three layers of 20 make 8,000, and gradients grow alike. Sigmoids
    and tanh then sit at their bounds, where the gradient is 0; factors far below 1 make it vanish.

    ## Example

        keras.layers.Dense(512, kernel_initializer=keras.initializers.RandomNormal(stddev=1.0))

    ## Use instead

        keras.layers.Dense(512, kernel_initializer="glorot_uniform")

    ## References

    Glorot and Bengio (2010), Understanding the difficulty of training deep feedforward neural networks.
    """
    if plan.trained:
        raise Skip("the weights are trained already")
    if not learning.troubled:
        return
    sizes = {layer.path: math.hypot(layer.mean, layer.std) for layer in activations}
    sizes |= {data.name: math.hypot(data.entering_mean, data.entering_std) for data in inputs}
    measured = {layer.path: layer for layer in activations}
    for layer in structure.layers:
        if layer.kind not in DENSE | CONVOLUTIONS or layer.path not in measured or not layer.kernel_std > 0:
            continue
        gain = layer.kernel_std * math.sqrt(layer.fan_in)
        ratio = gain if layer.activation in BOUNDED else _ratio(layer, measured[layer.path], sizes)
        fixed = layer.initializer in FIXED
        largest = FIXED_RATIO.value if fixed else RATIO.value
        smallest = 1 / RATIO.value if fixed else 1 / TINY.value
        if not (ratio > largest or 0 < ratio < smallest):
            continue
        yield Found(
            where=layer.path,
            message=f"{layer.path} ({layer.initializer or 'own initializer'}) makes its output {ratio:.3g} times "
            "the size of its input before training.",
            evidence={"ratio": ratio, "kernel_std": layer.kernel_std, "fan_in": layer.fan_in, "fan_out": layer.fan_out},
            threshold=largest if ratio > 1 else smallest,
            remedy=_RESIZED if layer.initializer in COUNTING else None,
            edits=_edits(layer),
            confidence=0.85 if fixed and not 1 / RATIO.value < gain < FIXED_RATIO.value else 0.4,
        )


def _edits(layer: Layer) -> tuple[Edit, ...]:
    if layer.initializer in COUNTING:
        return ()
    name = "he_normal" if layer.activation in ("relu", "relu6") else "glorot_uniform"
    return layer_argument(layer.path, "kernel_initializer", quoted(name))


def _ratio(layer: Layer, output: LayerOutput, sizes: dict[str, float]) -> float:
    """Returns the size of a layer's output by that of its input; NaN where that is not known."""
    entering = sizes.get(layer.inputs[0], math.nan) if len(layer.inputs) == 1 else math.nan
    halved = math.sqrt(2) if layer.activation in ("relu", "relu6") else 1.0
    return halved * math.hypot(output.mean, output.std) / entering if entering > 0 else math.nan
