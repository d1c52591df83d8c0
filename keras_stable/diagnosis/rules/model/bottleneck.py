"""KS207."""

import math
from collections.abc import Iterator, Sequence

from keras_stable.diagnosis.facts import Layer, Learning, Output, Structure
from keras_stable.diagnosis.rule import Found, Skip, Threshold, rule
from keras_stable.diagnosis.rules._edits import layer_argument, width_argument
from keras_stable.diagnosis.rules.model._flow import avoidable
from keras_stable.diagnosis.vocabulary import FOR_ONE_CLASS

UNITS = Threshold(1.0, "In units of log2(classes), the bits that name a class.")
NARROW = Threshold(0.5, "Two units can hold ten classes as directions of a plane; below half, hardly any model does.")

THROUGH = 0.7  # share gained over guessing: a model that gets this far has found its way through

WIDTH = 64  # several times log2 of any usual number of classes


@rule(
    "KS207",
    "bottleneck",
    severity="advice",
    remedy=f"Widen it to several times log2(classes), such as `keras.layers.Dense({WIDTH})`.",
    explains=(
        "feature-collapse",
        "dead-units",
        "identical-outputs",
        "prediction-collapse",
        "never-predicted-class",
        "loss-not-decreasing",
        "slow-convergence",
        "cannot-overfit-batch",
    ),
    thresholds={"units": UNITS, "narrow": NARROW},
)
def bottleneck(structure: Structure, outputs: Sequence[Output], learning: Learning) -> Iterator[Found]:
    """A hidden layer is narrower than the classes need.

    ## What it does

    Compares the values that a hidden layer gives for a sample, positions times channels, with log2(classes).
    Only a layer that every way from input to output passes counts: gates and side branches do not. It is a
    warning when the layer is below half of that, or when the model does not learn; advice where it learns.

    ## Why is this bad

    All that the readout knows of a sample has passed the narrowest layer. With one unit the classes must lie
    on a line, in an order; a relu unit that dies there takes the whole model with it.

    ## Example

        model.add(keras.layers.Dense(2, activation="relu"))
        model.add(keras.layers.Dense(50, activation="softmax"))

    ## Use instead

        model.add(keras.layers.Dense(64, activation="relu"))
        model.add(keras.layers.Dense(50, activation="softmax"))
    """
    wide = [output for output in outputs if output.loss in FOR_ONE_CLASS and output.width > 2]
    if not wide or len(outputs) > 1:
        raise Skip("there is not one output over more than two classes")
    output = wide[0]
    needed = math.log2(output.width)
    # A model that squeezes through all the same has stopped far from where it could be.
    learnt = learning.healthy and not learning.beyond_constant < THROUGH
    for layer in structure.layers:
        size = _values(layer)
        if layer.role != "learnt" or layer.path == output.learnt_layer or not 0 < size < UNITS.value * needed:
            continue
        if avoidable(structure, layer.path, {output.layer or output.learnt_layer}):
            continue
        clear = size < NARROW.value * needed
        yield Found(
            where=layer.path,
            message=f"All of a sample passes {size} values in {layer.path}, and naming one of {output.width} classes "
            f"takes {needed:.1f} bits.",
            evidence={"values": size, "classes": output.width, "bits": needed},
            threshold=needed,
            severity="advice" if learnt or not (clear or learning.troubled) else "warning",
            confidence=0.85 if clear else 0.5,
            edits=layer_argument(layer.path if width_argument(layer) == "units" else "", "units", str(WIDTH)),
        )


def _values(layer: Layer) -> int:
    """Returns how many values a layer gives for a sample; 0 where their number varies."""
    size = 1
    for axis in layer.output_shape:
        size *= axis or 0
    return size
