"""KS715."""

import math
from collections.abc import Iterator, Sequence

from keras_stable.diagnosis.edit import Edit
from keras_stable.diagnosis.facts import Balance, Output, OutputShare, Plan
from keras_stable.diagnosis.facts.balance import LEARNT, UNEVEN
from keras_stable.diagnosis.rule import Found, Severity, Threshold, rule
from keras_stable.diagnosis.rules._edits import quoted

RATIO = Threshold(UNEVEN, "Of the gradients in shared variables. Losses of scaled targets differ by less than 4.")
GAIN = Threshold(0.15, "Skill, of at most 1, that balanced losses add to the output: three times what seeds do.")
ARRIVED = Threshold(LEARNT, "Skill from which on an output has learnt, whatever another one takes.")
COSTS = Threshold(0.5, "Share of the gain that the other output may lose: what is better in all must not be a trade.")
COVERED = 0.5  # share of the planned steps below which an output that has begun to learn may yet arrive
BEGUN = 0.1


@rule(
    "KS715",
    "outweighed-loss",
    remedy="Scale its targets, or give the other output more weight: `model.compile(..., loss_weights=...)`.",
    explains=(
        "unscaled-targets",
        "slow-convergence",
        "loss-not-decreasing",
        "never-predicted-class",
        "prediction-collapse",
        "class-imbalance",
        "cannot-overfit-batch",
        "identical-outputs",
        "bad-initial-loss",
        "unnormalized-features",
        "feature-collapse",
        "oscillating-loss",
        "overfitting",
        "exploding-gradients",
        "update-ratio",
        "ineffective-clipping",
    ),
    thresholds={"ratio": RATIO, "gain": GAIN, "learnt": ARRIVED, "costs": COSTS},
    own=True,
)
def outweighed_loss(balance: Balance, plan: Plan, outputs: Sequence[Output] = ()) -> Iterator[Found]:
    """The loss of one output drowns that of another in the layers that they share.

    ## What it does

    Takes the gradient of each output's loss, with its weight, in the variables that outputs share, and judges each
    output by itself: by R squared, or by how many of the majority's mistakes it avoids. Where one loss has ten times
    the gradient of another and that other output has not learnt, a copy is trained for as many steps with gradients of
    one size. Only if the outweighed output gets better by that, and the other does not pay for it, is it a finding.

    ## Why is this bad

    The optimizer sees the sum. With squared errors of ages or prices beside a cross-entropy, the shared layers learn
    the number alone, while the total loss falls all the time.

    ## Example

        model.compile("adam", loss={"age": "mse", "mood": "sparse_categorical_crossentropy"})  # ages from 18 to 80

    ## Use instead

        age = (age - age.mean()) / age.std()  # before `fit`; or loss_weights={"age": 0.01, "mood": 1.0}

    ## References

    Chen et al. (2018), GradNorm: gradient normalization for adaptive loss balancing in deep multitask networks.
    """
    strongest = max(balance.outputs, key=lambda output: output.gradient)
    for output in balance.outputs:
        ratio = strongest.gradient / output.gradient if output.gradient > 0 else math.inf
        gain = output.balanced_skill - output.skill
        price = strongest.skill - strongest.balanced_skill
        if not (ratio >= RATIO.value and output.skill < ARRIVED.value and gain >= GAIN.value):
            continue
        if price > COSTS.value * gain:
            continue
        total = sum(one.gradient for one in balance.outputs)
        yield Found(
            where=output.name,
            message=f"The loss of {strongest.name} outweighs that of {output.name}: {strongest.gradient / total:.1%} "
            f"of the gradient in the {balance.shared_variables} variables that they share, against "
            f"{output.gradient / total:.1%}. {output.name} reaches {output.skill:.2f} of 1; with losses of one size it "
            f"reaches {output.balanced_skill:.2f} in {balance.trial_steps} steps.",
            evidence={
                "ratio": ratio,
                "share": output.gradient / total,
                "share_of_the_other": strongest.gradient / total,
                "skill": output.skill,
                "balanced_skill": output.balanced_skill,
            },
            threshold=RATIO.value,
            remedy=f"Bring the targets of {strongest.name} to mean 0 and deviation 1, or set its weight in "
            f"`model.compile(..., loss_weights=...)` to {1 / ratio:.2g} times what it is.",
            severity=_severity(output, balance, plan),
            confidence=0.93,
            edits=_edits(strongest, 1 / ratio, outputs),
        )


def _edits(strongest: OutputShare, factor: float, outputs: Sequence[Output]) -> tuple[Edit, ...]:
    """Returns the edit that gives one output less weight and leaves the others theirs."""
    if not factor > 0 or strongest.name not in {output.name for output in outputs}:
        return ()
    weights = {
        output.name: output.loss_weight * (factor if output.name == strongest.name else 1.0) for output in outputs
    }
    value = ", ".join(f"{quoted(name)}: {weight:.3g}" for name, weight in weights.items())
    return (Edit("set_argument", "compile", "loss_weights", f"{{{value}}}"),)


def _severity(output: OutputShare, balance: Balance, plan: Plan) -> Severity:
    """Returns "advice" before training where the output has begun to learn and most steps are still to come."""
    begun = output.skill - output.before > BEGUN and output.skill > BEGUN
    early = not plan.trained and plan.steps is not None and balance.steps < COVERED * plan.steps
    return "advice" if begun and early else "warning"
