"""KS306."""

import math
from collections.abc import Iterator

from keras_stable.diagnosis.edit import Edit
from keras_stable.diagnosis.facts import Compiled, Evaluation, Gradients, Learning, Probe
from keras_stable.diagnosis.rule import Found, Severity, Threshold, rule

GRADIENT = Threshold(1.0, "Penalty's gradient over the data's. Above, a step mostly shrinks weights. Usual is 0.01.")
LOSS = Threshold(
    1.0, "Penalty over what the data's loss has left to gain. Wide models start near 1 with L2 of 0.01 and still learn."
)
RULING = Threshold(10.0, "Both ten times those of the data: what falls while it trains is the penalty.")
DECAY = Threshold(0.5, "Share of the weights that decay alone takes away in the short training. Usual is 1e-5.")

_SMALL, _USUAL_DECAY = "keras.regularizers.L2(1e-4)", "1e-4"


@rule(
    "KS306",
    "excess-regularization",
    remedy=f"Take a smaller factor, such as `kernel_regularizer={_SMALL}`, or less `weight_decay`.",
    explains=(
        "vanishing-gradients",
        "dead-units",
        "identical-outputs",
        "feature-collapse",
        "bad-initial-loss",
        "update-ratio",
        "prediction-collapse",
        "never-predicted-class",
        "loss-not-decreasing",
        "slow-convergence",
        "cannot-overfit-batch",
        "input-independent-loss",
    ),
    thresholds={"gradient": GRADIENT, "loss": LOSS, "ruling": RULING, "decay": DECAY},
)
def excess_regularization(
    learning: Learning,
    compiled: Compiled,
    gradients: Gradients | None = None,
    evaluation: Evaluation | None = None,
    probe: Probe | None = None,
) -> Iterator[Found]:
    """Keeping the weights small counts for more than getting the answers right.

    ## What it does

    Compares the gradient and the value of the penalties with those of the data's loss, and computes what weight
    decay alone makes of the weights. Where the model learns all the same, it is advice.

    ## Why is this bad

    The cheapest way to lower the total is then to make every weight 0, and the model answers the same for
    every input.

    ## Example

        keras.layers.Dense(256, kernel_regularizer=keras.regularizers.L2(1.0))

    ## Use instead

        keras.layers.Dense(256, kernel_regularizer=keras.regularizers.L2(1e-4))
    """
    severity: Severity = "warning" if learning.troubled else "advice"
    by_gradient = _ratio(gradients.penalty_norm, gradients.data_norm) if gradients is not None else math.nan
    # Weights that a penalty has shrunk already have a small one: where training began it shows.
    before = probe.before if probe is not None else None
    seen = [answer for answer in (evaluation, before) if answer is not None]
    ratios = [_ratio(answer.penalty, answer.loss - answer.floor) for answer in seen]
    by_loss = max((ratio for ratio in ratios if not math.isnan(ratio)), default=math.nan)
    evidence = {"penalty_gradient_over_data_gradient": by_gradient, "penalty_over_loss": by_loss}
    heavy = [by_gradient > GRADIENT.value, by_loss > LOSS.value]
    if any(heavy):
        parts = [f"gradient is {by_gradient:.3g} times that of the data"] if heavy[0] else []
        parts += [f"value is {by_loss:.3g} times the data's loss"] if heavy[1] else []
        yield Found(
            "compile",
            f"The penalties' {' and their '.join(parts)}.",
            evidence,
            GRADIENT.value,
            severity="warning" if min(by_gradient, by_loss) > RULING.value else severity,
            confidence=0.9 if all(heavy) or by_loss > RULING.value else 0.8 if heavy[0] else 0.6,
            edits=(Edit("set_argument", "layer:*", "kernel_regularizer", _SMALL),),
        )
    yield from _decay(compiled, probe, learning, severity)


def _ratio(penalty: float, data: float) -> float:
    if not (math.isfinite(penalty) and math.isfinite(data)) or penalty <= 0:
        return math.nan
    return penalty / max(abs(data), 1e-12)


def _decay(compiled: Compiled, probe: Probe | None, learning: Learning, severity: Severity) -> Iterator[Found]:
    if not compiled.weight_decay:
        return
    each_step = compiled.learning_rate * compiled.weight_decay
    steps = probe.steps if probe is not None else 0
    taken = 1 - math.exp(-each_step * steps)
    if taken > DECAY.value or (steps == 0 and compiled.weight_decay >= 1 and learning.troubled):
        yield Found(
            "compile",
            f"`weight_decay={compiled.weight_decay:g}` takes away {each_step:.2g} of the weights in each step"
            + (f", {taken:.0%} in {steps} steps." if steps else "."),
            {"weight_decay": compiled.weight_decay, "share_a_step": each_step, "share_taken": taken},
            DECAY.value,
            f"Take `weight_decay={_USUAL_DECAY}`, or leave it out.",
            severity,
            0.8,
            edits=(Edit("set_argument", "optimizer", "weight_decay", _USUAL_DECAY),),
        )
