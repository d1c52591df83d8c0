"""KS302."""

import math
from collections.abc import Iterator

from keras_stable.diagnosis.facts import Compiled, Curvature, Learning, Probe, RateRange
from keras_stable.diagnosis.rule import Found, Severity, Threshold, rule
from keras_stable.diagnosis.rules._edits import learning_rate
from keras_stable.diagnosis.rules.compile import _rates
from keras_stable.diagnosis.vocabulary import HIGHER_RATES, LOWER_RATES

GAIN = Threshold(
    0.3, "Share of what is left to gain that a lower rate alone gains. Chance moves a short training by 0.1."
)
UPDATE = Threshold(0.1, "Share of a kernel that a step changes. Sound training stays near 0.001.")
BOUND = Threshold(1.0, "Rate over 0.1 for Adam and its like, 5 for SGD. Only toy problems train beyond.")

_LOWER = "Lower it: `{optimizer}(learning_rate={rate:.3g})` in `compile`."


@rule(
    "KS302",
    "learning-rate-too-high",
    remedy="Divide `learning_rate` by 10, or by 100, in the optimizer that `compile` gets.",
    explains=(
        "exploding-gradients",
        "vanishing-gradients",
        "zero-gradients",
        "dead-units",
        "saturated-activations",
        "nonfinite-activations",
        "nonfinite-gradients",
        "identical-outputs",
        "unnormalized-features",
        "feature-collapse",
        "update-ratio",
        "ineffective-clipping",
        "prediction-collapse",
        "never-predicted-class",
        "train-inference-mismatch",
        "nonfinite-loss",
        "loss-not-decreasing",
        "diverging-loss",
        "oscillating-loss",
        "loss-spike",
        "slow-convergence",
        "cannot-overfit-batch",
        "input-independent-loss",
    ),
    thresholds={"gain": GAIN, "update": UPDATE, "bound": BOUND},
)
def learning_rate_too_high(
    compiled: Compiled,
    learning: Learning,
    probe: Probe | None = None,
    curvature: Curvature | None = None,
    rate_range: RateRange | None = None,
) -> Iterator[Found]:
    """A step is too long for this loss: it jumps over what it should walk down to.

    ## What it does

    Trains a copy again with a tenth and a hundredth of the rate when the model does not learn, and believes what
    wins. Without such trials it goes by the rate itself, by how much a step changes the kernels, by 2 divided by
    the sharpness of the loss (the longest step that plain gradient descent survives), and by a learning-rate
    range test. A model that learns is left alone but for advice.

    ## Why is this bad

    A step longer than 2 / sharpness raises the loss along its steepest direction. The weights swing or fly off,
    relu units die and sigmoids saturate on the way, and no later step brings them back.

    ## Example

        model.compile(keras.optimizers.Adam(learning_rate=0.5), loss="mean_squared_error")

    ## Use instead

        model.compile(keras.optimizers.Adam(learning_rate=0.001), loss="mean_squared_error")

    ## References

    Smith (2017), Cyclical Learning Rates for Training Neural Networks.
    """
    gain, trial = _rates.best_gain(probe, LOWER_RATES)
    other, _ = _rates.best_gain(probe, HIGHER_RATES)
    rate, bound = _rates.effective_rate(compiled), _rates.highest(compiled)
    signs = _signs(compiled, probe, curvature, rate_range)
    evidence = {"learning_rate": compiled.learning_rate, "gain_when_lower": gain, **signs}
    message = f"The learning rate of {compiled.learning_rate:.3g} is too high for {compiled.optimizer} here"
    if learning.troubled and probe is not None and gain > GAIN.value and not other > gain:
        lower = compiled.learning_rate * _rates.factor(trial)
        yield Found(
            "compile",
            f"{message}: with {lower:.3g} the same short training ends with a loss {gain:.0%} lower.",
            evidence,
            GAIN.value,
            _LOWER.format(optimizer=compiled.optimizer, rate=lower),
            "warning",
            _confidence(probe, trial, gain, learning),
            edits=learning_rate(lower),
        )
        return
    judged = _without_trial(rate / bound, signs, learning, math.isnan(gain))
    if judged is not None:
        severity, confidence = judged
        lower = _rates.lower(compiled)
        yield Found(
            "compile",
            f"{message}: {_reason(signs, rate, bound)}.",
            evidence,
            bound,
            _LOWER.format(optimizer=compiled.optimizer, rate=lower),
            severity,
            confidence,
            edits=learning_rate(lower),
        )


def _signs(
    compiled: Compiled, probe: Probe | None, curvature: Curvature | None, rate_range: RateRange | None
) -> dict[str, float]:
    """Returns the figures that point to too long a step, by name."""
    signs = {}
    update = _rates.kernel_update(probe)
    if update > UPDATE.value:
        signs["update_ratio"] = update
    if curvature is not None and compiled.optimizer == "sgd" and compiled.learning_rate > 0:
        limit = 2 * (1 + compiled.momentum) / compiled.learning_rate
        if curvature.sharpness > limit > 0:
            signs["sharpness_over_limit"] = curvature.sharpness / limit
    if rate_range is not None and rate_range.own > rate_range.highest:
        signs["rate_over_highest"] = rate_range.own / rate_range.highest
    return signs


def _confidence(probe: Probe, trial: str, gain: float, learning: Learning) -> float:
    if _rates.rival_gain(probe) >= gain - 0.1:
        return 0.6
    return 0.95 if _rates.reaches_beyond_constant(probe, trial, learning) else 0.7


def _without_trial(
    ratio: float, signs: dict[str, float], learning: Learning, untried: bool
) -> tuple[Severity, float] | None:
    """Returns severity and confidence by the rate over its bound, where no lower rate was seen to win."""
    if learning.troubled:
        if ratio >= 100 or (untried and ratio >= 1):
            return "warning", 0.85
        if ratio >= 1 and (signs or learning.state == "diverging"):
            return "warning", 0.5
        measured = len(signs) > 1 or (learning.state == "diverging" and (signs or ratio >= 0.1))
        return ("warning", 0.55) if untried and measured else None
    if learning.healthy:
        if ratio >= 10 and signs:
            return "warning", 0.5
        return ("advice", 0.4) if ratio >= 1 or len(signs) > 1 else None
    if ratio >= 10:
        return "warning", 0.6
    return ("advice", 0.5) if ratio >= 1 else None


def _reason(signs: dict[str, float], rate: float, bound: float) -> str:
    reasons = [f"{bound:g} is a lot"] if rate >= bound else []
    if "update_ratio" in signs:
        reasons.append(f"a step changes the kernels by {signs['update_ratio']:.0%}, where 0.1 % is usual")
    if "sharpness_over_limit" in signs:
        reasons.append(f"the loss is {signs['sharpness_over_limit']:.3g} times too sharply curved for such a step")
    if "rate_over_highest" in signs:
        reasons.append(f"the loss rises from a {signs['rate_over_highest']:.3g} times lower rate on")
    return ", and ".join(reasons) or "the loss rises"
