"""KS402."""

from collections.abc import Iterator

from keras_stable.diagnosis.facts import Gradients, Learning, Structure
from keras_stable.diagnosis.rule import Found, Threshold, rule
from keras_stable.diagnosis.rules._edits import relu
from keras_stable.diagnosis.rules.step._layer_norms import LayerNorm, layer_norms, median
from keras_stable.diagnosis.rules.step._recurrence import recurrent_remedy

RATIO = Threshold(
    1e-3, "First layer to readout. Fresh relu and tanh stacks give 1; five sigmoid layers 7e-4, eight 1e-5."
)
NORM = Threshold(1e-4, "The first layer's norm must be this small too, for a large readout alone is no defect.")
TROUBLED_NORM = Threshold(1e-2, "The same where the model does not learn: five sigmoid layers give 7e-4 and stay put.")
MEAN_ABS = Threshold(1e-7, "Mean absolute value: below the rounding error of a float32 weight near 1.")
SILENT = Threshold(1e-4, "Norm over all variables while the loss is no better than a constant answer's.")
CONVERGED = Threshold(1e-3, "Share of what a constant answer leaves to gain: where nothing is left, nor is a gradient.")


@rule(
    "KS402",
    "vanishing-gradients",
    remedy='Use `activation="relu"` with `kernel_initializer="he_normal"` in the hidden layers, and '
    "`BatchNormalization()` or skip connections (`keras.layers.Add()`) in a deep stack.",
    explains=(
        "zero-gradients",
        "update-ratio",
        "feature-collapse",
        "identical-outputs",
        "prediction-collapse",
        "never-predicted-class",
        "loss-not-decreasing",
        "slow-convergence",
        "cannot-overfit-batch",
        "input-independent-loss",
    ),
    thresholds={
        "ratio": RATIO,
        "first norm": NORM,
        "first norm when troubled": TROUBLED_NORM,
        "mean abs": MEAN_ABS,
        "all": SILENT,
        "converged": CONVERGED,
    },
)
def vanishing_gradients(
    gradients: Gradients, learning: Learning, structure: Structure | None = None
) -> Iterator[Found]:
    """The gradients die on their way back, so the first layers stay as they were initialized.

    ## What it does

    Compares the gradient of the first layer's kernels with that of the readout's. It says nothing of a model
    that has converged, whose gradients are all small; nor of gradients that are exactly zero or missing, which
    zero-gradients and disconnected-variables name.

    ## Why is this bad

    The readout trains on features that the first layers made at random and do not improve, so the loss stops
    early at a bad value however long training goes on.

    ## Example

        model = keras.Sequential([keras.layers.Dense(64, activation="sigmoid") for _ in range(8)])
        model.add(keras.layers.Dense(10))

    ## Use instead

        layer = functools.partial(keras.layers.Dense, activation="relu", kernel_initializer="he_normal")
        model = keras.Sequential([layer(64) for _ in range(8)])
        model.add(keras.layers.Dense(10))

    ## References

    Glorot and Bengio (2010), Understanding the difficulty of training deep feedforward neural networks.
    """
    if learning.healthy and not learning.beyond_constant < 1 - CONVERGED.value:
        return
    layers = layer_norms(gradients)
    first = next((layer for layer in layers if layer.part == "encoder"), None)
    readout = max((layer for layer in layers if layer.part == "readout"), key=lambda layer: layer.norm, default=None)
    total = median(gradients.global_norms)
    readouts = {variable.layer for variable in gradients.variables if variable.part == "readout"}
    edits = relu(structure, readouts) if recurrent_remedy(structure) is None else ()
    if first is not None and readout is not None and _vanished(first, readout, learning):
        yield Found(
            where=first.layer,
            message=f"The gradient norm is {first.norm:.2g} in the first layer and {readout.norm:.2g} in the readout, "
            f"a ratio of {first.norm / readout.norm:.1g}.",
            evidence={"first": first.norm, "readout": readout.norm, "first_mean_abs": first.mean_abs},
            threshold=RATIO.value,
            remedy=recurrent_remedy(structure),
            severity="advice" if learning.healthy else "warning",
            confidence=0.75,
            edits=edits,
        )
    elif learning.state == "stuck" and 0 < total < SILENT.value:
        yield Found(
            where="training",
            message=f"The gradient norm over all variables is {total:.2g}, though the loss of {learning.last:.3g} is "
            "no better than a constant answer's.",
            evidence={"norm": total, "loss": learning.last},
            threshold=SILENT.value,
            remedy=recurrent_remedy(structure),
            confidence=0.6,
            edits=edits,
        )


def _vanished(first: LayerNorm, readout: LayerNorm, learning: Learning) -> bool:
    """Returns whether the first layer gets almost nothing of what the readout gets."""
    if not readout.norm > 0:
        return False
    ratio = first.norm / readout.norm
    limit = TROUBLED_NORM.value if learning.troubled else NORM.value
    return (ratio < RATIO.value and first.norm < limit) or (
        ratio < 10 * RATIO.value and first.mean_abs < MEAN_ABS.value
    )
