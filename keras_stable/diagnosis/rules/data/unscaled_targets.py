"""KS110."""

import math
from collections.abc import Iterator, Sequence

from keras_stable.diagnosis.edit import Edit
from keras_stable.diagnosis.facts import Evaluation, Labels, Learning, Output, Probe
from keras_stable.diagnosis.rule import Found, Threshold, rule
from keras_stable.diagnosis.rules._edits import layer_argument
from keras_stable.diagnosis.rules.data._ranges import CLIPPING, Beyond, beyond
from keras_stable.diagnosis.rules.data._tasks import paired, same_shape
from keras_stable.diagnosis.vocabulary import (
    CUSTOM,
    OF_THE_UNIT,
    RANGES,
    RATE_FACTORS,
    REGRESSION,
    STANDARDIZED_TARGETS,
)

LARGE = Threshold(10.0, "Initial outputs have a size near 1; prices, ages and the like are learnt slowly from there.")
HARMFUL = Threshold(100.0, "Above, the first gradients of a squared error are thousands of times the usual.")

CONFIRMED = 0.2  # share of what is left to gain that standardizing the targets alone gains
REFUTED = 0.02


EXPLAINED = (
    "exploding-gradients",
    "nonfinite-gradients",
    "nonfinite-activations",
    "nonfinite-loss",
    "vanishing-gradients",
    "zero-gradients",
    "dead-units",
    "saturated-activations",
    "identical-outputs",
    "ineffective-clipping",
    "bad-initial-loss",
    "update-ratio",
    "loss-not-decreasing",
    "diverging-loss",
    "oscillating-loss",
    "loss-spike",
    "slow-convergence",
    "cannot-overfit-batch",
    "input-independent-loss",
)


@rule(
    "KS110",
    "unscaled-targets",
    remedy="Train on `(y - y.mean()) / y.std()` and turn predictions back, with a linear last layer.",
    explains=EXPLAINED,
    thresholds={"large": LARGE, "harmful": HARMFUL},
)
def unscaled_targets(
    outputs: Sequence[Output],
    labels: Sequence[Labels],
    learning: Learning,
    evaluation: Evaluation | None = None,
    probe: Probe | None = None,
) -> Iterator[Found]:
    """The targets of a regression are far from unit scale, or out of reach of the output.

    ## What it does

    Compares the targets with what the output can give: a sigmoid never exceeds 1, a cosine of two vectors neither,
    whatever layer they stand in; a scaling after them counts. A relu, which clips, is named by redundant-activation.
    Else it takes the standard deviation and mean of the targets; where the model does not learn, a short training on
    standardized targets tells whether their size is the cause. Large targets that are learnt are advice.

    ## Why is this bad

    What is out of reach is never learnt: the output runs to its bound, where the gradient is 0. Large targets
    make a squared error and its gradients large, so that the first steps throw the weights far away, or, with
    Adam, whose steps have a fixed size, need thousands of them to get there.

    ## Example

        model.add(keras.layers.Dense(1, activation="sigmoid"))
        model.compile("adam", loss="mean_squared_error")
        model.fit(x, prices)  # from 5 to 50

    ## Use instead

        model.add(keras.layers.Dense(1))
        model.compile("adam", loss="mean_squared_error")
        model.fit(x, (prices - prices.mean()) / prices.std())

    ## References

    LeCun, Bottou, Orr and Mueller (1998), Efficient BackProp, section 4.5.
    """
    for output, label in paired(outputs, labels):
        if output.loss not in (*REGRESSION, CUSTOM) or not same_shape(label.shape, output.shape):
            continue
        finding = _out_of_reach(output, label, evaluation) or _large(
            output, label, learning, probe, _r2(output, evaluation)
        )
        if finding is not None:
            yield finding


