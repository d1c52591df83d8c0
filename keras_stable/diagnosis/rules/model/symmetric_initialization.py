"""KS202."""

from collections.abc import Iterator, Sequence

from keras_stable.diagnosis.edit import Edit
from keras_stable.diagnosis.facts import Layer, Learning, Output, Structure
from keras_stable.diagnosis.rule import Found, Severity, rule
from keras_stable.diagnosis.rules._edits import layer_argument, quoted
from keras_stable.diagnosis.rules.model._flow import next_kernels

RELUS = frozenset({"relu", "relu6"})  # their gradient at 0 is 0


@rule(
    "KS202",
    "symmetric-initialization",
    remedy='Start the kernel at random: leave `kernel_initializer` out, or give "glorot_uniform" or "he_normal".',
    explains=(
        "vanishing-gradients",
        "exploding-gradients",
        "zero-gradients",
        "dead-units",
        "saturated-activations",
        "identical-outputs",
        "unnormalized-features",
        "feature-collapse",
        "bad-initial-loss",
        "update-ratio",
        "prediction-collapse",
        "never-predicted-class",
        "loss-not-decreasing",
        "diverging-loss",
        "slow-convergence",
        "cannot-overfit-batch",
        "input-independent-loss",
    ),
)
def symmetric_initialization(structure: Structure, outputs: Sequence[Output], learning: Learning) -> Iterator[Found]:
    """All units of a hidden layer have the same weights.

    ## What it does

    Compares the columns of every trainable kernel with more than one unit. The last layer may start at zero:
    its gradients differ by class. So may a layer that ends in a sum, a product or a layer of one's own, as
    the last one of a residual branch does. It is an error when the layer is followed by another such layer, or
    when it is all zeros before a relu, whose gradient is then 0.

    ## Why is this bad

    Units that start equal and are used equally get equal gradients and stay equal: a layer of 64 units is
    one unit, repeated.

    ## Example

        keras.layers.Dense(64, activation="relu", kernel_initializer="zeros")

    ## Use instead

        keras.layers.Dense(64, activation="relu", kernel_initializer="he_normal")

    ## References

    Goodfellow, Bengio and Courville (2016), Deep Learning, section 8.4.
    """
    readouts = {output.learnt_layer for output in outputs}
    for layer in structure.layers:
        equal = layer.role == "learnt" and layer.identical_units and layer.trainable_parameters > 0
        if not equal or layer.units == 1 or layer.path in readouts:
            continue
        behind = next_kernels(structure, layer.path)
        if not behind or any(follower.role != "learnt" for follower in behind):
            continue
        mirrored = all(follower.identical_units for follower in behind)
        stuck = layer.kernel_std == 0 and layer.initializer == "Zeros" and _activation(structure, layer) in RELUS
        yield Found(
            where=layer.path,
            message=f"All {layer.units} units of {layer.path} have equal weights"
            + (", and so have those that they feed." if mirrored else "."),
            evidence={"units": layer.units, "kernel_std": layer.kernel_std},
            severity=_severity(layer, learning, stuck or mirrored),
            confidence=0.97 if stuck or mirrored else 0.9,
            edits=_edits(layer, _activation(structure, layer)),
        )


def _edits(layer: Layer, activation: str) -> tuple[Edit, ...]:
    """Returns the edit that starts a layer at random; nothing where its weights were set by hand."""
    if layer.initializer not in ("Zeros", "Ones", "Constant"):
        return ()
    argument = "embeddings_initializer" if layer.kind == "Embedding" else "kernel_initializer"
    return layer_argument(layer.path, argument, quoted("he_normal" if activation in RELUS else "glorot_uniform"))


def _severity(layer: Layer, learning: Learning, stuck: bool) -> Severity:
    if stuck and not learning.healthy:
        return "error"
    return "advice" if layer.kind == "Embedding" and learning.healthy else "warning"


def _activation(structure: Structure, layer: Layer) -> str:
    """Returns the activation that takes the output of a layer, its own or the next one's."""
    if layer.activation not in ("", "linear"):
        return layer.activation
    return next(
        (consumer.activation for consumer in structure.consumers(layer.path) if consumer.role == "activation"), "linear"
    )
