"""KS709."""

import itertools
import math
from collections.abc import Iterator, Sequence
from statistics import fmean

from keras_stable.diagnosis.edit import Edit
from keras_stable.diagnosis.facts import LossCheck, Probe
from keras_stable.diagnosis.facts.loss_check import ABOVE, AS_GOOD
from keras_stable.diagnosis.rule import Found, Skip, Threshold, rule
from keras_stable.diagnosis.rules.program._terms import subtracted_term

DEVIATIONS = Threshold(
    ABOVE, "Of the loss over orders of the labels. The right order of 32 rows has 5; chance passes it in 0.1 %."
)
AS_CONSTANT = Threshold(AS_GOOD, "Share of the fall from right answers to inverted ones that a constant answer misses.")

DEEP = Threshold(
    10.0,
    "Times the size of the first loss, at least 1, to which it falls below 0. A likelihood may fall below 0, slower.",
)

_STEPS = 9  # fewer tell nothing of how a loss falls
_TURNED = "lambda y_true, y_pred: -loss(y_true, y_pred)"


@rule(
    "KS709",
    "wrong-sign-loss",
    severity="error",
    remedy=f"Turn the sign: `{_TURNED}`, or `1 - score` of a score that is 1 at best, such as an accuracy, a dice or "
    "an R squared.",
    explains=(
        "loss-not-decreasing",
        "slow-convergence",
        "cannot-overfit-batch",
        "input-independent-loss",
        "identical-outputs",
        "prediction-collapse",
        "never-predicted-class",
        "feature-collapse",
        "diverging-loss",
        "nonfinite-loss",
        "nonfinite-gradients",
        "nonfinite-activations",
        "oscillating-loss",
        "loss-spike",
        "overfitting",
        "bad-initial-loss",
        "exploding-gradients",
        "vanishing-gradients",
        "zero-gradients",
        "dead-units",
        "saturated-activations",
        "unnormalized-features",
        "learning-rate-too-low",
        "learning-rate-too-high",
        "unscaled-targets",
        "train-inference-mismatch",
        "metric-mismatch",
        "update-ratio",
        "ineffective-clipping",
        "class-imbalance",
        "excess-regularization",
        "noisy-gradient",
    ),
    thresholds={"deviations": DEVIATIONS, "as constant": AS_CONSTANT, "deep": DEEP},
    own=True,
)
def wrong_sign_loss(loss_checks: Sequence[LossCheck] = (), probe: Probe | None = None) -> Iterator[Found]:
    """The loss is smaller for wrong answers than for right ones.

    ## What it does

    Takes answers that are right, row by row, and gives the labels to other rows: a loss has to rise. It is tried with
    losses of your own, inside an own `train_step` too, and of `compile` where their weight is negative. Where labels
    are 0 and 1, an output may be meant the other way round, as a distance; then a constant answer has to be as good as
    the inverted ones, or these have to be below zero, where no distance is. Where a step logs the terms of its loss, a
    term is named that is subtracted, and rises while their sum falls by it. A loss that falls far below 0, faster and
    faster, has a term that is rewarded for growing.

    ## Why is this bad

    `fit` makes the loss as small as it can, and here the smallest is far from the labels: the loss falls, the longer
    the better it looks, and the metrics get worse. A score (accuracy, dice, intersection over union, R squared) is no
    loss before it is negated.

    ## Example

        def dice(y, p):
            return 2 * ops.sum(y * p) / (ops.sum(y) + ops.sum(p))


        model.compile("adam", loss=dice)

    ## Use instead

        model.compile("adam", loss=lambda y, p: 1 - dice(y, p))
    """
    if probe is None and not loss_checks:
        raise Skip("there is no loss of the program's own to try")
    term = subtracted_term(probe) if probe is not None else None
    if term is not None:
        yield Found(
            where="train_step",
            message=f"`{term.name}` enters the loss with the factor {term.factor:.3g}: it rises from {term.first:.3g} "
            f"to {term.last:.3g} while the total falls from {term.total_first:.3g} to {term.total_last:.3g} by it.",
            evidence={"factor": term.factor, "first": term.first, "last": term.last},
            remedy=f"Add `{term.name}` to the loss instead of subtracting it, or log what is to grow by another name.",
            confidence=0.9,
        )
    right = term is None and not any(check.prefers_wrong for check in loss_checks)
    if right and probe is not None and (depth := _without_bound(probe.loss)) is not None:
        yield Found(
            where="train_step" if not loss_checks else "compile",
            message=f"The loss falls without a bound, from {probe.loss[0]:.3g} to {depth:.3g}, faster and faster: "
            "a term of it is rewarded for growing.",
            evidence={"first": probe.loss[0], "least": depth},
            threshold=DEEP.value,
            remedy="Look at the sign of each term: a divergence, a penalty or a distance is added to what is "
            "minimised. Log the terms one by one, as metrics of their own, and see which one runs away.",
            confidence=0.9,
        )
    for check in loss_checks:
        if not check.prefers_wrong:
            continue
        mean = fmean(check.wrong)
        least = f" A constant answer costs {check.constant:.4g}." if math.isfinite(check.constant) else ""
        yield Found(
            where="train_step" if check.own_step else "compile",
            message=f"The loss of {check.output} is {check.right:.4g} for right answers, and {mean:.4g} when the same "
            f"answers go with the labels of other rows.{least}",
            evidence={"loss_of_right_answers": check.right, "loss_of_wrong_answers": mean, "constant": check.constant},
            threshold=ABOVE,
            confidence=0.97,
            edits=() if check.own_step else (Edit("replace", "loss", value=_TURNED),),
        )


def _without_bound(losses: Sequence[float]) -> float | None:
    """Returns how deep a loss fell that fell without a bound; None for one that did not."""
    finite = list(itertools.takewhile(math.isfinite, losses))
    if len(finite) < _STEPS:
        return None
    least, middle = min(finite), finite[2 * len(finite) // 3]
    deep = least < -DEEP.value * max(abs(finite[0]), 1.0)
    faster = middle - finite[-1] > 2 * (finite[0] - middle)
    return least if deep and faster else None
