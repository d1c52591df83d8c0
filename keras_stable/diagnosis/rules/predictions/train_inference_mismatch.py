"""KS503."""

import math
from collections.abc import Iterator

from keras_stable.diagnosis.facts import Evaluation, Learning, Plan, Probe, Structure
from keras_stable.diagnosis.progress import gained, to_gain
from keras_stable.diagnosis.rule import Found, Severity, Skip, Threshold, rule
from keras_stable.diagnosis.rules._edits import USUAL_MOMENTUM, momentum

DIFFERENCE = Threshold(0.5, "Difference over what inference leaves to gain. Dropout of one half makes up to 0.4.")
MEANINGFUL = Threshold(0.05, "Difference over what a constant answer leaves to gain. Below, it is of no consequence.")
GOOD = Threshold(0.5, "Share gained over a constant answer, above which the model serves its purpose in inference.")
UNTRACKED = Threshold(0.05, "Share of a moving average that is still its start. Below, it knows its data.")

_RANDOM = ("Noise", "Random", "Dropout", "DropPath", "StochasticDepth")


@rule(
    "KS503",
    "train-inference-mismatch",
    remedy=f"Give `BatchNormalization(momentum={USUAL_MOMENTUM:g})` where there are few steps, train long enough for "
    "its moving averages, and use batches of at least 16.",
    explains=("prediction-collapse", "never-predicted-class", "overfitting"),
    thresholds={"difference": DIFFERENCE, "meaningful": MEANINGFUL, "good": GOOD, "untracked": UNTRACKED},
)
def train_inference_mismatch(
    plan: Plan,
    learning: Learning,
    evaluation: Evaluation | None = None,
    probe: Probe | None = None,
    structure: Structure | None = None,
) -> Iterator[Found]:
    """The same samples cost far more in inference than in training mode, or the other way round.

    ## What it does

    Computes the loss of the same samples with `training=True` and `training=False`. A higher loss in training is
    what dropout and augmentation are for; a higher one in inference comes from batch normalization. Its moving
    averages start as mean 0 and variance 1 and need about 3 / (1 - momentum) steps to forget that, 300 with the
    default of 0.99, so a model before training is judged only where the planned steps will not do.

    ## Why is this bad

    What `evaluate`, `predict` and the validation see is another model than the one that was trained.

    ## Example

        keras.layers.BatchNormalization()  # momentum 0.99, in a `fit` of 50 steps

    ## Use instead

        keras.layers.BatchNormalization(momentum=0.9)

    ## References

    Ioffe and Szegedy (2015), Batch Normalization, section 3.1.
    """
    seen = evaluation if plan.trained else probe.after if probe is not None else None
    if seen is None:
        raise Skip("there is no evaluation of a trained model")
    difference = seen.loss - seen.training_loss
    whole = to_gain(seen.constant_loss, min(seen.loss, seen.training_loss), seen.floor)
    left = to_gain(seen.loss, min(seen.loss, seen.training_loss), seen.floor)
    if not abs(difference) > max(DIFFERENCE.value * left, MEANINGFUL.value * (0.0 if math.isnan(whole) else whole)):
        return
    if difference < 0 and _is_random(structure):
        return
    yield Found(
        "training",
        f"The same samples have a loss of {seen.loss:.3g} in inference, but {seen.training_loss:.3g} in training mode.",
        {"loss": seen.loss, "training_loss": seen.training_loss},
        DIFFERENCE.value,
        severity=_severity(plan, learning, seen, structure),
        confidence=0.7,
        edits=momentum(structure.layers) if structure is not None and difference > 0 else (),
    )


def _is_random(structure: Structure | None) -> bool:
    """Returns whether layers make training harder on purpose; True where that is unknown."""
    if structure is None:
        return True
    random = any(layer.role == "dropout" or any(word in layer.kind for word in _RANDOM) for layer in structure.layers)
    rates = [layer.config.get(key) for layer in structure.layers for key in _DROPOUTS]
    return random or any(isinstance(rate, int | float) and rate > 0 for rate in rates)


_DROPOUTS = ("dropout", "recurrent_dropout")


def _severity(plan: Plan, learning: Learning, seen: Evaluation, structure: Structure | None) -> Severity:
    if seen.loss < seen.training_loss:
        return "advice"
    if plan.trained:
        serves = gained(seen.constant_loss, seen.loss, seen.floor) > GOOD.value
        return "advice" if learning.healthy and serves else "warning"
    layers = structure.layers if structure is not None else ()
    momenta = [float(layer.config.get("momentum", 0.99)) for layer in layers if layer.kind == "BatchNormalization"]
    steps = plan.steps
    if not momenta or steps is None or learning.state == "diverging":
        return "advice"
    return "warning" if max(momenta) ** steps > UNTRACKED.value and learning.troubled else "advice"
