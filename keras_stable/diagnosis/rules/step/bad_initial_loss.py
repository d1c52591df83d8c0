"""KS412."""

import math
from collections.abc import Iterator, Sequence

from keras_stable.diagnosis.facts import Evaluation, Learning, Output, OutputEvaluation, Plan
from keras_stable.diagnosis.progress import gained
from keras_stable.diagnosis.rule import Found, Skip, Threshold, rule
from keras_stable.diagnosis.rules._edits import layer_argument
from keras_stable.diagnosis.vocabulary import NUMBER_TASKS

FACTOR = Threshold(
    2.0, "Times what guessing leaves to gain. Fresh classifiers on scaled inputs start between 1 and 1.5."
)

SMALL = "keras.initializers.RandomNormal(stddev=0.01)"


@rule(
    "KS412",
    "bad-initial-loss",
    remedy="Scale what enters the readout (`LayerNormalization()` before it) or start it small: "
    f"`kernel_initializer={SMALL}`.",
    explains=("loss-spike", "slow-convergence", "loss-not-decreasing"),
    thresholds={"factor": FACTOR},
)
def bad_initial_loss(
    evaluation: Evaluation, plan: Plan, learning: Learning, outputs: Sequence[Output] = ()
) -> Iterator[Found]:
    """The first loss of a classifier is far above what guessing costs.

    ## What it does

    Compares the loss of each output of an untrained classifier with the logarithm of its number of classes, and
    with the loss of the best constant answer, if that is larger. Regressions are left to unscaled-targets.

    ## Why is this bad

    Fresh weights know nothing, so a loss above guessing means that they are sure of wrong answers. The first
    steps are then spent on taking that back, and they are long ones.

    ## Example

        outputs = keras.layers.Dense(10, kernel_initializer=keras.initializers.RandomNormal(stddev=1.0))(features)

    ## Use instead

        outputs = keras.layers.Dense(10)(features)
    """
    if plan.trained:
        raise Skip("the model is trained already")
    widths = {output.name: output.width for output in outputs}
    readouts = {output.name: output.learnt_layer for output in outputs}
    for answer in evaluation.outputs:
        expected = _guessing(answer, widths.get(answer.name, 0))
        above = gained(expected, answer.loss, answer.floor)
        if not above < 1 - FACTOR.value:
            continue
        yield Found(
            where=answer.name,
            message=f"The first loss is {answer.loss:.3g}, and guessing costs {expected:.3g}.",
            evidence={"loss": answer.loss, "expected": expected},
            threshold=FACTOR.value,
            severity="warning" if learning.troubled else "advice",
            confidence=0.4,
            edits=layer_argument(readouts.get(answer.name, ""), "kernel_initializer", SMALL),
        )


def _guessing(output: OutputEvaluation, width: int) -> float:
    """Returns what a classifier that gives every class the same chance pays; NaN for a regression."""
    if output.task in NUMBER_TASKS or math.isnan(output.constant_loss):
        return math.nan
    classes = max(width, len(output.label_counts), 2) if output.task == "classes" else 2
    return max(math.log(classes), output.constant_loss)
