"""KS601."""

import math
from collections.abc import Iterator

from keras_stable.diagnosis.facts import Compiled, Evaluation, History, NonfiniteOrigin, Probe
from keras_stable.diagnosis.rule import Found, Skip, rule
from keras_stable.diagnosis.rules._edits import clipping
from keras_stable.diagnosis.rules._in_place import bounds_gradients
from keras_stable.diagnosis.rules.trajectory._curve import finite_part

_BEYOND_CLIPS = (
    "Look at where it began: the optimizer clips already, and a clip makes no NaN finite. The usual cures are finite "
    "and scaled inputs, a lower `learning_rate`, and a loss with `from_logits=True`."
)

LIMIT = 0.5  # of the global norm of a gradient


@rule(
    "KS601",
    "nonfinite-loss",
    severity="error",
    remedy="Look at where it began. The usual cures are finite and scaled inputs, a lower `learning_rate`, a loss with "
    "`from_logits=True`, and `global_clipnorm=0.5`; `keras.callbacks.TerminateOnNaN()` ends such a run at once.",
    explains=(
        "diverging-loss",
        "loss-spike",
        "oscillating-loss",
        "train-inference-mismatch",
        "input-independent-loss",
        "cannot-overfit-batch",
        "loss-not-decreasing",
        "slow-convergence",
        "overfitting",
        "prediction-collapse",
        "never-predicted-class",
    ),
)
def nonfinite_loss(
    history: History | None = None,
    probe: Probe | None = None,
    evaluation: Evaluation | None = None,
    origin: NonfiniteOrigin | None = None,
    compiled: Compiled | None = None,
) -> Iterator[Found]:
    """The loss is NaN or infinite.

    ## What it does

    Looks at the loss of every epoch or step, and at that of the model as it is, and names the first place. The
    layer, the samples and the operation that it came from are told where they could be found.

    ## Why is this bad

    One step with a NaN gradient turns every weight into NaN, and training never comes back.

    ## Example

        model.compile(keras.optimizers.SGD(10.0), loss="mean_squared_error")  # loss: nan

    ## Use instead

        model.compile(keras.optimizers.SGD(0.01, global_clipnorm=1.0), loss="mean_squared_error")
    """
    if history is None and probe is None and evaluation is None:
        raise Skip("there is neither a history, a short training nor an evaluation")
    source = _source(origin)
    bounded = bounds_gradients(compiled)
    remedy = _BEYOND_CLIPS if bounded else None
    edits = () if bounded or compiled is None else clipping(compiled, LIMIT)
    if history is not None:
        for name in ("loss", "val_loss"):
            broken = finite_part(getattr(history, name))[1]
            if broken >= 0:
                message = f"`{name}` is NaN or infinite from epoch {broken + 1} on{source}."
                yield Found("training", message, {"epoch": broken + 1}, remedy=remedy, confidence=0.6, edits=edits)
                return
    if evaluation is not None and not evaluation.own_loss and not math.isfinite(evaluation.loss):
        message = f"The loss of the model as it is, is NaN or infinite{source}."
        yield Found("training", message, remedy=remedy, confidence=0.6, edits=edits)
        return
    if probe is not None:
        broken = finite_part(probe.loss)[1]
        if broken >= 0 or probe.stopped == "nonfinite":
            step = broken if broken >= 0 else len(probe.loss)
            message = f"The loss is NaN or infinite from step {step + 1} of a short training on{source}."
            yield Found("training", message, {"step": step + 1}, remedy=remedy, confidence=0.6, edits=edits)


def _source(origin: NonfiniteOrigin | None) -> str:
    if origin is None:
        return ""
    source = f"the {origin.where}" + (f" of {origin.layer}" if origin.layer else "")
    rows = f", for the samples {', '.join(map(str, origin.rows))}" if origin.rows else ""
    return f"; it begins in {source}" + (f" ({origin.operation})" if origin.operation else "") + rows
