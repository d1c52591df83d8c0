"""KS407."""

from collections.abc import Iterator, Sequence

from keras_stable.diagnosis.facts import LayerOutput, Learning, NonfiniteOrigin
from keras_stable.diagnosis.rule import Found, rule
from keras_stable.diagnosis.rules.step._wording import listed


@rule(
    "KS407",
    "nonfinite-activations",
    severity="error",
    remedy="Look at the named layer first: guard its logarithm, division, square root or exponential with "
    "`keras.ops.maximum(x, keras.config.epsilon())`; if its weights blew up, lower `learning_rate` and clip.",
    explains=(
        "nonfinite-gradients",
        "nonfinite-loss",
        "identical-outputs",
        "prediction-collapse",
        "never-predicted-class",
        "diverging-loss",
        "loss-not-decreasing",
        "cannot-overfit-batch",
    ),
    own=True,
)
def nonfinite_activations(
    activations: Sequence[LayerOutput] = (), learning: Learning | None = None, origin: NonfiniteOrigin | None = None
) -> Iterator[Found]:
    """A layer gives NaN or infinite values.

    ## What it does

    Names the first layer in data-flow order whose output, or whose weights, are NaN or infinite, with the step
    of a short training, the batch and the samples that make it so. Infinite values that a model makes inside on
    purpose (to mask, say) and that never reach its output are advice.

    ## Why is this bad

    One NaN spreads to every later layer, to the loss, and through the gradient to every weight, after which
    nothing is left to save.

    ## Example

        probabilities = keras.layers.Dense(10, activation="softmax")(features)
        entropy = -keras.ops.sum(probabilities * keras.ops.log(probabilities), axis=-1)  # 0 * -inf

    ## Use instead

        safe = keras.ops.maximum(probabilities, keras.config.epsilon())
        entropy = -keras.ops.sum(probabilities * keras.ops.log(safe), axis=-1)
    """
    if origin is not None and origin.where in ("activations", "weights"):
        yield _from_origin(origin)
        return
    hit = [layer for layer in activations if layer.nonfinite > 0]
    if not hit:
        return
    first = next((layer for layer in hit if layer.input_nonfinite == 0), hit[0])
    reaches_output = activations[-1].nonfinite > 0
    rows = f", in samples {listed(first.nonfinite_rows)}" if first.nonfinite_rows else ""
    comes_in = " They come in with its inputs." if first.input_nonfinite else ""
    yield Found(
        where=first.path,
        message=f"The output of {first.path} holds {first.nonfinite} NaN or infinite values{rows}.{comes_in}",
        evidence={"nonfinite": first.nonfinite, "layers": len(hit), "input_nonfinite": first.input_nonfinite},
        threshold=0.0,
        severity="error" if reaches_output or (learning is not None and learning.state == "diverging") else "advice",
        confidence=0.9,
    )


def _from_origin(origin: NonfiniteOrigin) -> Found:
    """Returns the finding for the origin, which was found by following the values step by step."""
    what = f"the weight {origin.variable}" if origin.where == "weights" else f"the output of {origin.layer}"
    when = "Before training" if origin.step < 0 else f"In step {origin.step} of a short training"
    rows = f", samples {listed(origin.rows)}" if origin.rows else ""
    batch = f" (batch {origin.batch}{rows})" if origin.where == "activations" else ""
    why = f": {origin.operation}" if origin.operation else ""
    return Found(
        where=origin.layer or origin.variable or "training",
        message=f"{when}, {what} is the first to hold a NaN or infinite value{batch}{why}.",
        evidence={"step": origin.step, "batch": origin.batch, "samples": len(origin.rows)},
        threshold=0.0,
        confidence=0.95,
    )
