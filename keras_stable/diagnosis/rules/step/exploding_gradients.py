"""KS401."""

import math
from collections.abc import Iterator

from keras_stable.diagnosis.edit import Edit
from keras_stable.diagnosis.facts import Compiled, Evaluation, Gradients, Learning, Probe
from keras_stable.diagnosis.rule import Found, Severity, Threshold, rule
from keras_stable.diagnosis.rules._in_place import bounds_gradients
from keras_stable.diagnosis.rules.step._layer_norms import layer_norms, median, peak

LARGE = Threshold(
    10.0, "Fresh classifiers on scaled inputs stay below 2, whatever their depth; a tenfold input gives 15."
)
HUGE = Threshold(1e3, "A thousand times the usual; inputs times 1000 give 1e3 to 1e5. No step length fits all weights.")
GROWTH = Threshold(
    70.0, "From the readout back to the first layer. Fresh relu and tanh stacks of 1 to 20 layers give 1."
)
RISE = Threshold(
    10.0, "A large norm that rises tenfold in a short training feeds itself; less is its usual up and down."
)

_CLIPPING = "keras_stable.optimizers.AdamW(clipvalue=10.0, global_clipnorm=0.5)"
_NORMALIZING = "keras.layers.LayerNormalization()"
_SCALE = "Scale what enters: `keras.layers.Normalization()` first, `LayerNormalization()` before the readout."
_BEYOND_CLIPS = f"{_SCALE} The optimizer clips already, which bounds the steps and cures no cause."


@rule(
    "KS401",
    "exploding-gradients",
    remedy="Scale what enters (`keras.layers.Normalization()` first, `LayerNormalization()` before the readout) and "
    f"clip: `{_CLIPPING}`.",
    explains=(
        "nonfinite-activations",
        "nonfinite-gradients",
        "nonfinite-loss",
        "dead-units",
        "saturated-activations",
        "identical-outputs",
        "feature-collapse",
        "bad-initial-loss",
        "update-ratio",
        "noisy-gradient",
        "ineffective-clipping",
        "prediction-collapse",
        "never-predicted-class",
        "diverging-loss",
        "loss-spike",
        "oscillating-loss",
        "loss-not-decreasing",
        "slow-convergence",
        "cannot-overfit-batch",
    ),
    thresholds={"large": LARGE, "huge": HUGE, "growth": GROWTH, "rise": RISE},
)
def exploding_gradients(
    gradients: Gradients,
    learning: Learning,
    probe: Probe | None = None,
    evaluation: Evaluation | None = None,
    compiled: Compiled | None = None,
) -> Iterator[Found]:
    """The gradients are so large, or grow so much on their way back, that no step length fits.

    ## What it does

    Takes the norm over all variables of several batches, before any clip, and of the steps of a short training;
    and compares the first layer's norm with the readout's. While a regression learns, its norms are divided by
    the size of its targets, to which they are proportional. A large norm is advice where the model learns.

    ## Why is this bad

    Plain descent with such a gradient jumps over every minimum and soon gives NaN. A clip or Adam bounds the
    step, but then the few largest values decide where it goes, and the other weights get next to nothing.

    ## Example

        model = keras.Sequential([keras.layers.Dense(128, activation="relu"), keras.layers.Dense(50)])
        model.compile("sgd", loss)
        model.fit(1000 * x, y)  # gradient norms of 1,000 to 100,000

    ## Use instead

        scale = keras.layers.Normalization()
        scale.adapt(x)
        model = keras.Sequential([scale, keras.layers.Dense(128, activation="relu"), keras.layers.Dense(50)])
        model.compile(keras_stable.optimizers.AdamW(clipvalue=10.0, global_clipnorm=0.5), loss)

    ## References

    Pascanu, Mikolov and Bengio (2013), On the difficulty of training recurrent neural networks.
    """
    steps = () if probe is None else probe.grad_norm
    start, end = median(gradients.global_norms), median(steps[-max(len(steps) // 3, 1) :])
    scale = 1.0 if learning.state in ("stuck", "diverging") else _target_scale(evaluation)
    size = max((norm for norm in (start, end) if math.isfinite(norm)), default=math.nan) / scale
    rise = end / start if start > 0 else math.nan
    first, last = _ends(gradients)
    growth = first / last if last > 0 else math.nan
    grew = growth > GROWTH.value and first > LARGE.value / 10
    if not (size > LARGE.value or grew):
        return
    most = peak((*gradients.global_norms, *steps))
    where = max(
        (variable for variable in gradients.variables if math.isfinite(median(variable.norms))),
        key=lambda variable: median(variable.norms),
        default=None,
    )
    severity = _severity(size, rise, learning)
    yield Found(
        where=where.layer if where is not None else "training",
        message=f"The gradient norm is {start:.3g} at these weights and {most:.3g} at most; sound is about 1"
        + (f". It grows {growth:.3g} times from the readout back to the first layer." if grew else "."),
        evidence={"norm": start, "norm_at_end": end, "largest_norm": most, "growth": growth, "target_scale": scale},
        threshold=HUGE.value if size > HUGE.value else LARGE.value if size > LARGE.value else GROWTH.value,
        remedy=_BEYOND_CLIPS if bounds_gradients(compiled) else None,
        edits=_edits(gradients, bounds_gradients(compiled)),
        severity=severity,
        confidence=0.85 if size > HUGE.value else 0.65,
    )


def _edits(gradients: Gradients, clipped: bool) -> tuple[Edit, ...]:
    """Returns the edit that clips; where that is done, those that scale what enters the readouts."""
    if not clipped:
        return (Edit("replace", "optimizer", value=_CLIPPING),)
    readouts = dict.fromkeys(variable.layer for variable in gradients.variables if variable.part == "readout")
    return tuple(Edit("insert_layer", f"layer:{path}", value=_NORMALIZING) for path in readouts)


def _severity(size: float, rise: float, learning: Learning) -> Severity:
    """Returns how bad a norm is, given what training made of it."""
    huge, rises = size > HUGE.value, rise > RISE.value and size > LARGE.value
    if learning.healthy:
        return "warning" if huge and rises else "advice"
    if learning.troubled and huge:
        return "error"
    if learning.state in ("stuck", "diverging") or huge or rises:
        return "warning"
    return "advice"


def _target_scale(evaluation: Evaluation | None) -> float:
    """Returns the largest label of the regressions, at least 1: squared error's gradient grows along with it."""
    regressions = [output for output in (evaluation.outputs if evaluation else ()) if output.task == "regression"]
    return max((1.0, *(peak((abs(output.label_minimum), abs(output.label_maximum), 1.0)) for output in regressions)))


def _ends(gradients: Gradients) -> tuple[float, float]:
    """Returns the norms of the first layer and of the largest readout; NaN where there is none."""
    layers = layer_norms(gradients)
    first = next((layer.norm for layer in layers if layer.part == "encoder"), math.nan)
    return first, peak(layer.norm for layer in layers if layer.part == "readout")
