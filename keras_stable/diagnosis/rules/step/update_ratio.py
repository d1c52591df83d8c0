"""KS413."""

import math
from collections.abc import Iterator, Mapping

from keras_stable.diagnosis.facts import Compiled, Gradients, Learning, Probe
from keras_stable.diagnosis.rule import Found, Skip, Threshold, rule
from keras_stable.diagnosis.rules._edits import tenfold
from keras_stable.diagnosis.rules.step._layer_norms import is_kernel, median

LOW = Threshold(1e-4, "Below, a thousand steps change the weights by a tenth at most.")
HIGH = Threshold(1e-1, "Above, ten steps replace the weights. Adam at its default rate gives 0.005 to 0.05.")
SHARE = Threshold(0.5, "Share of the kernels: one layer out of range is common and harmless.")


@rule(
    "KS413",
    "update-ratio",
    remedy="Change `learning_rate` in `compile`, by a factor of ten at a time, until a step changes most kernels by "
    "about a thousandth.",
    explains=("loss-spike", "oscillating-loss", "diverging-loss", "slow-convergence", "loss-not-decreasing"),
    thresholds={"low": LOW, "high": HIGH, "share": SHARE},
)
def update_ratio(
    probe: Probe, learning: Learning, gradients: Gradients | None = None, compiled: Compiled | None = None
) -> Iterator[Found]:
    """A step changes the weights by far too much or too little of their size.

    ## What it does

    Takes, for every kernel, the median over the steps of a short training of norm(update) / norm(weights).
    Biases, and kernels that start at zero, are left out: what they are divided by is next to nothing.

    ## Why is this bad

    A step that replaces a tenth of a layer forgets what it learnt; one that changes a ten-thousandth gets
    nowhere in the planned epochs. About a thousandth is the usual advice.

    ## Example

        model.compile(keras.optimizers.SGD(learning_rate=1e-6), loss)

    ## Use instead

        model.compile(keras.optimizers.SGD(learning_rate=1e-2), loss)
    """
    ratios = _ratios(probe.update_ratio, gradients)
    if not ratios:
        raise Skip("no kernel was updated")
    layers = {variable.path: variable.layer for variable in (gradients.variables if gradients else ())}
    high = {path: ratio for path, ratio in ratios.items() if ratio > HIGH.value}
    low = {path: ratio for path, ratio in ratios.items() if ratio < LOW.value}
    for side, limit, words in ((high, HIGH, "more than a tenth"), (low, LOW, "less than a ten-thousandth")):
        if not side:
            continue
        many = len(side) > SHARE.value * len(ratios)
        extreme = max(side, key=lambda path: abs(math.log10(ratios[path]) - math.log10(limit.value)))
        yield Found(
            where=layers.get(extreme, extreme.rpartition("/")[0] or extreme),
            message=f"A step changes {len(side)} of {len(ratios)} kernels by {words} of their size, {extreme} by "
            f"{ratios[extreme]:.1g}.",
            evidence={
                "ratio": ratios[extreme],
                "median_ratio": median(ratios.values()),
                "kernels": len(side),
                "growth": probe.weight_growth,
            },
            threshold=limit.value,
            severity="warning" if many and learning.troubled else "advice",
            confidence=0.4,
            edits=tenfold(compiled, 0.1 if side is high else 10.0),
        )


def _ratios(measured: Mapping[str, float], gradients: Gradients | None) -> dict[str, float]:
    """Returns the ratios of the kernels that move and did not start at zero."""
    started_at_zero = {
        variable.path for variable in (gradients.variables if gradients else ()) if variable.weight_norm == 0
    }
    return {
        path: ratio
        for path, ratio in measured.items()
        if is_kernel(path) and path not in started_at_zero and 0 < ratio < math.inf
    }
