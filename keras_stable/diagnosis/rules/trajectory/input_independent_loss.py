"""KS609."""

import math
from collections.abc import Iterator

from keras_stable.diagnosis.facts import Learning, ZeroedInputs
from keras_stable.diagnosis.rule import Found, Skip, Threshold, rule

ADVANTAGE = Threshold(0.02, "Share of what zeros left to gain that real inputs gain. Chance makes up to 0.01.")
STEPS = Threshold(50.0, "Steps. In the first of them every model mostly learns how common each label is.")


@rule(
    "KS609",
    "input-independent-loss",
    remedy="Look for where the inputs get lost: labels shuffled apart from their samples, inputs of almost one value, "
    "dead units, a layer whose output is not used.",
    explains=(
        "cannot-overfit-batch",
        "oscillating-loss",
        "loss-not-decreasing",
        "slow-convergence",
        "prediction-collapse",
        "never-predicted-class",
    ),
    thresholds={"advantage": ADVANTAGE, "steps": STEPS},
)
def input_independent_loss(zeroed: ZeroedInputs, learning: Learning) -> Iterator[Found]:
    """Training on zeros goes as well as on the real inputs.

    ## What it does

    Trains a copy on inputs that were all replaced by zeros, and compares its loss with that of the same steps on
    the real ones. It is a warning only where the model does not learn: in its first steps every model mostly
    learns how common each label is.

    ## Why is this bad

    The model has learnt what can be known without looking. Its inputs do not reach the loss, or say nothing
    about the labels.

    ## Example

        np.random.shuffle(x)  # the labels stay in their old order

    ## Use instead

        order = np.random.permutation(len(x))
        x, y = x[order], y[order]
    """
    if zeroed.steps < STEPS.value:
        raise Skip("in so few steps a model learns how common each label is, and little else")
    if not (math.isfinite(zeroed.loss) and math.isfinite(zeroed.real_loss)):
        raise Skip("the loss was not finite")
    advantage = learning.gained(zeroed.loss, zeroed.real_loss)
    if advantage >= ADVANTAGE.value or learning.healthy:
        return
    yield Found(
        "training",
        f"After the same steps the loss is {zeroed.loss:.4g} on zeros and {zeroed.real_loss:.4g} on the real inputs.",
        {"loss_on_zeros": zeroed.loss, "loss": zeroed.real_loss, "advantage": advantage},
        ADVANTAGE.value,
        severity="warning" if learning.troubled else "advice",
        confidence=0.45,
    )
