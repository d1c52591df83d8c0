"""KS201."""

from collections.abc import Iterator

from keras_stable.diagnosis.facts import Layer, Learning, Structure
from keras_stable.diagnosis.rule import Found, Severity, Skip, Threshold, rule
from keras_stable.diagnosis.rules._edits import layer_argument, quoted
from keras_stable.diagnosis.rules.model._flow import CONVOLUTIONS, DENSE, before, linear, next_kernels

REACHED = Threshold(
    0.9, "Share gained over a constant answer. A linear problem leaves a linear model no more than its own noise."
)

MATRICES = DENSE | CONVOLUTIONS

_RELU = quoted("relu")


@rule(
    "KS201",
    "missing-nonlinearity",
    remedy=f"Give the earlier layer an activation: `keras.layers.Dense(64, activation={_RELU})`.",
    explains=(
        "prediction-collapse",
        "never-predicted-class",
        "loss-not-decreasing",
        "oscillating-loss",
        "slow-convergence",
        "cannot-overfit-batch",
        "input-independent-loss",
    ),
    thresholds={"reached": REACHED},
)
def missing_nonlinearity(structure: Structure, learning: Learning) -> Iterator[Found]:
    """Two layers with kernels follow each other with nothing non-linear between them.

    ## What it does

    Goes back from every `Dense` and convolution, past dropout, batch normalization, reshaping and average
    pooling, to the layer that feeds it, and names it if that is a `Dense` or a convolution without activation.
    Left alone are embeddings, recurrent and attention layers, what a sum or concatenation takes too, depthwise,
    grouped and separable convolutions, and 1 x 1 projections as in MobileNetV2. A layer narrower than both its
    neighbours, such as the code of an autoencoder, may be linear on purpose: it counts only where the model
    does not learn. So does a pair with max pooling between, which is not linear but hardly bends. The
    activation of the last layer does not help the layers below it. Two convolutions that end a model which learns, as
    around an upsampling, are advice. Where the whole model is linear and reaches a
    loss near the least there is, the problem is linear too, and it is advice.

    ## Why is this bad

    Two linear layers in a row compute what one could: the second adds weights, memory and time, and nothing
    that the model could express. A model without any non-linearity is a linear one, however deep it is.

    ## Example

        model = keras.Sequential([keras.layers.Dense(64), keras.layers.Dense(10, activation="softmax")])

    ## Use instead

        hidden = keras.layers.Dense(64, activation="relu")
        model = keras.Sequential([hidden, keras.layers.Dense(10, activation="softmax")])
    """
    kernels = [layer for layer in structure.layers if layer.kind in MATRICES]
    if len(kernels) < 2:
        raise Skip("there are not two layers with kernels")
    sources = [(_linear_source(structure, second), second) for second in kernels]
    pairs = [(first, second, pooled) for (first, pooled), second in sources if first is not None]
    inner = structure.layers[: structure.layers.index(kernels[-1])]
    whole = len(pairs) == len(kernels) - 1 and not any(_bends(layer) for layer in inner)
    squared = kernels[-1].units == kernels[0].input_units and kernels[-1].activation == "linear"
    for first, second, pooled in pairs:
        narrow = _narrow(first, second)
        if _meant(structure, first, second):
            continue
        factorization = narrow and (squared or not whole)
        mild = pooled or factorization
        head = not whole and second is kernels[-1] and second.activation == "linear" and first.kind in CONVOLUTIONS
        between = "only max pooling" if pooled else "nothing non-linear"
        yield Found(
            where=first.path,
            message=f"{first.path} has no activation and feeds {second.path} with {between} between them"
            + ("; the whole model is linear." if whole else "."),
            evidence={"linear_pairs": len(pairs), "layers": len(kernels), "units": first.units},
            threshold=0,
            severity="advice" if head and learning.has_learnt else _severity(whole, mild, learning),
            # Below other non-linear layers a linear one costs little: it is seldom why a model does not learn.
            confidence=0.5 if mild else 0.96 if whole else 0.7,
            edits=layer_argument(first.path, "activation", _RELU),
        )


def _severity(whole: bool, mild: bool, learning: Learning) -> Severity:
    solved = whole and learning.healthy and learning.beyond_constant >= REACHED.value
    return "advice" if solved or (mild and (whole or not learning.troubled)) else "warning"


def _linear_source(structure: Structure, layer: Layer) -> tuple[Layer | None, bool]:
    """Returns the layer with a kernel whose output reaches another linearly, and whether through max pooling."""
    pooled = False
    for earlier in before(structure, layer):
        if earlier.kind in MATRICES:
            return (earlier if earlier.activation == "linear" else None), pooled
        if earlier.kind.startswith("MaxPooling"):
            pooled = True
        elif not linear(earlier):
            break
    return None, pooled


def _bends(layer: Layer) -> bool:
    """Returns whether a layer that has no kernel, or one of another kind, may be non-linear."""
    return layer.kind not in MATRICES | {"InputLayer"} and layer.role != "preprocessing" and not linear(layer)


def _narrow(first: Layer, second: Layer) -> bool:
    return 0 < first.units < min(first.input_units, second.units)


def _meant(structure: Structure, first: Layer, second: Layer) -> bool:
    """Returns whether a linear output is a known pattern: a projection, a residual stream, a grouped filter."""
    pointwise = first.kind in CONVOLUTIONS and first.fan_in == first.input_units
    projection = pointwise and first.units <= first.input_units and first.units < second.units
    grouped = second.config.get("groups", 1) != 1
    return projection or grouped or any(follower.role == "merge" for follower in next_kernels(structure, first.path))
