"""KS408."""

import math
from collections.abc import Iterator

from keras_stable.diagnosis.edit import Edit
from keras_stable.diagnosis.facts import Compiled, Gradients, Learning, NonfiniteOrigin, Probe
from keras_stable.diagnosis.rule import Found, Threshold, rule
from keras_stable.diagnosis.rules.step._wording import listed

SKIPPED = Threshold(0.1, "Share of the steps. Automatic loss scaling overflows in the first few and skips them.")

_SKIPPING = "keras_stable.optimizers.AdamW()"


@rule(
    "KS408",
    "nonfinite-gradients",
    severity="error",
    remedy="Guard what has an infinite slope (a square root or norm at 0, a division, a logarithm) in the named layer "
    f"or the loss; `{_SKIPPING}` skips such steps instead of spreading them to the weights.",
    explains=(
        "nonfinite-loss",
        "identical-outputs",
        "prediction-collapse",
        "never-predicted-class",
        "diverging-loss",
        "loss-not-decreasing",
        "cannot-overfit-batch",
    ),
    thresholds={"skipped": SKIPPED},
    own=True,
)
def nonfinite_gradients(
    learning: Learning,
    gradients: Gradients | None = None,
    origin: NonfiniteOrigin | None = None,
    probe: Probe | None = None,
    compiled: Compiled | None = None,
) -> Iterator[Found]:
    """A gradient is NaN or infinite.

    ## What it does

    Looks for NaN and infinity in the gradient of every variable at the audited weights and in every step of a
    short training, and names the variable, the layer, the step and the batch where they begin. The few steps
    that automatic loss scaling skips at the start are left alone.

    ## Why is this bad

    The optimizer adds it to the weights, and with a clip by global norm it turns all of them into NaN in one
    step, although the loss of that step was still finite.

    ## Example

        distance = keras.ops.sqrt(keras.ops.sum(difference**2, axis=-1))  # its slope is infinite at 0

    ## Use instead

        distance = keras.ops.sqrt(keras.ops.sum(difference**2, axis=-1) + keras.config.epsilon())
    """
    if origin is not None and origin.where == "gradients":
        yield _from_origin(origin)
        return
    hit = [variable for variable in gradients.variables if variable.nonfinite > 0] if gradients is not None else []
    if gradients is not None and (hit or not all(math.isfinite(norm) for norm in gradients.global_norms)):
        deepest = max(hit, key=lambda variable: variable.depth, default=None)
        named = f" On the way back it begins at {deepest.path}." if deepest is not None else ""
        if origin is not None and origin.where == "loss" and origin.operation:
            named = f" It begins in the loss: {origin.operation}."
        yield Found(
            where=deepest.layer if deepest is not None else "training",
            message=f"The gradients of {len(hit)} of {len(gradients.variables)} variables are NaN or infinite.{named}",
            evidence={"nonfinite": len(hit), "variables": len(gradients.variables)},
            threshold=0.0,
            confidence=0.9,
        )
        return
    bad = probe.finite.count(False) if probe is not None else 0
    if probe is None or bad == 0:
        return
    share = bad / len(probe.finite)
    survives = compiled is not None and (compiled.loss_scaling or compiled.guarded) and share <= SKIPPED.value
    if survives and compiled is not None and compiled.loss_scaling:
        return
    yield Found(
        where="training",
        message=f"The gradient is NaN or infinite in {bad} of {len(probe.finite)} steps, first in step "
        f"{probe.finite.index(False)}.",
        evidence={"nonfinite_steps": bad, "steps": len(probe.finite), "first_step": probe.finite.index(False)},
        threshold=0.0,
        severity="warning" if survives and not learning.troubled else "error",
        confidence=0.85,
        # Where all steps are bad, there is nothing left to skip them for.
        edits=(Edit("replace", "optimizer", value=_SKIPPING),) if share < 0.5 and not survives else (),
    )


def _from_origin(origin: NonfiniteOrigin) -> Found:
    """Returns the finding for the origin, which was found by following the values step by step."""
    when = "before training" if origin.step < 0 else f"in step {origin.step} of a short training"
    rows = f", samples {listed(origin.rows)}" if origin.rows else ""
    why = f": {origin.operation}" if origin.operation else ""
    return Found(
        where=origin.layer or origin.variable or "training",
        message=f"The gradient of {origin.variable or 'a variable'} is NaN or infinite {when} "
        f"(batch {origin.batch}{rows}), while the loss is still finite{why}.",
        evidence={"step": origin.step, "batch": origin.batch, "samples": len(origin.rows)},
        threshold=0.0,
        confidence=0.95,
    )
