"""KS205."""

from collections.abc import Iterator

from keras_stable.diagnosis.edit import Edit
from keras_stable.diagnosis.facts import Structure
from keras_stable.diagnosis.rule import Found, rule


@rule(
    "KS205",
    "frozen-model",
    severity="error",
    remedy="Set `trainable = True` on the layers that should learn, then call `compile` again.",
    explains=(
        "disconnected-variables",
        "zero-gradients",
        "vanishing-gradients",
        "update-ratio",
        "learning-rate-too-low",
        "identical-outputs",
        "prediction-collapse",
        "never-predicted-class",
        "loss-not-decreasing",
        "slow-convergence",
        "cannot-overfit-batch",
        "input-independent-loss",
    ),
    own=True,
)
def frozen_model(structure: Structure) -> Iterator[Found]:
    """The model has nothing to train.

    ## What it does

    Counts the trainable weights of the whole model.

    ## Why is this bad

    `fit` runs, shows a loss, and changes nothing. It happens when a pretrained encoder is frozen after the new
    layers were put on it, so that `model.trainable = False` reaches those too.

    ## Example

        model = keras.Sequential([encoder, keras.layers.Dense(10)])
        model.trainable = False

    ## Use instead

        encoder.trainable = False
        model = keras.Sequential([encoder, keras.layers.Dense(10)])
    """
    if structure.trainable_parameters > 0:
        return
    yield Found(
        where="model",
        message=f"None of the model's {structure.parameters:,} weights is trainable."
        if structure.parameters
        else "The model has no weights.",
        evidence={"parameters": structure.parameters, "trainable_variables": structure.trainable_variables},
        threshold=0,
        confidence=1.0,
        edits=(Edit("set_attribute", "model", "trainable", "True"),) if structure.parameters else (),
    )