def _out_of_reach(output: Output, label: Labels, evaluation: Evaluation | None) -> Found | None:
    reach = beyond(output, label, evaluation)
    if reach is None or output.activation in CLIPPING:
        return None
    own = output.loss == CUSTOM
    # An own loss may scale the targets; it hardly does so by a function that leaves all of them out of reach.
    if own and not (reach.whole and label.kind == "real"):
        return None
    return Found(
        where=output.name,
        message=f"Targets run from {label.minimum:.3g} to {label.maximum:.3g}, and the output cannot leave "
        f"{reach.low:.3g} to {reach.high:.3g}, which {reach.by} gives.",
        evidence={"minimum": label.minimum, "maximum": label.maximum, "low": reach.low, "high": reach.high},
        threshold=reach.high if label.maximum > reach.high else reach.low,
        remedy=_remedy(output, reach),
        severity="error" if reach.whole and not own else "warning" if reach.common else "advice",
        confidence=0.8 if own else 0.97 if reach.common else 0.6,
        edits=_linear_end(output) or (_into_range(label, reach),),
        explains=(*EXPLAINED, "metric-mismatch"),
    )


def _remedy(output: Output, reach: Beyond) -> str:
    if output.activation in RANGES:
        return "Make the last layer linear, `Dense(1)` without activation, or scale the targets into its range."
    scaled = f"scale the targets into {reach.low:.3g} to {reach.high:.3g}"
    return f"{scaled[0].upper()}{scaled[1:]}, or put a layer after {reach.by} that scales it, such as `Dense(1)`."


def _linear_end(output: Output) -> tuple[Edit, ...]:
    """Returns the edit that takes the activation off the last layer, where that is a layer that learns and has one."""
    own = output.activation in RANGES and output.layer == output.learnt_layer
    return layer_argument(output.layer, "activation", '"linear"') if own else ()


def _into_range(label: Labels, reach: Beyond) -> Edit:
    """Returns the edit that scales the targets into what the output can reach; without an end, into 1 from there on."""
    low = reach.low if math.isfinite(reach.low) else reach.high - 1
    high = reach.high if math.isfinite(reach.high) else low + 1
    factor = (high - low) / (label.maximum - label.minimum) if label.maximum > label.minimum else 1.0
    return Edit("transform_data", f"data:{label.output}", "y", f"{low:.6g} + (y - {label.minimum:.6g}) * {factor:.6g}")


def _r2(output: Output, evaluation: Evaluation | None) -> float:
    answers = evaluation.outputs if evaluation is not None else ()
    return next((answer.r2 for answer in answers if answer.name == output.name), math.nan)


def _large(output: Output, label: Labels, learning: Learning, probe: Probe | None, r2: float) -> Found | None:
    size = math.hypot(label.std, label.mean / 3)  # the last bias reaches a mean sooner than weights a spread
    if output.loss not in OF_THE_UNIT or not math.isfinite(size):
        return None
    gain = math.nan if probe is None else probe.gain(STANDARDIZED_TARGETS)
    large = size > LARGE.value
    # Of targets of an ordinary size only their trial tells: it wins, and no other rate wins as much.
    if not large and not (probe is not None and learning.troubled and gain > max(CONFIRMED, _gain_of_rates(probe))):
        return None
    advice = learning.has_learnt or (learning.state == "unknown" and size <= HARMFUL.value)
    sure = 0.95 if gain > CONFIRMED else 0.4 if gain < REFUTED else 0.8 if size > HARMFUL.value else 0.65
    scaled = f"(y - {label.mean:.6g}) / {label.std or 1.0:.6g}"
    won = "" if large else f" A short training on standardized targets gains {gain:.0%} of what is left to gain."
    return Found(
        where=output.name,
        message=f"Targets have a mean of {label.mean:.3g} and a standard deviation of {label.std:.3g}; "
        f"the model starts near 0 with a spread of about 1.{won}",
        evidence={"mean": label.mean, "std": label.std, "gain_when_standardized": gain, "r2": r2},
        threshold=LARGE.value,
        severity="advice" if advice else "warning",
        confidence=sure if large else 0.75,
        remedy=f"Train on `{scaled}`, which is `(y - y.mean()) / y.std()`, and turn predictions back, with a linear "
        "last layer.",
        edits=(Edit("transform_data", f"data:{label.output}", "y", scaled),),
    )


def _gain_of_rates(probe: Probe) -> float:
    """Returns the most that a training at another rate gains."""
    return max((gain for gain in map(probe.gain, RATE_FACTORS) if not math.isnan(gain)), default=0.0)
